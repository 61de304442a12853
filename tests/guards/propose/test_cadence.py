from __future__ import annotations

import pytest

from twiceshy.guards.propose.cadence import repeats_every_days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("bi-monthly security audits", 60),
        ("quarterly review", 90),
        ("every six months", 180),
        ("audit every 2 weeks", 14),
        ("twice a year", 182),
        ("annual training", 365),
        ("weekly", 7),
        ("each month", 30),
        ("every other week", 14),
        ("nightly backups", 1),
        ("regular audits", None),
        ("every 5 minutes", None),
        ("every 999 years", 3660),
    ],
)
def test_it_reads_how_often(text: str, days: int | None) -> None:
    assert repeats_every_days(text) == days
