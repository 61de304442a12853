"""Broken, truncated and hostile files: a finding with its line, soon, and never an exception."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from twiceshy.languages.settings.entries import MOST_BYTES
from twiceshy.languages.settings.formats import Format, format_of, read_file, recognised
from twiceshy.languages.settings.read import read_settings
from twiceshy.languages.settings.tls import tls_of
from twiceshy.model.configuration import Configuration

PATHS = (
    "/srv/.env",
    "/srv/docker-compose.yml",
    "/srv/config.yaml",
    "/srv/config.json",
    "/srv/config.toml",
    "/srv/app.ini",
    "/srv/application.properties",
    "/srv/settings.py",
    "/etc/pgbouncer/pgbouncer.ini",
    "/etc/postgresql/postgresql.conf",
    "/etc/pg_service.conf",
    "/srv/unnamed",
)
_WORDS = (
    "postgresql://", "login", ":", "@", "/", "?", "&", "=", "sslmode", "verify-full", "host", "db-1",
    "5432", "DATABASE_URL", "DB_HOST", "PGHOST", "${", "}", "$", "$$", ":-", "services", "environment",
    "env_file", "<<", "*a", "&a ", "{", "}", "[", "]", "\n", "\n  ", "\n    ", "- ", ": ", "'", '"',
    "\\", "#", ";", "[databases]\n", "%include", "include ", ",", "%40", "%", "jdbc:", "tcp(", ")",
    "DATABASES", "ENGINE", "os.environ", "dict(", "0", "99999999", "\t", " ", "\r\n", "é", "null",
)  # fmt: skip


def swallow(content: bytes, path: str) -> None:
    configuration = Configuration({path: content, "/srv/.env": content})
    settings = read_settings(configuration, (path,))
    for scope in settings.scopes:
        for one in scope.connections:
            assert one.shown is not None
            tls_of(one)
    recognised(path, content)


@given(st.binary(max_size=400), st.sampled_from(PATHS))
def test_any_bytes_are_read_or_told(content: bytes, path: str) -> None:
    swallow(content, path)


@given(st.lists(st.sampled_from(_WORDS), max_size=60), st.sampled_from(PATHS))
def test_any_words_of_the_languages_are_read_or_told(words: list[str], path: str) -> None:
    swallow("".join(words).encode(), path)


@given(st.text(max_size=200))
def test_a_secret_never_shows(text: str) -> None:
    assume(not text.startswith(("env:", "file:")))  # which say where a password is
    content = f"DATABASE_URL=postgresql://login:{text}qVx7zzq@db-1/auth\n".encode(
        "utf-8", "replace"
    )
    settings = read_settings(Configuration({"/srv/.env": content}), ("/srv/.env",))
    for scope in settings.scopes:
        for one in scope.connections:
            assert "qVx7zzq" not in repr(one) + one.shown
    assert "qVx7zzq" not in repr(settings)


HOSTILE = {
    "deep JSON": ("/srv/c.json", "[" * 100_000),
    "deep YAML": ("/srv/c.yaml", "[" * 5_000),
    "deep TOML": ("/srv/c.toml", "a = " + "[" * 100_000),
    "long TOML key": ("/srv/c.toml", "a" + ".a" * 100_000 + " = 1"),
    "deep Python": ("/srv/settings.py", "A = " + "(" * 50_000),
    "many minuses": ("/srv/settings.py", "A = " + "-" * 100_000 + "1"),
    "long sum": ("/srv/settings.py", "A = 1" + " + 1" * 50_000),
    "no Python": ("/srv/settings.py", "def (:\n"),
    "open quote": ("/srv/.env", 'DATABASE_URL="postgresql://db-1/auth\n'),
    "no assignment": ("/srv/.env", "DATABASE_URL postgresql://db-1/auth\n"),
    "no UTF-8": ("/srv/.env", "A=\udcff\n"),
    "NUL": ("/srv/.env", "DB_HOST=a\0b\n"),
    "unknown alias": ("/srv/c.yaml", "a: *b\n"),
    "itself": ("/srv/c.yaml", "a: &a [*a]\n"),
    "tab": ("/srv/c.yaml", "a:\n\tb: c\n"),
    "cut JSON": ("/srv/c.json", '{"db": {"host": "db-1",'),
    "cut TOML": ("/srv/c.toml", "[database\nhost = 1"),
    "laughs": (
        "/srv/c.yaml",
        "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)),
    ),
    "merging laughs": (
        "/srv/c.yaml",
        "a0: &a0 {b: 1}\n"
        + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 30)),
    ),
    "many lines": ("/srv/.env", "A=1\n" * 100_000),
    "strange lines": ("/srv/.env", "???\n" * 100_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_a_finding_with_its_line(name: str) -> None:
    path, text = HOSTILE[name]
    content = text.encode("utf-8", "surrogateescape")
    settings = read_settings(Configuration({path: content}), (path,))
    assert settings.troubles
    assert all(one.place.file == path and one.place.line >= 1 for one in settings.troubles)


@pytest.mark.parametrize("path", PATHS)
def test_a_file_of_a_hundred_megabytes_is_told_at_once(path: str) -> None:
    content = b"DATABASE_URL=postgresql://db-1/auth\n" * 3_000_000
    assert len(content) > 100 * MOST_BYTES
    settings = read_settings(Configuration({path: content}), (path,))
    assert any("larger" in one.what for one in settings.troubles)
    assert settings.scopes == ()


@pytest.mark.parametrize("form", Format)
def test_an_empty_file_says_nothing(form: Format) -> None:
    assert read_file(form, b"", "/srv/x").entries == ()
    assert format_of("/srv/x", b"") is Format.DOTENV
