"""Limits of HAProxy, from the file to the verdict."""

from __future__ import annotations

import pytest

from tests.kinds.ratelimit.conftest import Judge
from twiceshy.model.verdict import Broken, Holds, Unknown

GOOD = """\
defaults
    mode http
frontend www
    bind :443 ssl crt /etc/ssl/shop.pem
    stick-table type ip size 100k expire 30s store http_req_rate(10s)
    http-request track-sc0 src
    http-request deny deny_status 429 if { sc_http_req_rate(0) gt 100 }
    http-request deny deny_status 429 if { fe_req_rate gt 500 }
    default_backend shop
backend shop
    server one 192.0.2.1:80 check
"""


def test_both_limits_hold(judge_haproxy: Judge) -> None:
    assert isinstance(judge_haproxy(GOOD, burst_answer=429, per_client="600/minute"), Holds)


@pytest.mark.parametrize(
    ("change", "why", "line"),
    [
        (("track-sc0 src", "track-sc0 src if FALSE"), "its condition is never true", 6),
        (("track-sc0 src", "track-sc1 src"), "no rule before it tracks the counter 0", 7),
        (("track-sc0 src", "track-sc0 hdr(X-Forwarded-For)"), "easy to get round", 6),
        (("gt 100 }", "gt 100 } FALSE"), "its condition is never true", 7),
        (("http_req_rate(10s)", "conn_cur"), "does not store http_req_rate", 5),
        (("if { fe_req_rate gt 500 }", "if { src 192.0.2.0/24 }"), "for the whole server", 7),
    ],
)
def test_what_neutralises_a_limit_is_named_with_its_line(
    judge_haproxy: Judge, change: tuple[str, str], why: str, line: int
) -> None:
    verdict = judge_haproxy(GOOD.replace(*change))
    assert isinstance(verdict, Broken), verdict
    assert why in verdict.why
    place = next(one.place for one in verdict.evidence if one.place is not None)
    assert (place.file, place.line) == ("/etc/haproxy/haproxy.cfg", line)


def test_tracking_some_requests_is_unknown(judge_haproxy: Judge) -> None:
    verdict = judge_haproxy(GOOD.replace("track-sc0 src", "track-sc0 src if { path_beg /api }"))
    assert isinstance(verdict, Unknown)
    assert "only requests that meet its condition are counted" in verdict.why


def test_rate_limit_sessions_counts_all(judge_haproxy: Judge) -> None:
    text = GOOD.replace(
        "http-request deny deny_status 429 if { fe_req_rate gt 500 }", "rate-limit sessions 50"
    )
    assert isinstance(judge_haproxy(text), Holds)


def test_a_frontend_on_loopback_needs_none(judge_haproxy: Judge) -> None:
    text = GOOD + "frontend status\n    bind 127.0.0.1:8404\n    stats enable\n"
    assert isinstance(judge_haproxy(text), Holds)


def test_a_line_that_decides_at_the_start_is_unknown(judge_haproxy: Judge) -> None:
    verdict = judge_haproxy(GOOD + ".if defined(X)\n    rate-limit sessions 1\n.endif\n")
    assert isinstance(verdict, Unknown)
    assert ".if decides as HAProxy starts" in verdict.why


IN_BACKENDS = """\
defaults
    mode http
frontend www
    bind :80
    use_backend api if { path_beg /api }
    default_backend shop
backend shop
    stick-table type ip size 100k expire 30s store http_req_rate(10s)
    http-request track-sc0 src
    http-request deny deny_status 429 if { sc_http_req_rate(0) gt 100 }
backend api
    http-request track-sc0 src table shop
    http-request deny deny_status 429 if { sc_http_req_rate(0,shop) gt 50 }
"""


def test_limits_of_all_backends_are_the_frontend_s(judge_haproxy: Judge) -> None:
    assert isinstance(judge_haproxy(IN_BACKENDS, whole_server=False), Holds)
    loosest = judge_haproxy(IN_BACKENDS, whole_server=False, per_client="300/minute")
    assert isinstance(loosest, Broken)
    assert "600/minute, promised at most 300/minute" in loosest.why


def test_one_backend_without_a_limit_is_enough_to_break_it(judge_haproxy: Judge) -> None:
    verdict = judge_haproxy(IN_BACKENDS.replace("gt 50 }", "gt 50 } FALSE"), whole_server=False)
    assert isinstance(verdict, Broken)


def test_a_backend_that_is_chosen_for_each_request_is_unknown(judge_haproxy: Judge) -> None:
    text = IN_BACKENDS.replace("use_backend api if", "use_backend %[req.hdr(host)] if")
    verdict = judge_haproxy(text, whole_server=False)
    assert isinstance(verdict, Unknown)
    assert "is chosen for each request" in verdict.why
