from __future__ import annotations

from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from twiceshy.reports import (
    cause_words,
    detection,
    entry_kinds,
    entry_words,
    genre,
    share,
    vocabulary,
)
from twiceshy.reports.phrases import Phrases, Wording, lower, sections

EVERY = [
    wording
    for module in (detection, entry_kinds, entry_words, genre, share)
    for value in vars(module).values()
    if isinstance(value, Phrases)
    for wording in value.wordings
]
EVERY += [wording for _, _, phrases in cause_words.RULES for wording in phrases.wordings]
EVERY += [wording for _, phrases in vocabulary._NAMES.lists for wording in phrases.wordings]


def _avoidable(parsed: Any, stems: tuple[str, ...]) -> bool:
    """Whether a pattern can match without any of the stems in it, as far as its tree tells."""
    run = ""
    for operation, value in [*parsed, (None, None)]:
        if operation is sre.LITERAL:
            run += chr(value)
            continue
        if any(stem in run for stem in stems):
            return False
        run = ""
        if operation is sre.SUBPATTERN and not _avoidable(value[3], stems):
            return False
        if operation is sre.BRANCH and not any(_avoidable(branch, stems) for branch in value[1]):
            return False
        repeats = operation in (sre.MAX_REPEAT, sre.MIN_REPEAT)
        if repeats and value[0] > 0 and not _avoidable(value[2], stems):
            return False
    return True


@pytest.mark.parametrize("wording", EVERY, ids=lambda wording: wording.pattern[:40])
def test_every_match_of_a_wording_contains_one_of_its_stems(wording: Wording) -> None:
    wording.compiled()
    if wording.stems:
        assert not _avoidable(_parser.parse(wording.pattern), wording.stems)


def test_the_leftmost_wording_is_found_whatever_the_order_of_the_lines() -> None:
    phrases = Phrases("b :: b\\w+\na :: a\\w+")
    found = phrases.search("see Apples and bananas")
    assert found is not None
    assert found[0] == "apples"


def test_it_finds_all_from_left_to_right_and_none_twice() -> None:
    phrases = Phrases("disk :: disk(?: full)?\nfull :: full")
    assert [match[0] for match in phrases.findall("Disk full, disk, full")] == [
        "disk full",
        "disk",
        "full",
    ]
    assert phrases.count("disk full disk") == 2


def test_a_wording_begins_at_a_word() -> None:
    assert Phrases("age :: age").search("outage") is None


def test_a_line_without_stems_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="stems :: pattern"):
        Phrases("just a pattern")


def test_lower_case_keeps_every_place() -> None:
    assert len(lower("İstanbul ẞ")) == len("İstanbul ẞ")


def test_a_text_of_several_lists_is_taken_apart_by_its_names() -> None:
    found = dict(sections("\n[one 2]\na :: aX\n[two]\nb :: b", X="b?"))
    assert list(found) == ["one 2", "two"]
    assert found["one 2"].wordings[0].pattern == "ab?"
