"""Whatever stands in the file: an estate or a list of mistakes, soon, and never a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import example as case
from hypothesis import given, settings
from hypothesis import strategies as st

from twiceshy.estate import guards, hosts, load, people, report_sources, services
from twiceshy.estate.load import InvalidEstate, Mistake, read_estate
from twiceshy.model.estate import Estate

FILE = str(Path(__file__).parent / "nowhere" / "twiceshy.yaml")
KEYS = sorted(
    {
        *load.KEYS,
        *hosts.KEYS,
        *services.KEYS,
        *services.ENDPOINT_KEYS,
        *people.PERSON_KEYS,
        *people.CHANNEL_KEYS,
        *report_sources.KEYS,
        *guards.KEYS,
        "days",
        "mail",
        "web",
        "",
    }
)
WORDS = [
    *KEYS,
    "certificate",
    "practice",
    "firewall",
    "mail.web",
    "https://mail.example.org/",
    "tcp://[::1",
    "tcp://x:y",
    "ssh://[",
    "env:A",
    "6h",
    "r#a1",
    "Europe/Zagreb",
    "192.0.2.1",
    "fe80::1%eth0",
    "..",
    "/dev/zero",
    "\0",
    "é😀",
]
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(WORDS),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    ),
    max_leaves=12,
)
GUARD = st.fixed_dictionaries(
    {},
    optional={key: VALUES | st.sampled_from(WORDS) | st.just({"days": 3}) for key in guards.KEYS},
)
SECTION = st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=4)
ESTATE = st.fixed_dictionaries(
    {"version": st.just(1) | VALUES},
    optional={
        **dict.fromkeys(load.KEYS[2:-1], SECTION | VALUES),
        "reports": st.lists(VALUES, max_size=3),
        "guards": st.lists(GUARD, max_size=3) | VALUES,
    },
)
LINES = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from(["", "- ", "? ", "&a ", "*a ", "!!x "]),
        st.sampled_from(WORDS),
    ).map(lambda line: "  " * line[0] + line[1] + line[2] + (":" if len(line[2]) % 2 else ": x")),
    max_size=12,
).map("\n".join)


def mistakes_of(data: bytes) -> tuple[Mistake, ...]:
    try:
        estate = read_estate(data, FILE)
    except InvalidEstate as refusal:
        return refusal.mistakes
    assert isinstance(estate, Estate)
    return ()


def check(data: bytes) -> None:
    for mistake in mistakes_of(data):
        assert mistake.place.file == FILE
        assert mistake.place.line >= 1
        assert mistake.place.column >= 1
        assert str(mistake).startswith(f"{mistake.place}: ")


@given(st.binary(max_size=200))
@case(b"")
@case(b"\xff\xfe")
@case(b"\xef\xbb\xbf")
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_an_estate_or_mistakes(data: bytes) -> None:
    check(data)


@given(st.text(max_size=120))
@settings(max_examples=200, deadline=None)
def test_any_text_is_an_estate_or_mistakes(text: str) -> None:
    check(text.encode("utf-8", "surrogatepass"))


@given(ESTATE)
@settings(max_examples=300, deadline=None)
def test_any_values_in_the_right_places_are_an_estate_or_mistakes(values: dict[str, Any]) -> None:
    check(json.dumps(values).encode())


@given(LINES)
@settings(max_examples=300, deadline=None)
def test_nearly_right_yaml_is_an_estate_or_mistakes(text: str) -> None:
    check(f"version: 1\n{text}".encode())


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_good_file_with_one_wound_is_an_estate_or_mistakes(data: st.DataObject) -> None:
    good = (Path(__file__).parent / "cases" / "all-at-once.yaml").read_bytes()
    at = data.draw(st.integers(0, len(good)))
    until = data.draw(st.integers(at, min(at + 20, len(good))))
    check(good[:at] + data.draw(st.binary(max_size=4)) + good[until:])


def test_many_wrong_names_take_no_time_to_compare() -> None:
    names = "".join(
        f"  service-number-{number}: {{depends_on: [servise-{number}]}}\n" for number in range(4000)
    )
    assert len(mistakes_of(f"version: 1\nservices:\n{names}".encode())) == 4000
