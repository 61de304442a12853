"""Rule sets put together at random: whatever the real server lets through never holds."""

from __future__ import annotations

from random import Random

import pytest

from tests.farm.fixtures import Need
from tests.farm.waf_verdicts import verdict_of
from tests.farm.walls import (
    APACHE_MODULES,
    ATTACK,
    CRS,
    NGINX_MODULE,
    Case,
    apache_wall,
    needed,
    nginx_wall,
)
from twiceshy.model.verdict import Holds

LINES = (
    "SecRuleEngine {mode}",
    "SecRuleRemoveById {rule}",
    "SecRuleRemoveByTag attack-{tag}",
    'SecRuleUpdateActionById {rule} "{ending}"',
    "SecRequestBodyAccess {switch}",
    "SecMarker {marker}",
    'SecAction "id:{n},phase:{phase},pass,nolog,setvar:tx.inbound_anomaly_score_threshold={score}"',
    'SecAction "id:{n},phase:{phase},pass,nolog,setvar:tx.paranoia_level={level}"',
    'SecAction "id:{n},phase:1,pass,nolog,setvar:tx.executing_paranoia_level={level}"',
    'SecAction "id:{n},phase:1,pass,nolog,setvar:!tx.inbound_anomaly_score_threshold"',
    'SecAction "id:{n},phase:{phase},pass,nolog,ctl:ruleEngine={mode}"',
    'SecAction "id:{n},phase:{phase},pass,nolog,ctl:ruleRemoveById={rule}"',
    'SecAction "id:{n},phase:{phase},pass,nolog,ctl:ruleRemoveByTag=attack-{tag}"',
    'SecAction "id:{n},phase:{phase},pass,nolog,skipAfter:{marker}"',
    'SecAction "id:{n},phase:{phase},pass,nolog,skip:{count}"',
    'SecAction "id:{n},phase:{phase},{allow},nolog"',
)
SEEDS = range(10)


def lines(random: Random, number: int, most: int) -> list[str]:
    return [
        random.choice(LINES).format(
            n=number + step,
            mode=random.choice(("On", "Off", "DetectionOnly")),
            rule=random.choice((949110, 949060, 941100, 901120, 901200, 999)),
            tag=random.choice(("xss", "sqli")),
            ending=random.choice(("pass", "deny", "allow", "block")),
            switch=random.choice(("On", "Off")),
            marker=random.choice(
                ("END-REQUEST-949-BLOCKING-EVALUATION", "BEGIN-REQUEST-BLOCKING-EVAL", "NOWHERE")
            ),
            phase=random.choice((1, 2)),
            score=random.choice((4, 5, 1000)),
            level=random.choice((0, 1, 2)),
            count=random.choice((1, 5, 300)),
            allow=random.choice(("allow", "allow:phase", "allow:request")),
        )
        for step in range(random.randint(0, most))
    ]


def rules(random: Random) -> str:
    return "\n".join((*lines(random, 1, 2), CRS, *lines(random, 11, 2), ""))


@pytest.mark.parametrize("seed", SEEDS)
def test_nginx_lets_nothing_through_that_holds(need: Need, seed: int) -> None:
    random = Random(seed)
    inner = "".join(f"modsecurity_rules '{line}'; " for line in lines(random, 21, 1))
    case = Case(rules(random), location=f"location / {{ {inner}try_files /index.html =404; }}")
    with nginx_wall(needed(need, "nginx", NGINX_MODULE), case) as wall:
        status = wall.answer(ATTACK) if wall.is_taken() else 0
        verdict = verdict_of(wall, attacks=("xss",))
        assert status not in {0, 200} or not isinstance(verdict, Holds)


@pytest.mark.parametrize("seed", SEEDS)
def test_apache_lets_nothing_through_that_holds(need: Need, seed: int) -> None:
    random = Random(seed)
    inner = "\n".join(lines(random, 21, 1))
    case = Case(rules(random), location=f"<Location />\n{inner}\n</Location>")
    module = APACHE_MODULES / "mod_security2.so"
    with apache_wall(needed(need, "apache2", module), case) as wall:
        status = wall.answer(ATTACK) if wall.is_taken() else 0
        verdict = verdict_of(wall, attacks=("xss",))
        assert status not in {0, 200} or not isinstance(verdict, Holds)
