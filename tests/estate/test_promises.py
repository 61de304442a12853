from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from types import MappingProxyType
from typing import Any

import pytest

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
        ("{days: soon}", "7:18: promise.days of guard 'g' must be a valid integer, not 'soon'"),
        ("{days: '3'}", "7:18: promise.days of guard 'g' must be a valid integer, not '3'"),
        ("{days: true}", "7:18: promise.days of guard 'g' must be a valid integer, not true"),
        ("{days: 1.5}", "7:18: promise.days of guard 'g' must be a valid integer, not 1.5"),
        ("{days: [3]}", "7:18: promise.days of guard 'g' must be a valid integer, not a list"),
        ("{days: }", "7:18: promise.days of guard 'g' must be a valid integer, not nothing"),
        ("{days: 0}", "7:12: promise of guard 'g' is refused: days must be at least 1"),
        ("{}", "7:12: promise of guard 'g' needs 'days'"),
        ("", "4:3: promise of guard 'g' needs 'days'"),
        ("[days]", "7:12: promise of guard 'g' must be a mapping of keys, not a list"),
        ("3", "7:12: promise of guard 'g' must be a mapping of keys, not 3"),
        (
            "{days: 1, colour: green}",
            "7:29: promise.colour of guard 'g' must be 'red' or 'blue', not 'green'",
        ),
        (
            "{days: 1, flows: {to: x}}",
            "7:28: promise.flows of guard 'g' must be a valid array, not a mapping",
        ),
        ("{days: 1, flows: [{to: x}, {}]}", "7:38: promise of guard 'g' needs 'flows.1.to'"),
        (
            "{days: 1, flows: [{to: 5}]}",
            "7:34: promise.flows.0.to of guard 'g' must be a valid string, not 5",
        ),
        (
            "{days: 1, flows: [{to: x, prt: 1}]}",
            "7:37: unknown key 'prt' in promise.flows.0 of guard 'g' (did you mean 'port'?)",
        ),
        (
            "{days: 1, limit: []}",
            "7:28: promise.limit of guard 'g' must be a valid integer or a valid string, not a list",
        ),
        (
            "{days: 1, dazs: 1}",
            "7:21: unknown key 'dazs' in promise of guard 'g' (did you mean 'days'?)",
        ),
        ("{days: 1, password: 5}", "7:31: promise.password of guard 'g' must be a valid string"),
    ],
)
def test_a_wrong_promise_is_told_with_the_place_of_its_value(
    mistakes: MistakesOf, promise: str, told: str
) -> None:
    assert mistakes(guard(promise)) == [told]


def test_a_missing_promise_is_told_at_its_guard(mistakes: MistakesOf) -> None:
    text = "version: 1\nguards:\n  - {id: g, kind: word}\n"
    assert mistakes(text) == ["3:5: promise of guard 'g' needs 'days'"]


def test_a_planned_kind_keeps_its_promise_frozen(load: Load) -> None:
    promise = (
        load(guard("{flows: [{to: 25}], must: pass}", "firewall")).guards[GuardId("g")].promise
    )
    assert promise == {"flows": ({"to": 25},), "must": "pass"}
    assert isinstance(promise, MappingProxyType)
    assert isinstance(promise["flows"][0], MappingProxyType)


def test_a_planned_kind_needs_no_promise(load: Load) -> None:
    assert load(guard("", "firewall")).guards[GuardId("g")].promise == {}


def test_the_promise_of_a_planned_kind_is_a_mapping(mistakes: MistakesOf) -> None:
    assert mistakes(guard("[a]", "firewall")) == [
        "7:12: promise of guard 'g' must be a mapping of keys, not a list"
    ]


@pytest.mark.parametrize("place", ["env:DB_PASSWORD", "file:/run/secrets/db"])
def test_a_promise_may_say_where_a_secret_is_kept(load: Load, place: str) -> None:
    promise = load(guard(f"{{days: 1, password: '{place}'}}")).guards[GuardId("g")].promise
    assert promise.password == place


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.id))
def test_every_built_kind_has_a_promise_that_can_be_read(mistakes: MistakesOf, kind: Any) -> None:
    """An unknown key is told for each of them, so their annotations are ones pydantic knows."""
    text = f"version: 1\nservices: {{m: {{}}}}\nguards:\n- {{id: g, kind: {kind.id}, target: m, promise: {{nonsense: 1}}}}\n"
    from twiceshy.estate.load import InvalidEstate, read_estate

    with pytest.raises(InvalidEstate) as refusal:
        read_estate(text.encode(), "twiceshy.yaml", kinds=(kind,))
    assert any("unknown key 'nonsense'" in one.message for one in refusal.value.mistakes)
