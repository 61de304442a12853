"""The probe against a real nginx with ModSecurity: its files and its answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.farm.daemons import running
from tests.farm.fixtures import Need
from tests.farm.walls import APACHE_MODULES, CRS, Case, apache_wall, needed
from tests.probes.waf.conftest import NOW, VIEW, Running, Start
from twiceshy.kinds.waf.facts import WafFact
from twiceshy.kinds.waf.rules import judge
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.model.ids import HostId
from twiceshy.model.verdict import Broken, Holds, Unknown
from twiceshy.probes.waf_canaries import CANARIES, chosen
from twiceshy.probes.waf_files import collect


@pytest.fixture(scope="module")
def healthy(start: Start) -> Running:
    return start(Case())


@pytest.fixture(scope="module")
def watching(start: Start) -> Running:
    return start(Case(rules=CRS.replace("SecRuleEngine On", "SecRuleEngine DetectionOnly")))


def test_files_and_canaries_agree_that_it_enforces(healthy: Running) -> None:
    verdict = asyncio.run(healthy.verdict(healthy.promise(), healthy.estate()))
    assert isinstance(verdict, Holds), verdict
    assert "canary attacks are blocked and 4 requests pass" in verdict.summary


def test_files_and_canaries_agree_that_it_only_watches(watching: Running) -> None:
    verdict = asyncio.run(watching.verdict(watching.promise(), watching.estate()))
    assert isinstance(verdict, Broken)
    assert "only watches" in verdict.why
    assert any("harmless attacks get through" in one.found for one in verdict.evidence)


def test_without_a_host_the_canaries_alone_decide(healthy: Running, watching: Running) -> None:
    kept = asyncio.run(healthy.verdict(healthy.promise(), healthy.estate(host=False)))
    assert isinstance(kept, Holds)
    assert "the configuration was not seen" in kept.summary
    lost = asyncio.run(watching.verdict(watching.promise(), watching.estate(host=False)))
    assert isinstance(lost, Broken)
    assert "harmless attacks get through" in lost.why


def test_without_an_endpoint_the_files_alone_decide(healthy: Running, watching: Running) -> None:
    kept = asyncio.run(healthy.verdict(healthy.promise(), healthy.estate(endpoint=False)))
    assert isinstance(kept, Holds)
    assert "no canary was sent" in kept.summary
    lost = asyncio.run(watching.verdict(watching.promise(), watching.estate(endpoint=False)))
    assert isinstance(lost, Broken)


def test_canaries_are_not_sent_when_they_are_not_promised(watching: Running) -> None:
    promise = watching.promise(attack_canary="not sent", benign_canary="not sent")
    seen = asyncio.run(watching.look(promise, watching.estate(host=False)))
    assert isinstance(seen, Unseen)
    assert "names no host" in seen.why


def test_files_on_the_disk_that_do_not_run_are_told_apart(start: Start) -> None:
    stale = start(Case(rules="SecRuleEngine Off\n"))
    rules = Path(stale.wall.folder / "rules.conf")
    rules.write_text(CRS)
    verdict = asyncio.run(stale.verdict(stale.promise(), stale.estate()))
    assert isinstance(verdict, Broken)
    assert "harmless attacks get through" in verdict.why
    assert verdict.next_step is not None
    assert "running server" in verdict.next_step


def test_a_server_that_blocks_everybody_is_broken(start: Start) -> None:
    shut = start(Case(location="location / { deny all; }"))
    verdict = asyncio.run(shut.verdict(shut.promise(), shut.estate(host=False)))
    assert isinstance(verdict, Broken)
    assert "ordinary requests are refused" in verdict.why


def test_an_endpoint_that_only_redirects_says_nothing(start: Start) -> None:
    moved = start(Case(server="return 301 https://shop.example.test$request_uri;"))
    verdict = asyncio.run(moved.verdict(moved.promise(), moved.estate(host=False)))
    assert isinstance(verdict, Unknown)
    assert "redirects everything" in verdict.why


def test_a_server_in_trouble_says_nothing(start: Start) -> None:
    down = start(Case(server="return 502;"))
    verdict = asyncio.run(down.verdict(down.promise(), down.estate(host=False)))
    assert isinstance(verdict, Unknown)


def test_a_port_that_nobody_listens_on_is_not_held_against_the_firewall(healthy: Running) -> None:
    estate = healthy.estate(host=False)
    service = next(iter(estate.services.values()))
    shut = replace(service, endpoints=(replace(service.endpoints[0], url="http://127.0.0.1:1/"),))
    verdict = asyncio.run(
        healthy.verdict(healthy.promise(), replace(estate, services={shut.id: shut}))
    )
    assert isinstance(verdict, Unknown)
    assert "the request failed" in verdict.why


def test_what_the_estate_does_not_name_is_sent_nothing(healthy: Running) -> None:
    from tests.farm.waf_verdicts import guard_of
    from twiceshy.probes.waf import look

    url = f"http://127.0.0.1:{healthy.wall.daemon.ports['http']}/"
    guard = guard_of(healthy.promise(), url)
    seen = asyncio.run(look(guard, healthy.estate(host=False), VIEW))
    assert isinstance(seen, WafFact)
    assert [one.status for one in seen.canaries or ()] == [None]
    verdict = judge(healthy.promise(), seen, NOW)
    assert isinstance(verdict, Unknown)
    assert "nothing else is sent attacks" in verdict.why


def test_every_rule_file_is_collected_by_its_includes(healthy: Running) -> None:
    host = Host(HostId("here"))
    found = asyncio.run(collect(host, (healthy.wall.main,), (), VIEW))
    assert str(healthy.wall.folder / "rules.conf") in found.files
    assert any("REQUEST-949" in path for path in found.files)
    assert not any(path.endswith(".data") for path in found.files)
    assert found.unseen == {}


def test_a_main_file_that_is_not_there_is_unseen_with_why() -> None:
    host = Host(HostId("here"))
    found = asyncio.run(collect(host, ("/nowhere/nginx.conf",), (), VIEW))
    assert not found.files
    assert "No such file" in found.unseen["/nowhere/nginx.conf"]


def test_a_private_key_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "apache2.conf").write_text("LoadModule a_module a.so\nInclude key.pem\n")
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n")
    main = str(tmp_path / "apache2.conf")
    found = asyncio.run(collect(Host(HostId("here")), (main,), (), VIEW))
    assert list(found.files) == [main]
    assert found.unseen[str(tmp_path / "key.pem")] == "it holds a private key"


def test_apache_is_collected_by_its_includes(tmp_path: Path) -> None:
    (tmp_path / "apache2.conf").write_text(
        "LoadModule a_module a.so\nIncludeOptional mods-enabled/*.load\n"
        "IncludeOptional none/*.conf\nInclude conf.d\n"
    )
    (tmp_path / "mods-enabled").mkdir()
    (tmp_path / "available.load").write_text("LoadModule b_module b.so\nInclude more.conf\n")
    (tmp_path / "mods-enabled/b.load").symlink_to(tmp_path / "available.load")
    (tmp_path / "more.conf").write_text("SecRuleEngine On\n")
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d/x.conf").write_text("ServerName x\n")
    main = str(tmp_path / "apache2.conf")
    found = asyncio.run(collect(Host(HostId("here")), (main,), (), VIEW))
    names = {path.removeprefix(f"{tmp_path}/") for path in found.files}
    assert names == {"apache2.conf", "mods-enabled/b.load", "more.conf", "conf.d/x.conf"}
    assert "No such file" in found.unseen[str(tmp_path / "none/*.conf")]


def test_canaries_are_few_and_chosen_by_the_promise(healthy: Running) -> None:
    assert sum(1 for one in CANARIES if one.attack) <= 20
    assert sum(1 for one in CANARIES if not one.attack) <= 5
    only = chosen(healthy.promise(attacks=("xss",), benign_canary="not sent"))
    assert {one.attack for one in only} == {"xss"}


def test_a_running_apache_is_read_and_asked(need: Need) -> None:
    program = needed(need, "apache2", APACHE_MODULES / "mod_security2.so")
    with (
        apache_wall(program, Case()) as wall,
        running(wall.argv, wall.daemon, wall.folder),
    ):
        apache = Running(wall)
        verdict = asyncio.run(apache.verdict(apache.promise(), apache.estate()))
        assert isinstance(verdict, Holds), verdict
        assert "of Apache" in verdict.summary
