from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twiceshy.errors import BugInTwiceshy
from twiceshy.model.report import FindingSeverity, Report
from twiceshy.reports import lint as lint_package
from twiceshy.reports.lint import FAMILIES, RULES, lint, worst
from twiceshy.reports.lint.rule import Rule, rule
from twiceshy.reports.read import read_report

ROOT = Path(__file__).parents[3]
BY_ID = {rule.id: rule for rule in RULES}


def _earlier_than(rule: Rule, bad: str) -> tuple[Report, ...]:
    if rule.id != "AC005":
        return ()
    return (read_report(bad.replace("September 2", "June 7"), path="june.md"),)


def _read(text: str, path: str) -> Report:
    """The report; an entry that came without its time as written gets its whole line for it."""
    report, lines = read_report(text, path=path), text.splitlines()
    timeline = tuple(
        replace(entry, written=entry.written or lines[entry.line - 1]) for entry in report.timeline
    )
    return replace(report, timeline=timeline)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_finds_its_bad_example_and_lets_the_better_one_pass(rule: Rule) -> None:
    told = rule.documentation()
    bad, better = _read(told.bad, "bad.md"), _read(told.better, "better.md")
    earlier = _earlier_than(rule, told.bad)

    assert bad.is_report
    assert better.is_report
    found = rule.findings(bad, earlier)
    assert {finding.rule for finding in found} == {rule.id}
    assert not rule.findings(better, earlier)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_finding_stands_on_a_line_of_the_report_and_says_what_to_write(rule: Rule) -> None:
    told = rule.documentation()
    report = _read(told.bad, "bad.md")

    for finding in rule.findings(report, _earlier_than(rule, told.bad)):
        assert 1 <= finding.line <= told.bad.count("\n")
        assert len(finding.message) > 30


def test_every_rule_of_every_file_is_registered_once() -> None:
    folder = Path(lint_package.__file__).parent
    ids = [
        value.id
        for path in folder.glob("*.py")
        if path.stem not in ("__init__", "rule")
        for value in vars(importlib.import_module(f"{lint_package.__name__}.{path.stem}")).values()
        if isinstance(value, Rule)
    ]

    assert sorted(ids) == sorted(rule.id for rule in RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_ids_run_on_without_holes_within_their_family() -> None:
    for family in FAMILIES:
        numbers = [int(rule.id[2:]) for rule in RULES if rule.id.startswith(family)]
        assert numbers == list(range(1, len(numbers) + 1))


def test_the_page_of_rules_is_current() -> None:
    script = ROOT / "scripts" / "generate_rules_page.py"
    spec = importlib.util.spec_from_file_location("generate_rules_page", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page: Callable[[], str] = module.rules_page

    written = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert written == page(), "run python scripts/generate_rules_page.py"


def test_a_rule_without_its_documentation_is_a_bug() -> None:
    @rule("XX001", "nothing-said", FindingSeverity.NOTE)
    def silent(report: Report, _: object) -> tuple[()]:  # noqa: ARG001 - the shape of a rule
        """Says one sentence only."""
        return ()

    with pytest.raises(BugInTwiceshy, match="XX001"):
        silent.documentation()


def test_a_document_that_is_no_report_has_no_findings() -> None:
    report = read_report("# Groceries\n\n- milk\n- bread\n", path="list.md")

    assert not report.is_report
    assert lint(report) == ()


def test_findings_come_in_the_order_of_their_lines() -> None:
    report = read_report(BY_ID["TL005"].documentation().bad, path="bad.md")
    lines = [finding.line for finding in lint(report)]

    assert lines == sorted(lines)


def test_the_worst_finding_decides() -> None:
    report = read_report(BY_ID["TZ001"].documentation().bad, path="bad.md")

    assert worst(lint(report)) is FindingSeverity.ERROR
    assert worst(()) is None


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.sampled_from("#-*: 0123456789apmUTCE\n|abcde."), max_size=400))
def test_whatever_is_written_the_linter_finishes(text: str) -> None:
    report = read_report(f"# Outage\n\n## Timeline\n{text}\n", path="fuzz.md")

    assert isinstance(lint(report, earlier=(report,)), tuple)
