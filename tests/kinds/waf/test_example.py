"""The example of the shop: the update is refused, on paper and by the real nginx."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.farm.fixtures import Need
from tests.farm.waf_verdicts import judged
from tests.farm.walls import ATTACK, BENIGN, NGINX_MODULE, Case, needed, nginx_wall
from twiceshy.estate.load import load_estate
from twiceshy.kinds.waf.facts import Promise
from twiceshy.model.configuration import Configuration
from twiceshy.model.ids import GuardId
from twiceshy.model.verdict import Broken, Holds

EXAMPLE = Path(__file__).resolve().parents[3] / "examples/changes/shop-waf"
RULES = EXAMPLE / "before/etc/nginx/modsecurity"


def promised() -> Promise:
    estate = load_estate(EXAMPLE / "twiceshy.yaml")
    promise = estate.guards[GuardId("shop-waf-enforces")].promise
    assert isinstance(promise, Promise)
    return promise


def side(name: str) -> Configuration:
    folder = EXAMPLE / name
    files = {
        f"/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    return Configuration(files, origin=name, prefix=name)


@pytest.mark.parametrize("name", ["before", "mended"])
def test_the_good_sides_hold(name: str) -> None:
    assert isinstance(judged(side(name), promised()), Holds)


def test_the_update_is_refused_with_its_line() -> None:
    found = judged(side("after"), promised())
    assert isinstance(found, Broken)
    assert str(found.evidence[0].place) == "after/etc/nginx/modsecurity/engine.conf:2:1"


@pytest.mark.parametrize(("name", "status"), [("before", 403), ("after", 200), ("mended", 403)])
def test_the_real_nginx_agrees(need: Need, name: str, status: int) -> None:
    program = needed(need, "nginx", NGINX_MODULE)
    folder = EXAMPLE / name / "etc/nginx/modsecurity"
    files = {
        f"modsecurity/{path.relative_to(folder)}": path.read_text()
        for path in folder.rglob("*.conf")
    }
    server = "modsecurity on; modsecurity_rules_file FOLDER/modsecurity/main.conf;"
    with nginx_wall(program, Case(server=server, files=files)) as wall:
        assert wall.answer(ATTACK) == status
        assert wall.answer(BENIGN) == 200
