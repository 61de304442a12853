from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from twiceshy.store.plain import plain, storable


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Settings:
    within: timedelta
    colours: frozenset[Colour]
    extra: MappingProxyType[str, object]


def test_a_promise_becomes_json_with_durations_in_seconds() -> None:
    settings = Settings(
        timedelta(minutes=2),
        frozenset({Colour.RED}),
        MappingProxyType({"at": datetime(2026, 1, 2, tzinfo=UTC), "n": (1, None, True)}),
    )
    assert plain(settings) == {
        "within": 120.0,
        "colours": ["red"],
        "extra": {"at": "2026-01-02T00:00:00+00:00", "n": [1, None, True]},
    }


def test_a_value_nested_into_itself_comes_to_an_end() -> None:
    endless: list[object] = []
    endless.append(endless)
    assert json.dumps(plain(endless))


def test_numbers_that_json_has_no_word_for_become_text() -> None:
    assert plain([float("nan"), float("inf")]) == ["nan", "inf"]


@given(st.text(st.characters(), max_size=40))
def test_stored_text_is_utf8_without_nul(text: str) -> None:
    kept = storable(text)
    assert "\0" not in kept.encode().decode()


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_ordinary_text_is_stored_unchanged(text: str) -> None:
    assert storable(text) == text
