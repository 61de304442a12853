from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twiceshy.estate.scalars import NotAScalar, Plain, resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("NULL", None),
        ("nULL", "nULL"),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("off", "off"),
        ("0", 0),
        ("-12", -12),
        ("+12", 12),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("-0x1F", "-0x1F"),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("-1e3", -1000.0),
        ("1e", "1e"),
        (".", "."),
        ("-", "-"),
        ("12:30", "12:30"),
        ("12:30:45", "12:30:45"),
        ("2024-06-07", "2024-06-07"),
        ("192.0.2.1", "192.0.2.1"),
        ("６", "６"),
    ],
)
def test_it_knows_the_core_schema_of_yaml_1_2(text: str, value: Plain) -> None:
    found = resolve(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("text", [".inf", "-.INF", ".nan", "1e999", "9" * 41, "9" * 5000])
def test_a_number_without_end_is_refused(text: str) -> None:
    with pytest.raises(NotAScalar):
        resolve(text)


@given(st.text(max_size=30))
def test_any_text_means_something_or_is_refused(text: str) -> None:
    try:
        value = resolve(text)
    except NotAScalar:
        return
    assert value is None or isinstance(value, (str, int, float, bool))
