from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from twiceshy.cli.render.check_json import check_json
from twiceshy.cli.render.check_junit import check_junit
from twiceshy.cli.render.check_prometheus import check_prometheus
from twiceshy.cli.render.check_sarif import check_sarif
from twiceshy.cli.render.check_text import check_text
from twiceshy.cli.render.outcome import Outcome
from twiceshy.cli.render.paper import Paper, cells
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown
from twiceshy.watch.sweep import Result

MakeResult = Callable[..., Result]
HOSTILE = "a\x00\x1b[2J\u202e<&\"'\\]]>\n\ud800é証"


@pytest.fixture
def hostile(outcome: Outcome, result: MakeResult) -> Outcome:
    verdict = Broken(Severity.SERIOUS, HOSTILE, (Evidence(HOSTILE, HOSTILE),), next_step=HOSTILE)
    return replace(
        outcome,
        vantage=HOSTILE,
        results=(
            result("g", verdict, target=HOSTILE),
            result("h", Unknown(HOSTILE)),
            result("i", Holds(HOSTILE)),
        ),
    )


def test_text_tells_the_worst_first_with_evidence_and_what_to_do(outcome: Outcome) -> None:
    assert (
        check_text(outcome, Paper())
        == """\
✗ broken   mail-certificate  certificate  mail.smtp  critical
    the certificate ended 2026-05-30, promised 21 days
    · smtp://mail:25 at 192.0.2.7: leaf ended 2026-05-30 00:00 UTC
    next: Renew it.
    kept for: mail-2024#a2

✗ broken   shop-certificate  certificate  shop       warning, hurts users in 9 days
    9 days left, promised 21

? unknown  rules             firewall     mail.smtp
    not checked yet
    next: Look.

✓ holds    web               http         mail.smtp  200 in 12 ms

newly broken: mail-certificate
1 holds, 2 broken, 1 unknown  (checked from desk at 2026-06-01 12:00 UTC in 0.6 s)
"""
    )


@pytest.mark.parametrize("columns", [80, 100, 120])
def test_text_stays_within_its_columns(outcome: Outcome, result: MakeResult, columns: int) -> None:
    long = "word " * 60 + "x" * 300
    verdict = Broken(Severity.SERIOUS, long, (Evidence(long, long),) * 20, next_step=long)
    wide = replace(
        outcome,
        results=(
            *outcome.results,
            result("g" * 80, verdict, target="証" * 80),
            result("h" * 80, Holds(long)),
            result("i", Unknown(long)),
        ),
    )
    text = check_text(wide, Paper(columns))
    assert max(cells(line) for line in text.splitlines()) <= columns
    assert "and 12 more: --format json" in text


def test_text_of_hostile_words_cannot_steer_the_terminal(hostile: Outcome) -> None:
    for line in check_text(hostile, Paper()).splitlines():
        assert line.isprintable()


def test_colour_is_only_there_when_it_is_wanted(outcome: Outcome) -> None:
    plain = check_text(outcome, Paper())
    coloured = check_text(outcome, Paper(colour=True))
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_an_estate_without_guards_is_not_told_as_fine(outcome: Outcome) -> None:
    empty = replace(outcome, results=())
    assert empty.exit_code == 2
    assert "nothing is promised, so nothing is known" in check_text(empty, Paper())


def test_json_has_the_documented_keys(outcome: Outcome) -> None:
    shape = json.loads(check_json(outcome))
    assert list(shape) == [
        "version", "at", "vantage", "took_seconds", "estate", "summary", "turns", "guards",
    ]  # fmt: skip
    assert shape["at"] == "2026-06-01T12:00:00+00:00"
    assert shape["summary"] == {"holds": 1, "broken": 2, "unknown": 1}
    assert shape["guards"][0] == {
        "id": "mail-certificate",
        "kind": "certificate",
        "target": "mail.smtp",
        "verdict": "broken",
        "severity": "critical",
        "why": "the certificate ended 2026-05-30, promised 21 days",
        "evidence": [
            {"what": "smtp://mail:25 at 192.0.2.7", "found": "leaf ended 2026-05-30 00:00 UTC"}
        ],
        "next_step": "Renew it.",
        "hurts_at": None,
        "seen_at": "2026-06-01T12:00:00+00:00",
        "vantage": "desk",
        "because": ["mail-2024#a2"],
        "took_seconds": 0.123,
    }
    assert [guard["verdict"] for guard in shape["guards"]] == [
        "broken", "broken", "unknown", "holds",
    ]  # fmt: skip


def test_junit_counts_broken_as_failure_and_unknown_as_error(outcome: Outcome) -> None:
    root = ET.fromstring(check_junit(outcome))
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "2", "1")
    cases = {case.get("name"): case for case in suite}
    failure = cases["mail-certificate"].find("failure")
    assert failure is not None
    assert failure.get("type") == "critical"
    assert "next: Renew it." in (failure.text or "")
    assert cases["rules"].find("error") is not None
    assert cases["web"].find("failure") is cases["web"].find("error") is None
    assert cases["web"].get("line") == "7"


def test_prometheus_has_one_of_three_verdicts_for_every_guard(outcome: Outcome) -> None:
    lines = check_prometheus(outcome).splitlines()
    of_mail = [line for line in lines if line.startswith('twiceshy_guard_verdict{guard="mail')]
    assert of_mail == [
        'twiceshy_guard_verdict{guard="mail-certificate",kind="certificate",target="mail.smtp",'
        f'verdict="{name}"}} {value}'
        for name, value in (("holds", 0), ("broken", 1), ("unknown", 0))
    ]
    assert 'twiceshy_guards{verdict="broken"} 2' in lines
    assert (
        'twiceshy_guard_severity{guard="mail-certificate",kind="certificate",target="mail.smtp"} 3'
        in lines
    )
    assert any(
        line.startswith('twiceshy_guard_hurts_timestamp_seconds{guard="shop-certificate"')
        and line.endswith(" 1781103600")
        for line in lines
    )


def test_sarif_points_at_the_guard_in_the_estate_file(outcome: Outcome) -> None:
    log = check_sarif(outcome)
    (run,) = log["runs"]
    results = run["results"]
    assert [(one["ruleId"], one["level"]) for one in results] == [
        ("certificate", "error"), ("certificate", "warning"), ("firewall", "warning"),
    ]  # fmt: skip
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in results)
    assert results[0]["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "twiceshy.yaml"},
                "region": {"startLine": 7, "startColumn": 5},
            }
        }
    ]
    assert results[0]["partialFingerprints"] == {"twiceshy/v1": "mail-certificate"}


_SAMPLE = re.compile(r'[a-z_]+\{([a-z]+="(\\\\|\\"|\\n|[^\\"\n])*",?)+\} -?[0-9]+(\.[0-9]+)?')


def test_hostile_words_break_no_format(hostile: Outcome) -> None:
    assert json.loads(check_json(hostile))["guards"][0]["why"] == HOSTILE
    assert len(ET.fromstring(check_junit(hostile))[0]) == 3
    assert json.dumps(check_sarif(hostile))
    for line in check_prometheus(hostile).removesuffix("\n").split("\n"):
        assert line.startswith("# ") or _SAMPLE.fullmatch(line), line
