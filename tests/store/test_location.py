from __future__ import annotations

from pathlib import Path

import pytest

from twiceshy.errors import WrongUsage
from twiceshy.store.location import beside, located, redacted


def test_the_default_journal_stands_beside_the_estate_file(tmp_path: Path) -> None:
    location = beside(str(tmp_path / "twiceshy.yaml"))
    assert location.file == tmp_path / "twiceshy.db"
    assert location.is_absent


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_way_to_write_postgresql_goes_through_psycopg(scheme: str) -> None:
    assert located(f"{scheme}://ops@db/journal").url == "postgresql+psycopg://ops@db/journal"


def test_a_sqlite_path_is_taken_as_it_is_written() -> None:
    assert located("sqlite:///a b?c#d%20.db").file == Path("a b?c#d%20.db")
    assert located("sqlite:////var/lib/x.db").file == Path("/var/lib/x.db")


@pytest.mark.parametrize(
    "url", ["journal.db", "mysql://db/x", "sqlite://", "sqlite:///", "sqlite:///:memory:", ""]
)
def test_anything_else_is_wrong_usage_with_the_forms_that_work(url: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        located(url)
    assert "sqlite:///" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:hush@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:hu%40sh%2Fx@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u@h/d?password=hush&x=1", "postgresql://u@h/d?password=***&x=1"),
        ("postgresql://u@h/d?sslpassword=hush", "postgresql://u@h/d?sslpassword=***"),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str) -> None:
    assert redacted(url) == shown
    location = located(url)
    assert str(location) == shown
    assert repr(location) == f"Location({shown})"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hu@sh@h/d",
        "postgresql://u:hu/sh@h/d",
        "postgresql://u:hu#sh@h/d",
        "postgresql://u:hush@[::1/d",
        "postgresql://u:hush@h:port/d",
        "u:hush@h/d",
        "mysql://u:hush@h/d",
    ],
)
def test_a_url_that_can_be_taken_apart_in_two_ways_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        located(url)
    assert "hu" not in str(caught.value)
    assert "postgresql://USER@HOST" in (caught.value.hint or "")
