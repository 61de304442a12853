"""What the file says is limited is what a running HAProxy limits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.farm.fixtures import Need
from tests.farm.web_daemons import WebDaemon, haproxy
from twiceshy.kinds.ratelimit.facts import Counts, LocationSeen
from twiceshy.kinds.ratelimit.haproxy import limits_of
from twiceshy.languages.haproxy import read
from twiceshy.model.configuration import Configuration

RULES = {
    "plain": """
        stick-table type ip size 1k expire 60s store http_req_rate(60s)
        http-request track-sc0 src
        http-request deny deny_status 429 if { sc_http_req_rate(0) gt 1 }""",
    "short": """
        stick-table type ip size 1k expire 60s store http_req_rate(60s)
        http-request track-sc0 src
        http-request deny deny_status 429 if { sc0_http_req_rate gt 1 }""",
    "named": """
        stick-table type ip size 1k expire 60s store http_req_rate(60s)
        acl too_fast sc_http_req_rate(0) gt 1
        http-request track-sc0 src
        http-request deny deny_status 429 if too_fast""",
    "elsewhere": """
        http-request track-sc1 src table limits
        http-request deny deny_status 429 if { sc_http_req_rate(1,limits) gt 1 }""",
    "by-src": """
        http-request track-sc1 src table limits
        http-request deny deny_status 429 if { src_http_req_rate(limits) gt 1 }""",
    "unless": """
        stick-table type ip size 1k expire 60s store http_req_rate(60s)
        http-request track-sc0 src
        http-request deny deny_status 429 unless { sc_http_req_rate(0) lt 2 }""",
    "tracked-never": """
        stick-table type ip size 1k expire 60s store http_req_rate(60s)
        http-request track-sc0 src if FALSE
        http-request deny deny_status 429 if { sc_http_req_rate(0) gt 1 }""",
    "denied-never": """
        stick-table type ip size 1k expire 60s store http_req_rate(60s)
        http-request track-sc0 src
        http-request deny deny_status 429 if { sc_http_req_rate(0) gt 1 } { always_false }""",
    "never-by-acl": """
        stick-table type ip size 1k expire 60s store http_req_rate(60s)
        acl counted always_false
        http-request track-sc0 src if counted
        http-request deny deny_status 429 if { sc_http_req_rate(0) gt 1 }""",
    "too-early": """
        stick-table type ip size 1k expire 60s store http_req_rate(60s)
        http-request deny deny_status 429 if { sc_http_req_rate(0) gt 1 }
        http-request track-sc0 src""",
    "other-counter": """
        stick-table type ip size 1k expire 60s store http_req_rate(60s)
        http-request track-sc1 src
        http-request deny deny_status 429 if { sc_http_req_rate(0) gt 1 }""",
    "not-stored": """
        stick-table type ip size 1k expire 60s store conn_cur
        http-request track-sc0 src
        http-request deny deny_status 429 if { sc_http_req_rate(0) gt 1 }""",
    "allowed-before": """
        stick-table type ip size 1k expire 60s store http_req_rate(60s)
        http-request allow
        http-request track-sc0 src
        http-request deny deny_status 429 if { sc_http_req_rate(0) gt 1 }""",
    "answered-before": """
        stick-table type ip size 1k expire 60s store http_req_rate(60s)
        http-request track-sc0 src
        http-request return status 200
        http-request deny deny_status 429 if { sc_http_req_rate(0) gt 1 }""",
    "of-all": """
        stick-table type integer size 1 expire 60s store http_req_rate(60s)
        http-request track-sc0 int(1)
        http-request deny deny_status 429 if { sc_http_req_rate(0) gt 1 }""",
}
EXPECTED = {
    "plain": Counts.CLIENT,
    "short": Counts.CLIENT,
    "named": Counts.CLIENT,
    "elsewhere": Counts.CLIENT,
    "by-src": Counts.CLIENT,
    "unless": Counts.CLIENT,
    "of-all": Counts.SERVER,
}
"""Whose requests are counted; those that are left out count nobody."""
HEAD = """
defaults
    mode http
    timeout client 10s
    timeout server 10s
    timeout connect 10s
backend limits
    stick-table type ip size 1k expire 60s store http_req_rate(60s)
backend pages
    http-request return status 200
"""


@pytest.fixture(scope="module")
def daemon(need: Need) -> Iterator[WebDaemon]:
    fronts = "".join(
        f"frontend {name}\n    bind 127.0.0.1:PORT{number}{rules}\n    default_backend pages\n"
        for number, (name, rules) in enumerate(RULES.items())
    )
    with haproxy(need("haproxy"), HEAD + fronts, ports=len(RULES)) as running:
        yield running


@pytest.fixture(scope="module")
def frontends(daemon: WebDaemon) -> dict[str, LocationSeen]:
    configuration = Configuration(files={str(daemon.main): daemon.main.read_bytes()})
    proxies = read(configuration, (str(daemon.main),))
    seen, gaps = limits_of(proxies, tuple(RULES))
    assert gaps == []
    return {one.text: one for one in seen}


@pytest.mark.parametrize("name", RULES)
def test_a_frontend_is_limited_when_the_file_says_so(
    daemon: WebDaemon, frontends: dict[str, LocationSeen], name: str
) -> None:
    statuses = daemon.statuses("/", 4, port=list(RULES).index(name))
    counted = [one.counts for one in frontends[name].limits]
    assert (429 in statuses) is (name in EXPECTED), statuses
    if name in EXPECTED:
        assert counted == [EXPECTED[name]]
    else:
        assert all(one is Counts.NOBODY for one in counted)


def test_the_rate_is_by_the_minute(frontends: dict[str, LocationSeen]) -> None:
    (limit,) = frontends["plain"].limits
    assert (limit.per_minute, limit.status) == (1.0, 429)


def test_a_return_answers_before(frontends: dict[str, LocationSeen]) -> None:
    answered = frontends["answered-before"].answered
    assert answered is not None
    assert "return" in answered.text
