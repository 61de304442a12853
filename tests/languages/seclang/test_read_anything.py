"""Whatever a file holds, reading it ends and never raises."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from twiceshy.languages.seclang.dialect import KNOWN, Dialect
from twiceshy.languages.seclang.files import library_of
from twiceshy.languages.seclang.rule import variables_of
from twiceshy.languages.seclang.ruleset import Part, rule_set
from twiceshy.languages.seclang.statement import statements_of
from twiceshy.languages.seclang.walk import ALL_PHASES, walk
from twiceshy.model.configuration import Configuration
from twiceshy.model.place import Place

PIECES = st.sampled_from(
    [
        *sorted(KNOWN),
        *("ARGS", "TX:a", "&TX:a", "!ARGS:/x/", "REMOTE_ADDR", '"@ge %{tx.a}"', '"@ipMatch 1"'),
        *('"id:1,phase:1,pass,setvar:tx.a=+1"', '"id:2,deny,chain"', '"id:3,skipAfter:END"'),
        *("ctl:ruleRemoveByTag=x", '"id:4,ctl:ruleRemoveById=1-9,allow"', "On", "Off", "1-99"),
        *('"', "'", "\\", "\\\n", "\n", " ", "#", ",", "|", "/", "*", "END", "\x00", "é"),
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map(" ".join))


@given(TEXTS, st.sampled_from(Dialect))
def test_any_text_becomes_rules_or_faults(text: str, dialect: Dialect) -> None:
    found = rule_set((Part(tuple(statements_of(text, "f"))),), dialect)
    fits = frozenset(range(len(found.rules)))
    for passage in (walk(found, phases=ALL_PHASES), walk(found, fits=fits)):
        assert passage.reached <= fits
    for index, rule in enumerate(found.rules):
        if rule.links:
            assert found.ending_of(index).name


@given(st.binary(max_size=300))
def test_any_bytes_are_read(content: bytes) -> None:
    items = library_of(Configuration({"/a": content})).file("/a", Place("x", 1))
    assert all(one.place.line >= 1 for one in items)


@settings(deadline=None)
@given(st.sampled_from(["|", "/", "/\\", "'", '"', "!", ",", "\\", "(", "a:", "\t"]))
def test_long_lines_of_one_thing_end(piece: str) -> None:
    text = f'SecRule {piece * 100_000} "{piece * 100_000}" "{piece * 100_000}"'
    found = rule_set((Part(tuple(statements_of(text, "f"))),), Dialect.LIBRARY)
    assert variables_of(piece * 100_000) is not None
    assert len(found.rules) + len(found.faults) >= 1
