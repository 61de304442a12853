from __future__ import annotations

from collections.abc import Callable

import pytest

Messages = Callable[..., list[str]]
Outage = Callable[..., str]


@pytest.mark.parametrize(
    ("impact", "counted"),
    [
        ("Mail was down for 70% of users.", True),
        ("Mail was down for all customers.", True),
        ("943 of 2000 requests failed.", True),
        ("2,300 farmers got their warning late.", True),
        ("Nobody could log in.", True),
        ("Mail was slow and some users complained.", False),
        ("Mail was down for 40 minutes, some users complained.", False),
    ],
)
def test_an_impact_says_how_many(
    messages: Messages, outage: Outage, impact: str, *, counted: bool
) -> None:
    assert bool(messages("IM001", outage(impact=impact))) is not counted


def test_an_entry_that_names_who_saw_it_is_a_source(messages: Messages, outage: Outage) -> None:
    named = "- 13:00: The harbour master phoned about empty tide tables.\n- 15:00: Restored."
    unnamed = "- 13:00: The issue was detected.\n- 15:00: Mail was restored."

    assert messages("IM003", outage(timeline=named)) == []
    assert len(messages("IM003", outage(timeline=unnamed))) == 1
