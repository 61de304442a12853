"""Instances of one service must have the same settings; the odd one out is named."""

from __future__ import annotations

import pytest

from tests.kinds.database.conftest import judged_files, text_of
from twiceshy.model.verdict import Broken, Holds, Severity

GOOD = "postgresql://login:geheim@db-1:5432/auth?sslmode=verify-full"
FILES = tuple(f"/srv/login-{n}/.env" for n in (1, 2, 3))


def instances(third: str, more: str = "") -> dict[str, str]:
    files = dict.fromkeys(FILES, f"DATABASE_URL={GOOD}\n")
    return {**files, FILES[2]: f"DATABASE_URL={third}\n{more}"}


PROMISE = {"files": FILES, "passwords_in_clear": True}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("db-1", "db-2", "host db-2"),
        ("5432", "5433", "port 5433"),
        ("/auth", "/atuh", "database atuh"),
        ("login:", "admin:", "role admin"),
        ("geheim", "geheimer", "another password"),
        ("verify-full", "verify-ca", "sslmode=verify-ca"),
    ],
)
def test_one_of_three_that_differs_is_named_with_its_line(old: str, new: str, says: str) -> None:
    verdict = judged_files(instances(GOOD.replace(old, new)), **PROMISE)
    assert isinstance(verdict, Broken), text_of(verdict)
    assert verdict.severity is Severity.SERIOUS
    assert f"1 of 3 instances ({FILES[2]}) differs" in verdict.why
    first = verdict.evidence[0]
    assert says in first.found
    assert first.place is not None
    assert (first.place.file, first.place.line) == (FILES[2], 1)


def test_the_same_settings_spelled_otherwise_agree() -> None:
    third = "postgres://login:g%65heim@db-1/auth?sslmode=verify-full"
    verdict = judged_files(instances(third), **PROMISE)
    assert isinstance(verdict, Holds), text_of(verdict)


def test_files_of_other_names_are_not_compared() -> None:
    files = {
        "/srv/login/.env": f"DATABASE_URL={GOOD}\n",
        "/srv/reports/reports.env": f"DATABASE_URL={GOOD.replace('auth', 'reports')}\n",
    }
    assert isinstance(judged_files(files, **{**PROMISE, "files": tuple(files)}), Holds)


def test_without_a_majority_both_are_named() -> None:
    files = {
        FILES[0]: f"DATABASE_URL={GOOD}\n",
        FILES[1]: f"DATABASE_URL={GOOD.replace('db-1', 'db-2')}\n",
    }
    verdict = judged_files(files, files=FILES[:2], passwords_in_clear=True)
    assert isinstance(verdict, Broken)
    assert "the 2 instances differ" in verdict.why
