"""A live look at nginx and HAProxy: their files, what runs, and what is served."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from tests.farm.authority import NOW, Issued, ec_key, intermediate, issue, root
from tests.farm.daemons import Workplace, workplace
from tests.farm.fixtures import Need
from tests.farm.web_daemons import WebDaemon, haproxy, nginx
from twiceshy.kinds.webserver import KIND
from twiceshy.kinds.webserver.facts import Promise, WebServerFact
from twiceshy.model.estate import Estate, Host
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, HostId
from twiceshy.model.verdict import Broken, Holds, Unknown, Verdict
from twiceshy.probes.view import View
from twiceshy.probes.webserver import look

NAME = "shop.test"
SITE = """
    server {
        listen 127.0.0.1:PORT0 ssl;
        server_name shop.test;
        ssl_certificate FOLDER/chain.pem;
        ssl_certificate_key FOLDER/key.pem;
        location / { return 200; }
    }
"""
HAPROXY = """
defaults
    mode http
    timeout client 10s
    timeout server 10s
    timeout connect 10s
frontend www
    bind 127.0.0.1:PORT0 ssl crt FOLDER/both.pem
    default_backend pages
backend pages
    server one 127.0.0.1:9 check
    server two 127.0.0.1:9 CHECK
"""


def leaf(role: str = "first") -> Issued:
    return issue(NAME, by=intermediate(root()), key=ec_key(role), names=(NAME,))


@contextmanager
def site(need: Need, place: Workplace, served: Issued) -> Iterator[WebDaemon]:
    place.chain_file(served)
    place.key_file(served)
    with nginx(need("nginx"), SITE, place=place) as daemon:
        yield daemon


@pytest.fixture
def place() -> Iterator[Workplace]:
    with workplace() as one:
        yield one


def judged(
    daemon: WebDaemon, server: str = NAME, **promise: object
) -> tuple[Verdict, WebServerFact]:
    given = {"files": (str(daemon.main),), "servers": (server,), **promise}
    promised = Promise(**given)  # type: ignore[arg-type] # the test says what fits
    host = Host(HostId("web-1"))
    estate = Estate("twiceshy.yaml", hosts={host.id: host})
    guard = Guard(GuardId("web"), KIND.id, "web-1", promised, timedelta(minutes=15))
    fact = asyncio.run(look(guard, estate, View("here", 20.0, lambda: NOW)))
    assert isinstance(fact, WebServerFact), fact
    return KIND.judge(promised, fact, NOW), fact


def test_a_sound_server_holds(need: Need, place: Workplace) -> None:
    with site(need, place, leaf()) as daemon:
        verdict, fact = judged(daemon)
    assert isinstance(verdict, Holds), verdict
    (running,) = fact.running or ()
    assert (running.test_passed, running.newer_files, running.why_not) == (True, (), None)
    (served,) = fact.served or ()
    assert served.sha256 in served.expected


def test_a_private_key_is_kept_nowhere(need: Need, place: Workplace) -> None:
    one = leaf()
    with site(need, place, one) as daemon:
        verdict, fact = judged(daemon)
    secret = one.key_pem.decode().splitlines()[1]
    assert secret not in repr(fact)
    assert secret not in repr(verdict)


def test_a_renewed_certificate_that_was_not_loaded_is_broken_until_the_reload(
    need: Need, place: Workplace
) -> None:
    with site(need, place, leaf()) as daemon:
        renewed = leaf("second")
        place.chain_file(renewed)
        place.key_file(renewed)
        before, fact = judged(daemon, running_is_on_disk=False)
        daemon.reload()
        after, _ = judged(daemon, running_is_on_disk=False)
    assert isinstance(before, Broken)
    assert "serves another certificate than" in before.why
    assert [one.place.file for one in fact.served or ()] == [str(daemon.main)]
    assert isinstance(after, Holds), after


def test_a_file_that_would_not_load_is_broken(need: Need, place: Workplace) -> None:
    with site(need, place, leaf()) as daemon:
        text = daemon.main.read_text()
        daemon.main.write_text(text.replace("location / {", "location / { limit_req zone=none;"))
        verdict, fact = judged(daemon)
    assert isinstance(verdict, Broken)
    (running,) = fact.running or ()
    assert running.test_passed is False
    assert 'zone "none"' in running.said or "none" in running.said


def test_a_key_of_another_certificate_is_broken(need: Need, place: Workplace) -> None:
    with site(need, place, leaf()) as daemon:
        place.key_file(leaf("second"))
        verdict, _ = judged(daemon, running_is_on_disk=False)
    assert isinstance(verdict, Broken)
    assert "does not belong to" in verdict.why


def test_a_key_that_is_gone_is_broken(need: Need, place: Workplace) -> None:
    with site(need, place, leaf()) as daemon:
        (place.folder / "key.pem").unlink()
        verdict, _ = judged(daemon, running_is_on_disk=False)
    assert isinstance(verdict, Broken)
    assert f"{place.folder}/key.pem cannot be used: it is not there" in verdict.why


def test_a_server_that_does_not_run_is_unknown(need: Need, place: Workplace) -> None:
    with site(need, place, leaf()) as daemon:
        pass
    verdict, fact = judged(daemon)
    assert isinstance(verdict, Unknown)
    (running,) = fact.running or ()
    assert running.why_not == f"no nginx runs with {daemon.main}"


def test_haproxy_is_looked_at_the_same_way(need: Need, place: Workplace) -> None:
    place.both_file(leaf())
    text = HAPROXY.replace("CHECK", "check")
    with haproxy(need("haproxy"), text, place=place) as daemon:
        verdict, fact = judged(daemon, "www", upstream_health_checks="active", backends_at_least=2)
    assert isinstance(verdict, Holds), verdict
    assert [one.name for one in fact.served or ()] == [NAME]
    assert [one.software for one in fact.running or ()] == ["HAProxy"]


def test_haproxy_passes_its_own_test_with_a_server_that_is_not_checked(
    need: Need, place: Workplace
) -> None:
    place.both_file(leaf())
    text = HAPROXY.replace(" CHECK", "")
    with haproxy(need("haproxy"), text, place=place) as daemon:
        verdict, fact = judged(daemon, "www", upstream_health_checks=True)
    (running,) = fact.running or ()
    assert running.test_passed is True
    assert isinstance(verdict, Broken)
    assert verdict.why.startswith("two 127.0.0.1:9 of backend pages has no health check")
    line = next(one.place for one in verdict.evidence if one.what.startswith("two"))
    assert line is not None
    assert daemon.main.read_text().splitlines()[line.line - 1].strip().startswith("server two")
