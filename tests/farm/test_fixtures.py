"""A missing program skips its test by name here, and fails it where everything must be there."""

from __future__ import annotations

import pytest

from tests.farm.fixtures import Need

MISSING = "no-such-program-anywhere"


def test_a_program_that_is_there_is_found(need: Need) -> None:
    assert need("sh").endswith("/sh")


def test_a_missing_program_skips_by_name(need: Need, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=f"{MISSING} is not installed here"):
        need(MISSING)


def test_a_missing_program_is_a_failure_where_all_must_be_there(
    need: Need, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=f"{MISSING} is not installed here"):
        need(MISSING)
