from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twiceshy.reports.openings import LETTERS, choices_of, openings_of
from twiceshy.reports.phrases import openings_in, places_of

Told = tuple[str, str]
"""A pattern, and a text that it matches, or nearly."""

WORD = st.sampled_from([(each, each) for each in ("a", "b", "s", "at", "cat", "bats", "9_", "_")])
ENDS = st.sampled_from([(" ", " "), ("-", "-"), ("'", "'"), (r"\.", "."), (r"\s", " "), ("/", "/")])
SET = st.sampled_from([("[ab]", "b"), ("[- ]", "-"), ("[sz]", "z"), (r"[\s-]", " "), ("[]b]", "b")])
UNSURE = st.sampled_from(
    [("[^a]", "b"), ("[a-c]", "c"), (r"\w", "t"), (r"\d", "9"), (".", "x"), (r"\W", ".")]
)
ELEMENT = st.integers(0, 9).flatmap(
    lambda number: WORD if number < 5 else ENDS if number < 7 else SET if number < 9 else UNSURE
)
LOOKS = [r"\b", "$", "^", r"^\W*", "(?!b)", "(?<!a)", "(?=a)", "(?<= )"]
BETWEEN = st.sampled_from([*[""] * 30, *LOOKS])
TIMES = {"": "1", "?": "01", "*": "02", "+": "12", "{2}": "2", "{0,2}": "02", "{1,3}": "13"}
TEXTS = st.text("abcst9_ -'.,/x\né—", max_size=12)


@st.composite
def _repeated(draw: st.DrawFn, element: st.SearchStrategy[Told]) -> Told:
    pattern, text = draw(element)
    quantifier = draw(st.sampled_from(["", "", "", *TIMES]))
    lazy = draw(st.sampled_from(["", "", "?"])) if quantifier in {"?", "*", "+"} else ""
    return pattern + quantifier + lazy, text * int(draw(st.sampled_from(TIMES[quantifier])))


@st.composite
def _grouped(draw: st.DrawFn, inside: st.SearchStrategy[Told]) -> Told:
    choices = draw(st.lists(inside, min_size=1, max_size=3))
    pattern = "|".join(pattern for pattern, _ in choices)
    return f"(?:{pattern})", draw(st.sampled_from(choices))[1]


@st.composite
def _in_a_row(draw: st.DrawFn, each: st.SearchStrategy[Told]) -> Told:
    row = draw(st.lists(each, min_size=1, max_size=4))
    pattern = "".join(draw(BETWEEN) + pattern for pattern, _ in row) + draw(BETWEEN)
    return pattern, "".join(text for _, text in row)


TOLD = st.recursive(
    ELEMENT,
    lambda inside: _in_a_row(_repeated(st.one_of(ELEMENT, _grouped(inside)))),
    max_leaves=9,
)


@st.composite
def _begun_and_ended(draw: st.DrawFn) -> Told:
    """Mostly a pattern that begins with a word, of which something may be told."""
    front = draw(st.sampled_from([("", ""), ("c", "c"), ("ca", "ca"), ("(?:b|at)", "at")]))
    pattern, text = draw(TOLD)
    end = draw(st.sampled_from([("", ""), (r"\b", ""), ("cat", "cat"), (" ", " ")]))
    return front[0] + pattern + end[0], front[1] + text + end[1]


@given(st.lists(_begun_and_ended(), min_size=1, max_size=2), TEXTS, TEXTS)
@settings(max_examples=600, deadline=None)
def test_whatever_a_pattern_matches_begins_with_one_of_its_openings(
    told: list[Told], before: str, after: str
) -> None:
    pattern = "|".join(each for each, _ in told)
    openings = openings_of(pattern)
    low = (before + told[0][1] + after).lower()
    for match in re.compile(rf"\b(?:{pattern})").finditer(low):
        if openings is not None and match.end() > match.start():
            here = [o for o in openings & openings_in(low) if match.start() in places_of(o, low)]
            assert len(here) == 1


@pytest.mark.parametrize(
    ("pattern", "openings"),
    [
        ("outage", {"out"}),
        (r"fix(?:ed|ing)?\b", {"fix"}),
        (r"re-?enabled", {"re", "ree"}),
        (r"ab |cd\b", {"ab", "cd"}),
        (r"(?:the )*cause", {"the", "cau"}),
        (r"(?<!no )complain", {"com"}),
        (r"a[sz]e|[ab]c ", {"ase", "aze", "ac", "bc"}),
        (r"\bflag", {"fla"}),
        (r"^\W*third", {"thi"}),
        ("id$", {"id"}),
    ],
)
def test_what_is_plain_to_see_is_told(pattern: str, openings: set[str]) -> None:
    assert openings_of(pattern) == frozenset(openings)


@pytest.mark.parametrize(
    "pattern",
    ["ab", "", r"\w+ing", ".*x", r"\.conf", "(?:un)*able", "[^a]bc", "[a-z]bc", "a{2}bc", "(a)bc"],
)
def test_what_may_begin_in_any_way_is_not_known(pattern: str) -> None:
    assert openings_of(pattern) is None


def test_alternatives_are_parted_where_no_group_or_set_holds_them() -> None:
    assert choices_of(r"a(?:b|c)|[|]d|\|e") == ["a(?:b|c)", "[|]d", r"\|e"]
    assert choices_of("a[]|]b") == ["a[]|]b"]


@given(TEXTS)
def test_the_openings_of_a_text_are_the_front_letters_of_its_words(text: str) -> None:
    low = text.lower()
    assert openings_in(low) == {word[:LETTERS] for word in re.findall(r"\w+", low)}


@given(TEXTS)
def test_each_word_is_a_place_of_its_opening_alone(text: str) -> None:
    low = text.lower()
    told = {opening: places_of(opening, low) for opening in openings_in(low)}
    words = {match.start(): match[0][:LETTERS] for match in re.finditer(r"\w+", low)}
    assert {place: opening for opening, places in told.items() for place in places} == words
    assert sum(len(places) for places in told.values()) == len(words)
