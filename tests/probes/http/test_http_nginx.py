"""What a real web server answers: redirect, packing, dead upstream, refused handshakes."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from twiceshy.kinds.http.facts import Failed, Failure, HttpFact, Promise
from twiceshy.kinds.http.rules import judge
from twiceshy.model.estate import Endpoint, Estate, Service
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId, ServiceId
from twiceshy.model.verdict import Broken, Holds
from twiceshy.probes.http import look
from twiceshy.probes.view import View

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
NAME = "shop.example.org"

SETTINGS = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    default_type text/html;
    gzip on;
    gzip_min_length 1;
    ssl_certificate {certificate};
    ssl_certificate_key {certificate};

    server {{
        listen 127.0.0.1:{plain};
        server_name {name};
        location = /moved {{ return 301 https://$host:{tls}/shop; }}
        location = /hangs-up {{ return 444; }}
        location / {{ return 200 "plain\\n"; }}
    }}
    server {{
        listen 127.0.0.1:{tls} ssl;
        server_name {name};
        location = /shop {{ return 200 "<h1>Add to basket</h1> {filling}\\n"; }}
        location = /upstream {{ proxy_pass http://127.0.0.1:{closed}; }}
    }}
    server {{
        listen 127.0.0.1:{tls} ssl default_server;
        server_name _;
        ssl_reject_handshake on;
    }}
    server {{
        listen 127.0.0.1:{mutual} ssl;
        ssl_verify_client on;
        ssl_client_certificate {roots};
        location / {{ return 200 "secret\\n"; }}
    }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    plain: int
    tls: int
    mutual: int
    roots: Path

    def looked_at(self, url: str, **settings: Any) -> HttpFact:
        promise = Promise(roots=str(self.roots), **settings)
        service = Service(ServiceId("shop"), endpoints=(Endpoint("web", url, ("127.0.0.1",)),))
        estate = Estate("twiceshy.yaml", services={service.id: service})
        guard = Guard(GuardId("g"), KindId("http"), "shop", promise, timedelta(minutes=1))
        fact = asyncio.run(look(guard, estate, View("here", 10, lambda: NOW)))
        assert isinstance(fact, HttpFact)
        return fact


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports: list[int] = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@pytest.fixture(scope="module")
def nginx(need: Any, authority: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    program = need("nginx")
    folder = tmp_path_factory.mktemp("nginx")
    plain, tls, mutual, closed = _free_ports(4)
    settings = SETTINGS.format(
        folder=folder,
        certificate=authority.server_file(NAME),
        roots=authority.roots,
        name=NAME,
        plain=plain,
        tls=tls,
        mutual=mutual,
        closed=closed,
        filling="basket " * 400,
    )
    (folder / "nginx.conf").write_text(settings)
    process = subprocess.Popen(
        [program, "-p", folder, "-e", folder / "error.log", "-c", folder / "nginx.conf"]
    )
    try:
        _wait_for(process, mutual, folder / "error.log")
        yield Nginx(plain, tls, mutual, authority.roots)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(200):
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"nginx did not start: {log.read_text()}")
    pytest.fail("nginx does not listen")


def test_a_redirect_to_https_and_a_packed_page_hold(nginx: Nginx) -> None:
    url = f"http://{NAME}:{nginx.plain}/moved"
    fact = nginx.looked_at(url, contains="Add to basket")
    verdict = judge(Promise(contains="Add to basket"), fact, NOW)
    assert isinstance(verdict, Holds)
    assert "status 200 after 1 redirect" in verdict.summary
    seen = fact.endpoints[0].addresses[0]
    assert [hop.address for hop in seen.hops] == ["127.0.0.1", "127.0.0.1"]
    assert ("content-encoding", "gzip") in seen.outcome.headers  # type: ignore[union-attr]  # it holds


def test_the_redirect_itself_can_be_the_promise(nginx: Nginx) -> None:
    wanted = f"https://{NAME}:{nginx.tls}/shop"
    fact = nginx.looked_at(f"http://{NAME}:{nginx.plain}/moved", redirect_to=wanted)
    assert isinstance(judge(Promise(redirect_to=wanted), fact, NOW), Holds)


def test_a_dead_upstream_is_a_502_with_what_to_do(nginx: Nginx) -> None:
    fact = nginx.looked_at(f"https://{NAME}:{nginx.tls}/upstream")
    verdict = judge(Promise(), fact, NOW)
    assert isinstance(verdict, Broken)
    assert "status 502" in verdict.why
    assert verdict.next_step is not None
    assert "application" in verdict.next_step


@pytest.mark.parametrize(
    ("url", "code", "says"),
    [
        ("http://{name}:{plain}/hangs-up", Failure.CLOSED, "before it answered"),
        ("https://www.example.org:{tls}/", Failure.TLS_ALERT, "unrecognized name"),
        ("https://{name}:{plain}/", Failure.TLS_NOT_SPOKEN, "does not speak TLS"),
    ],
)
def test_a_server_that_gives_no_answer_is_told(
    url: str, code: Failure, says: str, nginx: Nginx
) -> None:
    asked = url.format(name=NAME, plain=nginx.plain, tls=nginx.tls)
    outcome = nginx.looked_at(asked).endpoints[0].addresses[0].outcome
    assert isinstance(outcome, Failed)
    assert outcome.code is code
    assert says in outcome.why


@pytest.mark.parametrize("url", ["https://{name}:{mutual}/", "http://{name}:{mutual}/"])
def test_a_server_that_wants_something_else_says_400(url: str, nginx: Nginx) -> None:
    fact = nginx.looked_at(url.format(name=NAME, mutual=nginx.mutual), status=400)
    assert isinstance(judge(Promise(status=400), fact, NOW), Holds)
