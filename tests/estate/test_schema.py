from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import (  # type: ignore[import-untyped] # it comes without types
    Draft202012Validator,
    FormatChecker,
)
from ruamel.yaml import YAML

from twiceshy.estate import guards, hosts, load, people, report_sources, services
from twiceshy.estate.descriptions import field_descriptions
from twiceshy.estate.load import InvalidEstate, read_estate
from twiceshy.estate.schema import estate_schema
from twiceshy.kinds import KINDS
from twiceshy.kinds.planned import PLANNED_KINDS
from twiceshy.model.kind import Kind

HERE = str(Path(__file__).parent / "twiceshy.yaml")

FULL: dict[str, Any] = {
    "version": 1,
    "reports": ["cases/all-at-once.txt", {"path": "cases/unknown-keys.txt", "id": "x"}],
    "hosts": {"mail-1": {"reach": "ssh://ops@mail-1:22", "addresses": ["192.0.2.10", "::1"]}},
    "services": {
        "dns": None,
        "mail": {
            "summary": "Mail",
            "owner": "ops",
            "endpoints": {
                "smtp": "smtp://mail.example.org",
                "web": {"url": "https://mail.example.org/x?y", "addresses": "192.0.2.10"},
            },
            "hosts": ["mail-1"],
            "depends_on": "dns",
        },
    },
    "people": {"ops": {"name": "Operations", "channels": ["chat"], "zone": "UTC"}},
    "channels": {"chat": {"url": "env:CHAT_URL", "depends_on": ["dns"]}},
    "guards": [
        {
            "id": "a",
            "kind": "toy",
            "target": "mail.smtp",
            "promise": {"days": 3, "flows": [{"to": "x"}], "limit": "many"},
            "every": "6h",
            "because": ["x#a1"],
            "why": "It plays.",
        },
        {"id": "b", "kind": "word", "promise": {"days": 1}},
        {"id": "c", "kind": "login", "target": "mail", "promise": {"any": ["thing"]}},
    ],
}

PARTS: list[tuple[tuple[str | int, ...], tuple[str, ...]]] = [
    ((), load.KEYS),
    (("reports", 1), report_sources.KEYS),
    (("hosts", "mail-1"), hosts.KEYS),
    (("services", "mail"), services.KEYS),
    (("services", "mail", "endpoints", "web"), services.ENDPOINT_KEYS),
    (("people", "ops"), people.PERSON_KEYS),
    (("channels", "chat"), people.CHANNEL_KEYS),
    (("guards", 0), guards.KEYS),
    (("guards", 0, "promise"), ("days", "colour", "flows", "limit", "password")),
    (("guards", 0, "promise", "flows", 0), ("to", "port")),
]
"""Every closed mapping of an estate, by its way in FULL, and the keys the loader knows in it."""


@pytest.fixture
def validator(kinds: tuple[Kind, ...]) -> Draft202012Validator:
    return Draft202012Validator(estate_schema(kinds), format_checker=FormatChecker())


@pytest.fixture(scope="module")
def built() -> Draft202012Validator:
    """The schema of the built kinds."""
    return Draft202012Validator(estate_schema(), format_checker=FormatChecker())


def part(estate: Any, way: tuple[str | int, ...]) -> Any:
    for step in way:
        estate = estate[step]
    return estate


def copy(estate: Any) -> Any:
    return json.loads(json.dumps(estate))


def loads(estate: Any, kinds: tuple[Kind, ...]) -> list[str]:
    """What the loader says about these values: nothing when they are an estate."""
    try:
        read_estate(json.dumps(estate).encode(), HERE, kinds=kinds)
    except InvalidEstate as refusal:
        return [mistake.message for mistake in refusal.mistakes]
    return []


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(estate_schema())


def test_the_example_is_valid(example: str) -> None:
    schema = Draft202012Validator(estate_schema(), format_checker=FormatChecker())
    schema.validate(YAML(typ="safe", pure=True).load(example))


