"""A change of settings in words, and the example pair of the outage."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from twiceshy.estate.load import load_estate
from twiceshy.kinds.database import KIND
from twiceshy.kinds.database.changes import differences
from twiceshy.kinds.database.facts import DatabaseFact
from twiceshy.kinds.database.rules import judge
from twiceshy.model.configuration import Configuration
from twiceshy.model.verdict import Broken, Holds, Severity, Verdict

EXAMPLE = Path(__file__).parents[3] / "examples" / "changes" / "login-settings"
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def of(text: str) -> Configuration:
    return Configuration({"/srv/app/.env": text.encode()})


def url(changes: tuple[str, str] = ("", ""), more: str = "") -> str:
    base = "postgresql://login:geheim@db-1/auth?sslmode=verify-full"
    return f"DATABASE_URL={base.replace(*changes) if changes[0] else base}\n{more}"


@pytest.mark.parametrize(
    ("after", "lines"),
    [
        (url(("db-1", "db-2")), ("host db-1:5432 -> db-2:5432 in DATABASE_URL in /srv/app/.env",)),
        (url(("/auth", "/atuh")), ("database auth -> atuh in DATABASE_URL in /srv/app/.env",)),
        (url(("login", "admin")), ("role login -> admin in DATABASE_URL in /srv/app/.env",)),
        (url(("geheim", "neu")), ("the password changed in DATABASE_URL in /srv/app/.env",)),
        (
            url((":geheim", ":${DB_PASSWORD}")),
            ("the password moved away in DATABASE_URL in /srv/app/.env",),
        ),
        (url((":geheim", "")), ("the password is gone in DATABASE_URL in /srv/app/.env",)),
        (
            url(("verify-full", "require")),
            ("TLS sslmode=verify-full -> sslmode=require in DATABASE_URL in /srv/app/.env",),
        ),
        (
            url(more="DB_POOL_SIZE=50\n"),
            ("pool_size (not set) -> 50 in DATABASE_URL in /srv/app/.env",),
        ),
        ("", ("DATABASE_URL in /srv/app/.env is gone",)),
        (url(more="# a comment\nLOG=info\n\n"), ()),
        ("export DATABASE_URL='postgres://login:geheim@db-1:5432/auth?sslmode=verify-full'\n", ()),
    ],
)
def test_a_change_is_told_by_meaning_and_without_secrets(
    after: str, lines: tuple[str, ...]
) -> None:
    assert differences(of(url()), of(after)) == lines


def test_what_leads_elsewhere_comes_first() -> None:
    found = differences(of(url()), of(url(("db-1", "db-2"), "DB_POOL_SIZE=9\n")))
    assert [line.split()[0] for line in found] == ["host", "pool_size"]


def configuration(state: str) -> Configuration:
    root = EXAMPLE / state
    files = {
        f"/{path.relative_to(root).as_posix()}": path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }
    return Configuration(files, state, prefix=state)


def verdicts(state: str) -> dict[str, Verdict]:
    estate = load_estate(EXAMPLE / "twiceshy.yaml")
    assert KIND.proposals is not None
    found = {}
    for guard in estate.guards.values():
        seen = KIND.proposals.fact(guard, configuration(state), NOW)
        assert isinstance(seen, DatabaseFact)
        found[str(guard.id)] = judge(guard.promise, seen, NOW)
    return found


@pytest.mark.parametrize("state", ["before", "mended"])
def test_the_example_holds_before_and_mended(state: str) -> None:
    assert {word: type(one) for word, one in verdicts(state).items()} == {
        "login-database-settings": Holds,
        "login-database-pools": Holds,
    }


def test_the_examples_misconfiguration_is_refused_with_its_lines() -> None:
    found = verdicts("after")
    settings, pools = found["login-database-settings"], found["login-database-pools"]
    assert isinstance(settings, Broken)
    assert isinstance(pools, Broken)
    assert settings.severity is Severity.CRITICAL
    assert "host db-2.example.org, promised db-1.example.org" in settings.why
    for verdict, line in ((settings, 3), (pools, 6)):
        place = verdict.evidence[0].place
        assert place is not None
        assert (place.file, place.line) == ("after/srv/login-3/.env", line)
    assert "240 connections to db-2.example.org:5432" in pools.why
    assert differences(configuration("before"), configuration("after"))[0].startswith(
        "database auth -> atuh"
    )
