"""A live look: the running host's files, and a burst that a real server answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.farm.daemons import free_ports, workplace
from tests.farm.fixtures import Need
from tests.farm.web_daemons import WebDaemon, haproxy, nginx
from twiceshy.kinds.ratelimit import KIND
from twiceshy.kinds.ratelimit.facts import Promise, RateLimitFact
from twiceshy.model.estate import Endpoint, Estate, Host, Service
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, HostId, ServiceId
from twiceshy.model.verdict import Broken, Holds, Unknown, Verdict
from twiceshy.probes.ratelimit import look
from twiceshy.probes.view import View

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SITES = """
    limit_req_zone $binary_remote_addr zone=client:1m rate=10r/s;
    limit_req_zone $binary_remote_addr zone=loose:1m rate=1000r/s;
    limit_req_zone $server_name zone=whole:1m rate=1000r/s;
    server {
        listen 127.0.0.1:PORT0;
        server_name shop.test;
        limit_req zone=client burst=5 nodelay;
        limit_req zone=whole burst=100 nodelay;
        limit_req_status 429;
        include FOLDER/shop/*.conf;
    }
    server {
        listen 127.0.0.1:PORT1;
        server_name other-status.test;
        limit_req zone=client burst=5 nodelay;
        limit_req zone=whole burst=100 nodelay;
        location / { return 204; }
        location /files { empty_gif; }
    }
    server {
        listen 127.0.0.1:PORT2;
        server_name unlimited.test;
        location / { empty_gif; }
    }
"""
INCLUDED = "location / { empty_gif; }\n"
HAPROXY = """
defaults
    mode http
    timeout client 10s
    timeout server 10s
    timeout connect 10s
frontend www
    bind 127.0.0.1:PORT0
    stick-table type ip size 1k expire 60s store http_req_rate(10s)
    http-request track-sc0 src
    http-request deny deny_status 429 if { sc_http_req_rate(0) gt 20 }
    http-request deny deny_status 429 if { fe_req_rate gt 1000 }
    default_backend pages
backend pages
    http-request return status 200
"""


@pytest.fixture(scope="module")
def web(need: Need) -> Iterator[WebDaemon]:
    with workplace() as place:
        (place.subfolder("shop") / "page.conf").write_text(INCLUDED)
        with nginx(need("nginx"), SITES, ports=3, place=place) as daemon:
            yield daemon


def judged(port: int, path: str = "/", **promise: object) -> tuple[Verdict, RateLimitFact]:
    promised = Promise(**promise)  # type: ignore[arg-type] # the test says what fits
    fact = asyncio.run(look(guard(promised), estate(port, path), view()))
    assert isinstance(fact, RateLimitFact), fact
    return KIND.judge(promised, fact, NOW), fact


def guard(promise: Promise, target: str = "shop") -> Guard:
    return Guard(GuardId("shop-limited"), KIND.id, target, promise, timedelta(hours=1))


def estate(port: int, path: str = "/") -> Estate:
    host = Host(HostId("web-1"))
    endpoint = Endpoint("web", f"http://shop.test:{port}{path}", ("127.0.0.1",))
    shop = Service(ServiceId("shop"), endpoints=(endpoint,), hosts=(host.id,))
    return Estate("twiceshy.yaml", hosts={host.id: host}, services={shop.id: shop})


def view(seconds: float = 20.0) -> View:
    return View("here", seconds, lambda: NOW)


def test_a_burst_is_answered_and_stops(web: WebDaemon) -> None:
    verdict, fact = judged(
        web.ports[0], burst_answer=429, files=(str(web.main),), servers=("shop.test",)
    )
    assert isinstance(verdict, Holds), verdict
    (burst,) = fact.bursts or ()
    assert burst.answered_at is not None
    assert 2 <= burst.answered_at <= burst.sent < 60
    assert dict(burst.statuses)[429] >= 1


def test_the_files_of_the_host_are_read_with_what_they_include(web: WebDaemon) -> None:
    _, fact = judged(web.ports[0], files=(str(web.main),), servers=("shop.test",))
    (location,) = fact.locations
    assert location.place.file == f"{web.folder}/shop/page.conf"
    assert fact.bursts is None


def test_another_status_is_broken_and_told(web: WebDaemon) -> None:
    verdict, fact = judged(
        web.ports[1],
        "/files",
        burst_answer=429,
        files=(str(web.main),),
        servers=("other-status.test",),
    )
    assert isinstance(verdict, Broken)
    assert "was never answered 429" in verdict.why
    (burst,) = fact.bursts or ()
    assert (burst.sent, burst.answered_at) == (100, None)
    assert {status for status, _ in burst.statuses} == {200, 503}


def test_what_is_not_limited_is_broken_by_files_and_by_burst(web: WebDaemon) -> None:
    verdict, fact = judged(
        web.ports[2],
        burst_answer=429,
        burst_requests=30,
        files=(str(web.main),),
        servers=("unlimited.test",),
    )
    assert isinstance(verdict, Broken)
    assert [one.statuses for one in fact.bursts or ()] == [((200, 30),)]
    assert any(one.place is not None and "location" in one.what for one in verdict.evidence)


def test_haproxy_answers_a_burst(need: Need) -> None:
    with haproxy(need("haproxy"), HAPROXY) as daemon:
        verdict, fact = judged(
            daemon.ports[0], burst_answer=429, files=(str(daemon.main),), servers=("www",)
        )
    assert isinstance(verdict, Holds), verdict
    (burst,) = fact.bursts or ()
    assert burst.answered_at is not None
    assert 20 < burst.answered_at <= 31


def test_nothing_is_sent_to_what_the_estate_does_not_name(web: WebDaemon) -> None:
    promised = Promise(burst_answer=429)
    target = f"http://shop.test:{web.ports[0]}/"
    fact = asyncio.run(look(guard(promised, target), estate(1), view()))
    assert isinstance(fact, RateLimitFact)
    (burst,) = fact.bursts or ()
    assert burst.sent == 0
    verdict = KIND.judge(promised, fact, NOW)
    assert isinstance(verdict, Unknown)


def test_nobody_there_is_not_decided(web: WebDaemon) -> None:
    (port,) = free_ports(1)
    verdict, fact = judged(port, burst_answer=429, files=(str(web.main),), servers=("shop.test",))
    assert isinstance(verdict, Unknown)
    assert [one.sent for one in fact.bursts or ()] == [10]
    assert "a request failed" in verdict.why


def test_a_service_without_hosts_is_unseen() -> None:
    empty = Estate("twiceshy.yaml", services={ServiceId("shop"): Service(ServiceId("shop"))})
    fact = asyncio.run(look(guard(Promise()), empty, view()))
    assert isinstance(fact, Unseen)
    assert "names no host" in fact.why
    assert fact.next_step is not None


def test_files_that_are_not_there_are_unseen() -> None:
    promised = Promise(files=("/nowhere/nginx.conf",))
    fact = asyncio.run(look(guard(promised), estate(1), view()))
    assert isinstance(fact, Unseen)
    assert "/nowhere/nginx.conf" in fact.why