def test_a_full_estate_is_valid_for_the_schema_and_the_loader(
    validator: Draft202012Validator, kinds: tuple[Kind, ...]
) -> None:
    validator.validate(FULL)
    assert loads(FULL, kinds) == []


@pytest.mark.parametrize(("way", "keys"), PARTS, ids=lambda value: str(value)[:40])
def test_schema_and_loader_know_the_same_keys(
    validator: Draft202012Validator,
    kinds: tuple[Kind, ...],
    way: tuple[str | int, ...],
    keys: tuple[str, ...],
) -> None:
    for key in (*keys, "nonsense", "days", "url", "path"):
        estate = copy(FULL)
        part(estate, way).setdefault(key, None)
        unknown = any(f"unknown key '{key}'" in message for message in loads(estate, kinds))
        refused = any(_refuses_key(error, key) for error in _errors(validator, estate))
        assert unknown == refused == (key not in keys), key


def _errors(validator: Draft202012Validator, estate: Any) -> Iterator[Any]:
    """All errors, also those inside the arms of a choice."""
    waiting = list(validator.iter_errors(estate))
    while waiting:
        error = waiting.pop()
        yield error
        waiting += error.context or ()


def _refuses_key(error: Any, key: str) -> bool:
    return error.validator == "additionalProperties" and f"'{key}' w" in error.message


def test_no_mapping_of_the_example_is_left_out() -> None:
    def ways(value: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
        if isinstance(value, dict):
            yield way
            for key, inner in value.items():
                yield from ways(inner, (*way, key))
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                yield from ways(inner, (*way, index))

    by_name: set[tuple[str | int, ...]] = {
        (name,) for name in ("hosts", "services", "people", "channels")
    }
    by_name |= {("services", "mail", "endpoints")}
    again: set[tuple[str | int, ...]] = {
        ("guards", 1),
        ("guards", 1, "promise"),
        ("guards", 2),
        ("guards", 2, "promise"),
    }
    assert set(ways(FULL)) == {way for way, _ in PARTS} | by_name | again


@pytest.mark.parametrize(
    ("way", "value"),
    [
        (("version",), 2),
        (("hosts", "mail-1", "reach"), "telnet://mail-1"),
        (("hosts", "mail-1", "addresses"), ["192.0.2.300"]),
        (("services", "mail", "endpoints", "smtp"), "htp://mail"),
        (("services", "mail", "endpoints", "smtp"), "smtp://ops:secret@mail"),
        (("services", "mail", "endpoints", "web", "url"), None),
        (("services", "mail", "owner"), 5),
        (("services", "a b"), {}),
        (("channels", "chat", "url"), "https://hooks.example.org/secret"),
        (("guards", 0, "id"), "Mail"),
        (("guards", 0, "kind"), "toi"),
        (("guards", 0, "every"), "6 hours"),
        (("guards", 0, "because"), ["x"]),
        (("guards", 0, "promise", "days"), "3"),
        (("guards", 0, "promise"), None),
        (("guards", 2, "promise"), []),
    ],
)
def test_schema_and_loader_refuse_the_same_wrong_values(
    validator: Draft202012Validator,
    kinds: tuple[Kind, ...],
    way: tuple[str | int, ...],
    value: Any,
) -> None:
    estate = copy(FULL)
    part(estate, way[:-1])[way[-1]] = value
    assert not validator.is_valid(estate)
    assert loads(estate, kinds)


@pytest.mark.parametrize("key", ["target", "kind", "id", "promise"])
def test_schema_and_loader_want_the_same_keys(
    validator: Draft202012Validator, kinds: tuple[Kind, ...], key: str
) -> None:
    estate = copy(FULL)
    del estate["guards"][0][key]
    assert not validator.is_valid(estate)
    assert any(f"needs '{key}'" in message or key == "promise" for message in loads(estate, kinds))


def test_free_targets_may_be_left_out_and_the_others_not(
    validator: Draft202012Validator, kinds: tuple[Kind, ...]
) -> None:
    estate = copy(FULL)
    del estate["guards"][2]["target"]
    assert not validator.is_valid(estate)
    assert loads(estate, kinds)
    estate["guards"][2] = {"id": "c", "kind": "word", "promise": {"days": 1}}
    validator.validate(estate)
    assert loads(estate, kinds) == []


WORDS = ["", " ", "x", "mail", "dns", "mail.web", "env:A", "5m", "x#a1", "tcp://a:1", "a@b://c"]
WORDS += ["local", "UTC", "::1", "a-b", "practice", "waf", "ssh://a", "cases", "https://a b/"]
VALUES: list[Any] = [
    None,
    True,
    0,
    1,
    -1,
    2.5,
    *WORDS,
    [],
    {},
    [None],
    [[]],
    [{}],
    *([word] for word in WORDS),
]
VALUES += [{key: word} for key in ("a", "url", "path", "what") for word in WORDS]
SLOTS = [(way, key) for way, keys in PARTS[:8] for key in keys]


@given(st.sampled_from(SLOTS), st.sampled_from(VALUES))
@settings(max_examples=300, deadline=None)
def test_what_the_loader_takes_the_schema_takes(
    built: Draft202012Validator, slot: tuple[tuple[str | int, ...], str], value: Any
) -> None:
    estate = copy(FULL)
    for guard in estate["guards"][:2]:
        guard.update(kind="practice", promise={"what": "trained", "subject": "us"})
    way, key = slot
    part(estate, way)[key] = value
    if not loads(estate, tuple(KINDS.values())):
        built.validate(estate)


def test_every_key_says_what_it_means() -> None:
    def silent(schema: Any, way: str) -> Iterator[str]:
        if isinstance(schema, dict):
            for name, inner in schema.get("properties", {}).items():
                if "then" not in way and "if" not in way and "description" not in inner:
                    yield f"{way}/{name}"
            for key, inner in schema.items():
                yield from silent(inner, f"{way}/{key}")
        elif isinstance(schema, list):
            for index, inner in enumerate(schema):
                yield from silent(inner, f"{way}/{index}")

    assert list(silent(estate_schema(), "")) == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: str(kind.id))
