from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from types import MappingProxyType
from typing import Any

import pytest

from twiceshy.estate.load import InvalidEstate, read_estate
from twiceshy.kinds import KINDS
from twiceshy.model.estate import Estate
from twiceshy.model.ids import GuardId

Load = Callable[..., Estate]
MistakesOf = Callable[..., list[str]]


def guard(promise: str, kind: str = "toy") -> str:
    return f"version: 1\nservices: {{m: {{}}}}\nguards:\n- id: g\n  kind: {kind}\n  target: m\n  promise: {promise}\n"


def test_a_promise_becomes_the_own_class_of_its_kind(load: Load, toy_promise: type[Any]) -> None:
    promise = (
        load(guard("{days: 3, flows: [{to: x}], limit: many, colour: blue}"))
        .guards[GuardId("g")]
        .promise
    )
    assert type(promise) is toy_promise
    assert (promise.days, promise.flows[0].port, promise.limit) == (3, 25, "many")
    with pytest.raises(FrozenInstanceError):
        promise.days = 4


@pytest.mark.parametrize(
    ("promise", "told"),
    [
        ("{days: @soon}", "promise.days of guard 'g' must be a whole number, not 'soon'"),
        ("{days: @'3'}", "promise.days of guard 'g' must be a whole number, not '3'"),
        ("{days: @true}", "promise.days of guard 'g' must be a whole number, not true"),
        ("{days: @1.5}", "promise.days of guard 'g' must be a whole number, not 1.5"),
        ("{days: @[3]}", "promise.days of guard 'g' must be a whole number, not a list"),
        ("{days: @}", "promise.days of guard 'g' must be a whole number, not nothing"),
        ("@{days: 0}", "promise of guard 'g' is refused: days must be at least 1"),
        ("@{}", "promise of guard 'g' needs 'days'"),
        ("@[days]", "promise of guard 'g' must be a mapping of keys, not a list"),
        ("@3", "promise of guard 'g' must be a mapping of keys, not 3"),
        (
            "{days: 1, colour: @green}",
            "promise.colour of guard 'g' must be 'red' or 'blue', not 'green'",
        ),
        (
            "{days: 1, flows: @{to: x}}",
            "promise.flows of guard 'g' must be a list, not a mapping",
        ),
        (
            "{days: 1, flows: [@a]}",
            "promise.flows.0 of guard 'g' must be a mapping of keys, not 'a'",
        ),
        ("{days: 1, flows: [{to: x}, @{}]}", "promise of guard 'g' needs 'flows.1.to'"),
        ("{days: 1, flows: [{to: @5}]}", "promise.flows.0.to of guard 'g' must be text, not 5"),
        (
            "{days: 1, flows: [{to: x, @prt: 1}]}",
            "unknown key 'prt' in promise.flows.0 of guard 'g' (did you mean 'port'?)",
        ),
        (
            "{days: 1, limit: @[]}",
            "promise.limit of guard 'g' must be a whole number or text, not a list",
        ),
        (
            "{days: 1, @dazs: 1}",
            "unknown key 'dazs' in promise of guard 'g' (did you mean 'days'?)",
        ),
        ("{days: 1, password: @5}", "promise.password of guard 'g' must be text"),
    ],
)
def test_a_wrong_promise_is_told_with_the_place_of_its_value(
    mistakes: MistakesOf, promise: str, told: str
) -> None:
    """The sign @ marks where the mistake is."""
    column = len("  promise: ") + promise.index("@") + 1
    assert mistakes(guard(promise.replace("@", ""))) == [f"7:{column}: {told}"]


def test_a_missing_promise_is_told_at_its_guard(mistakes: MistakesOf) -> None:
    text = "version: 1\nguards:\n  - {id: g, kind: word}\n"
    assert mistakes(text) == ["3:5: promise of guard 'g' needs 'days'"]


def test_a_planned_kind_keeps_its_promise_frozen(load: Load) -> None:
    promise = load(guard("{flows: [{to: 25}], must: pass}", "login")).guards[GuardId("g")].promise
    assert promise == {"flows": ({"to": 25},), "must": "pass"}
    assert isinstance(promise, MappingProxyType)
    assert isinstance(promise["flows"][0], MappingProxyType)


def test_a_planned_kind_needs_no_promise(load: Load) -> None:
    assert load(guard("", "login")).guards[GuardId("g")].promise == {}


def test_the_promise_of_a_planned_kind_is_a_mapping(mistakes: MistakesOf) -> None:
    assert mistakes(guard("[a]", "login")) == [
        "7:12: promise of guard 'g' must be a mapping of keys, not a list"
    ]


@pytest.mark.parametrize("place", ["env:DB_PASSWORD", "file:/run/secrets/db"])
def test_a_promise_may_say_where_a_secret_is_kept(load: Load, place: str) -> None:
    promise = load(guard(f"{{days: 1, password: '{place}'}}")).guards[GuardId("g")].promise
    assert promise.password == place


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: str(kind.id))
def test_every_built_kind_has_a_promise_that_can_be_read(kind: Any) -> None:
    """An unknown key is told for each of them, so their annotations are ones pydantic knows."""
    text = f"version: 1\nservices: {{m: {{}}}}\nguards:\n- {{id: g, kind: {kind.id}, target: m, promise: {{nonsense: 1}}}}\n"
    with pytest.raises(InvalidEstate) as refusal:
        read_estate(text.encode(), "twiceshy.yaml", kinds=(kind,))
    assert any("unknown key 'nonsense'" in one.message for one in refusal.value.mistakes)
