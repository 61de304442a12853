"""A request through rules, on paper."""

from __future__ import annotations

import pytest

from tests.languages.seclang.test_rules import rules_of
from twiceshy.languages.seclang.dialect import Dialect
from twiceshy.languages.seclang.ruleset import RuleSet
from twiceshy.languages.seclang.walk import Passage, walk
from twiceshy.languages.seclang.weakness import Weakens

ON = "SecRuleEngine On\n"
SCORED = (
    ON + 'SecAction "id:1,phase:1,pass,setvar:tx.limit=5"\n'
    'SecRule ARGS "@rx a" "id:2,phase:2,pass,setvar:tx.score=+%{tx.points}"\n'
    'SecRule TX:score "@ge %{tx.limit}" "id:3,phase:2,deny"\n'
)


def sent(rules: RuleSet, number: int) -> Passage:
    fits = frozenset(n for n, rule in enumerate(rules.rules) if rule.id == number)
    return walk(rules, fits=fits)


def test_a_score_that_reaches_the_limit_is_denied() -> None:
    points = 'SecAction "id:9,phase:1,pass,setvar:tx.points=5"\n'
    assert sent(rules_of(points + SCORED), 2).denies
    assert not sent(rules_of(points.replace("=5", "=4") + SCORED), 2).denies


def test_a_request_that_fits_nothing_is_not_denied() -> None:
    assert not walk(rules_of(SCORED)).denies


@pytest.mark.parametrize("mode", ["DetectionOnly", "Off"])
def test_nothing_is_denied_unless_the_engine_is_on(mode: str) -> None:
    rules = rules_of(f'SecRuleEngine {mode}\nSecAction "id:1,phase:1,deny"')
    assert not walk(rules).denies


def test_a_variable_that_was_never_set_fits_nothing() -> None:
    rules = rules_of(ON + 'SecRule TX:x "!@eq 1" "id:1,phase:1,deny"')
    assert not walk(rules).denies
    counted = rules_of(ON + 'SecRule &TX:x "@eq 0" "id:1,phase:1,deny"')
    assert walk(counted).denies


def test_a_skip_goes_to_its_marker() -> None:
    rules = rules_of(
        ON + 'SecAction "id:1,phase:1,pass,skipAfter:END"\nSecAction "id:2,phase:1,deny"\n'
        'SecMarker END\nSecAction "id:3,phase:1,pass"'
    )
    passage = walk(rules)
    assert not passage.denies
    assert {rules.rules[n].id for n in passage.skipped} == {2}
    assert {rules.rules[n].id for n in passage.reached} == {1, 3}


def test_a_skip_counts_rules_of_its_phase() -> None:
    rules = rules_of(
        ON + 'SecAction "id:1,phase:1,pass,skip:1"\nSecAction "id:2,phase:2,deny"\n'
        'SecAction "id:3,phase:1,deny"\nSecAction "id:4,phase:1,pass"'
    )
    assert {rules.rules[n].id for n in walk(rules).skipped} == {3}


@pytest.mark.parametrize(("dialect", "denied"), [(Dialect.LIBRARY, False), (Dialect.APACHE, True)])
@pytest.mark.parametrize("skip", ["skipAfter:NOWHERE", "skip:3"])
def test_a_skip_without_an_end_goes_on_in_the_next_phase_of_one_dialect(
    skip: str, dialect: Dialect, denied: bool
) -> None:
    rules = rules_of(
        ON + f'SecAction "id:1,phase:1,pass,{skip}"\nSecAction "id:2,phase:2,deny"', dialect=dialect
    )
    assert walk(rules).denies is denied


@pytest.mark.parametrize(("dialect", "denied"), [(Dialect.LIBRARY, False), (Dialect.APACHE, True)])
def test_the_number_of_a_rule_is_a_marker_in_one_dialect(dialect: Dialect, denied: bool) -> None:
    rules = rules_of(
        ON + 'SecAction "id:1,phase:2,pass,skipAfter:2"\nSecAction "id:2,phase:2,pass"\n'
        'SecAction "id:3,phase:2,deny"',
        dialect=dialect,
    )
    assert walk(rules).denies is denied


@pytest.mark.parametrize(("allow", "ends"), [("allow", True), ("allow:phase", False)])
def test_allow_ends_a_phase_or_all(allow: str, ends: bool) -> None:
    rules = rules_of(
        ON + f'SecAction "id:1,phase:1,{allow}"\nSecAction "id:2,phase:1,deny"\n'
        'SecAction "id:3,phase:2,deny"'
    )
    passage = walk(rules)
    assert passage.denies is not ends
    assert passage.blocked_by is None or rules.rules[passage.blocked_by].id == 3


def test_rules_removed_on_the_way_do_not_run() -> None:
    rules = rules_of(
        ON + 'SecAction "id:1,phase:1,pass,ctl:ruleRemoveById=2-3"\nSecAction "id:2,phase:2,deny"'
    )
    passage = walk(rules)
    assert not passage.denies
    assert [one.how for one in passage.weaknesses] == [Weakens.REMOVAL]


def test_what_may_happen_for_some_is_noted_and_does_not_happen() -> None:
    rules = rules_of(
        ON + 'SecRule REQUEST_HEADERS:X "@streq 1" "id:1,phase:1,pass,ctl:ruleEngine=Off"\n'
        'SecAction "id:2,phase:1,deny"'
    )
    passage = walk(rules)
    assert passage.denies
    (weakness,) = passage.weaknesses
    assert (weakness.how, weakness.value, weakness.always) == (Weakens.ENGINE, "off", False)


def test_a_chain_with_a_link_that_never_fits_does_nothing() -> None:
    rules = rules_of(
        ON + 'SecRule ARGS "@rx a" "id:1,phase:1,pass,ctl:ruleEngine=Off,chain"\n'
        'SecRule TX:never "@eq 1" "t:none"'
    )
    assert not walk(rules).weaknesses


def test_variables_of_a_chain_are_set_link_by_link() -> None:
    rules = rules_of(
        ON + 'SecRule &TX:a "@eq 0" "id:1,phase:1,pass,setvar:tx.b=1,chain"\n'
        'SecRule TX:never "@eq 1" "setvar:tx.c=1"'
    )
    assert set(walk(rules).tx) == {"b"}


@pytest.mark.parametrize(("dialect", "denied"), [(Dialect.LIBRARY, False), (Dialect.APACHE, True)])
def test_without_bodies_the_library_leaves_phase_2_out(dialect: Dialect, denied: bool) -> None:
    rules = rules_of(
        ON + 'SecRequestBodyAccess Off\nSecAction "id:1,phase:2,deny"', dialect=dialect
    )
    assert walk(rules).denies is denied


def test_only_requests_of_the_host_itself_are_let_be() -> None:
    rule = 'SecRule REMOTE_ADDR "@ipMatch {}" "id:1,phase:1,pass,ctl:ruleEngine=Off"'
    assert not walk(rules_of(ON + rule.format("127.0.0.1,::1"))).weaknesses
    assert walk(rules_of(ON + rule.format("127.0.0.1,10.0.0.0/8"))).weaknesses
    assert walk(rules_of(ON + rule.replace('"@', '"!@').format("127.0.0.1"))).weaknesses


def test_a_value_that_doubles_again_and_again_ends() -> None:
    doubling = "\n".join(
        f'SecAction "id:{n},phase:1,pass,setvar:tx.a=%{{tx.a}}%{{tx.a}}x"' for n in range(1, 200)
    )
    assert walk(rules_of(ON + doubling)).tx["a"].text is None