def test_every_built_kind_has_a_schema_of_its_promise(kind: Kind) -> None:
    promise = estate_schema()["$defs"][f"promise.{kind.id}"]
    assert list(promise["properties"]) == [field.name for field in dataclasses.fields(kind.promise)]
    assert promise["additionalProperties"] is False


def test_every_kind_is_allowed_with_what_it_is() -> None:
    allowed = estate_schema()["$defs"]["guard"]["properties"]["kind"]["oneOf"]
    assert [one["const"] for one in allowed] == [
        *KINDS,
        *(name for name in PLANNED_KINDS if name not in KINDS),
    ]
    assert all(one["description"] for one in allowed)


def test_examples_in_the_schema_are_valid_where_they_stand() -> None:
    schema = estate_schema()
    checked = 0
    waiting: list[Any] = [schema]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            for example in one.get("examples", ()) if isinstance(one.get("examples"), list) else ():
                within = {**one, "$defs": schema["$defs"]}
                Draft202012Validator(within).validate(example)
                checked += 1
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    assert checked >= 10


def test_a_docstring_over_two_lines_is_one_description(
    kinds: tuple[Kind, ...], toy_promise: type[Any]
) -> None:
    promise = estate_schema(kinds)["$defs"]["promise.toy"]
    assert promise["properties"]["colour"]["description"] == "What it looks like, from outside."
    assert promise["required"] == ["days"]
    assert toy_promise.__doc__ is not None


def test_a_class_without_source_has_no_descriptions() -> None:
    made: Callable[..., type] = dataclasses.make_dataclass
    assert field_descriptions(made("Made", [("days", int)])) == {}
