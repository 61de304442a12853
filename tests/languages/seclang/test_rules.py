"""Directives to rules, exceptions and settings."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from twiceshy.languages.seclang.actions import MalformedActions, actions_of
from twiceshy.languages.seclang.dialect import Dialect
from twiceshy.languages.seclang.rule import Operator, Variable, variables_of
from twiceshy.languages.seclang.ruleset import Part, RuleSet, rule_set
from twiceshy.languages.seclang.statement import statements_of

LIBRARY, APACHE = Dialect.LIBRARY, Dialect.APACHE


def rules_of(*texts: str, dialect: Dialect = LIBRARY) -> RuleSet:
    return rule_set(tuple(Part(tuple(statements_of(text, "f"))) for text in texts), dialect)


def numbers(rules: RuleSet, positions: Iterable[int]) -> set[int | None]:
    return {rules.rules[n].id for n in positions}


def test_actions_are_cut_at_commas_outside_quotes() -> None:
    found = actions_of("id:'200000',phase:1 , msg:'a, b',t:none,setvar:'tx.a=+%{tx.b}',deny")
    assert [(one.name, one.value) for one in found] == [
        ("id", "200000"),
        ("phase", "1"),
        ("msg", "a, b"),
        ("t", "none"),
        ("setvar", "tx.a=+%{tx.b}"),
        ("deny", ""),
    ]


@pytest.mark.parametrize("text", ["id:1,'", "msg:'never ends", "id:1,=3"])
def test_actions_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(MalformedActions):
        actions_of(text)


def test_variables_are_cut_at_bars_outside_expressions() -> None:
    assert variables_of("ARGS|!ARGS:/a|b/|&TX:Score|REQUEST_HEADERS:User-Agent") == (
        Variable("ARGS"),
        Variable("ARGS", "/a|b/", is_left_out=True),
        Variable("TX", "score", is_count=True),
        Variable("REQUEST_HEADERS", "user-agent"),
    )


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        ("@ge 5", Operator("ge", "5")),
        ("!@eq 0", Operator("eq", "0", is_negated=True)),
        ("^abc", Operator("rx", "^abc")),
        ("@detectSQLi", Operator("detectsqli", "")),
    ],
)
def test_operators(text: str, operator: Operator) -> None:
    assert Operator.of(text) == operator


def test_chained_rules_are_one() -> None:
    found = rules_of(
        'SecRule ARGS "@rx a" "id:1,phase:1,deny,chain"\nSecRule TX:b "@eq 1" "t:none"\n'
        'SecRule ARGS "@rx c" "id:2,phase:2,pass"'
    )
    assert [(rule.id, len(rule.links)) for rule in found.rules] == [(1, 2), (2, 1)]
    assert found.rules[0].condition == "ARGS @rx a and TX:b @eq 1"
    assert not found.faults


@pytest.mark.parametrize(
    "text",
    [
        'SecRule ARGS "@rx a" "id:1,phase:1,deny,chain"',
        'SecRule ARGS "@rx a" "phase:1,deny"',
        'SecRule ARGS "@rx a" "id:1,phase:9,deny"',
        'SecRule ARGS "@rx a" "id:1" more',
        "SecRule ARGS",
        'SecAction "id:1,deny\'"',
        'SecAction "id:1',
        'SecDefaultAction "phase:7,deny"',
        "SecRuleRemoveById one",
        "SecRuleRemoveById",
        "SecRuleEngine Perhaps",
        "SecWhatever On",
        'SecAction "id:1,pass"\nSecAction "id:1,pass"',
    ],
)
def test_what_is_refused_or_not_understood_is_a_fault_with_its_place(text: str) -> None:
    (fault,) = rules_of(text).faults
    assert fault.place.file == "f"


@pytest.mark.parametrize("dialect", Dialect)
def test_in_one_file_the_last_setting_counts(dialect: Dialect) -> None:
    found = rules_of("SecRuleEngine On\nSecRuleEngine Off", dialect=dialect)
    assert found.value("SecRuleEngine") == "off"
    assert found.settings["secruleengine"].place.line == 2


@pytest.mark.parametrize(("dialect", "value"), [(LIBRARY, "on"), (APACHE, "off")])
def test_of_several_parts_one_counts(dialect: Dialect, value: str) -> None:
    found = rules_of("SecRuleEngine On", "SecRuleEngine Off", dialect=dialect)
    assert found.value("SecRuleEngine") == value


@pytest.mark.parametrize(("dialect", "removed"), [(LIBRARY, {1, 2}), (APACHE, {1})])
def test_a_removal_reaches_rules_below_it_in_one_dialect(
    dialect: Dialect, removed: set[int]
) -> None:
    found = rules_of(
        'SecAction "id:1,pass"\nSecRuleRemoveById 1-2\nSecAction "id:2,pass"', dialect=dialect
    )
    assert numbers(found, found.removed()) == removed


@pytest.mark.parametrize(("dialect", "removed"), [(LIBRARY, set()), (APACHE, {1})])
def test_a_tag_is_an_expression_in_one_dialect(dialect: Dialect, removed: set[int]) -> None:
    found = rules_of(
        'SecAction "id:1,pass,tag:attack-xss"\nSecRuleRemoveByTag attack-.*', dialect=dialect
    )
    assert numbers(found, found.removed()) == removed


def test_an_expression_that_may_take_for_ever_is_a_fault() -> None:
    found = rules_of("SecRuleRemoveByTag (a+)+$", dialect=APACHE)
    assert len(found.faults) == 1
    assert "not evaluated" in found.faults[0].why


@pytest.mark.parametrize(
    ("dialect", "endings"), [(LIBRARY, ["deny", "pass"]), (APACHE, ["pass", "deny"])]
)
def test_a_default_action_reaches_other_rules_in_each_dialect(
    dialect: Dialect, endings: list[str]
) -> None:
    found = rules_of(
        'SecRule ARGS a "id:1,phase:2,block"\nSecDefaultAction "phase:2,deny"\n'
        'SecRule ARGS a "id:2,phase:2"',
        dialect=dialect,
    )
    assert [found.ending_of(n).name for n in range(2)] == endings


def test_only_a_whole_collection_counts_as_narrowed() -> None:
    rule = 'SecRule ARGS|REQUEST_BODY "@rx a" "id:1,deny,tag:x"\n'
    whole = rules_of(rule + 'SecRuleUpdateTargetById 1 "!ARGS"')
    single = rules_of(rule + 'SecRuleUpdateTargetByTag x "!ARGS:password"')
    other = rules_of(rule + 'SecRuleUpdateTargetById 1 "!REQUEST_COOKIES"')
    assert [len(found.exemptions[0].rules) for found in (whole, single, other)] == [1, 0, 0]
    assert not whole.removed()


def test_more_exceptions_than_are_worked_out_are_a_fault() -> None:
    actions = "\n".join(f'SecAction "id:{n},pass"' for n in range(1, 1201))
    removals = "\n".join(f"SecRuleRemoveById {n}" for n in range(1, 1201))
    found = rules_of(f"{actions}\n{removals}")
    assert any("more exceptions" in fault.why for fault in found.faults)
