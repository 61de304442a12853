"""Variables in values: what stands for them, from which line, and what has no value."""

from __future__ import annotations

import pytest

from tests.languages.settings.conftest import Read, only
from twiceshy.languages.settings.interpolate import LONGEST, interpolated
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.model.place import Place

HERE = Place("compose.yml", 7, 5)
THERE = Place(".env", 2, 9)


def filled(text: str, **known: str) -> Spelled:
    values = {name: Spelled(value, THERE) for name, value in known.items()}
    return interpolated(Spelled(text, HERE), values.get)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("${A}", "one"),
        ("$A", "one"),
        ("x${A}y$A", "xoneyone"),
        ("${A:-other}", "one"),
        ("${E:-other}", "other"),
        ("${E-other}", ""),
        ("${N-other}", "other"),
        ("${N:-${A}}", "one"),
        ("${N:-}", ""),
        ("${A:?needed}", "one"),
        ("${A:+set}", "set"),
        ("${N:+set}", ""),
        ("${N:other}", "other"),
        ("$$A", "$A"),
        ("pa$word", "pa$word"),
        ("100$", "100$"),
        ("${", "${"),
        ("${B}", "one!"),
    ],
)
def test_each_form_is_filled_in(text: str, result: str) -> None:
    found = filled(text, A="one", E="", B="${A}!")
    assert (found.text, found.is_known) == (result, True)


@pytest.mark.parametrize("text", ["${N}", "$N", "x${N}", "${N:?needed}", "${N:-${M}}"])
def test_what_has_no_value_is_a_hole_with_a_name(text: str) -> None:
    found = filled(text)
    assert not found.is_known
    assert found.missing in ("N", "M")


def test_each_character_knows_the_line_it_comes_from() -> None:
    found = filled("postgres://${A}/auth", A="db-1")
    assert found.at(0) == HERE
    assert found.at(11) == THERE
    assert found.at(13) == Place(".env", 2, 11)
    assert found.at(15) == Place("compose.yml", 7, 20)


@pytest.mark.parametrize("known", [{"A": "${A}"}, {"A": "${B}", "B": "${A}"}])
def test_variables_that_hold_each_other_end_as_holes(known: dict[str, str]) -> None:
    assert not filled("${A}", **known).is_known


def test_variables_that_multiply_stay_small() -> None:
    known = {f"A{n}": f"${{A{n + 1}}}" * 20 for n in range(12)}
    assert len(filled("${A0}", **known, A12="x" * 100).text) < 25 * LONGEST


def test_the_line_in_env_is_blamed_for_what_it_puts_into_a_url(read: Read) -> None:
    files = {
        "/srv/docker-compose.yml": "services:\n  login:\n    environment:\n"
        "      DATABASE_URL: postgresql://login:${DB_PASSWORD}@${DB_HOST}:5432/auth\n",
        "/srv/.env": "DB_PASSWORD=geheim\nDB_HOST=db-1\n",
    }
    found = only(read(files))
    host = found.servers[0].host
    assert host is not None
    assert (host.text, host.place.file, host.place.line) == ("db-1", "/srv/.env", 2)
    assert found.password is not None
    assert (found.password.place.file, found.password.place.line) == ("/srv/.env", 1)


def test_an_env_file_that_only_feeds_others_counts_once(read: Read) -> None:
    files = {
        "/srv/docker-compose.yml": "services:\n  login:\n    env_file: login.env\n",
        "/srv/login.env": "DATABASE_URL=postgresql://db-1/auth\n",
        "/srv/.env": "DATABASE_URL=postgresql://db-1/auth\n",
    }
    assert [scope.name for scope in read(files).scopes] == ["login"]


def test_the_environment_goes_before_env_files_and_the_last_of_these_first(read: Read) -> None:
    files = {
        "/srv/compose.yml": "services:\n  login:\n    env_file: [a.env, {path: b.env}]\n"
        "    environment: [DB_USER=login]\n    scale: 3\n    command: [gunicorn, -w, '4', app]\n",
        "/srv/a.env": "DB_HOST=db-a\nDB_USER=a\n",
        "/srv/b.env": "DB_HOST=db-b\n",
    }
    (scope,) = read(files).scopes
    assert scope.connections[0].shown == "login@db-b:5432"
    assert scope.replicas is not None
    assert scope.workers is not None
    assert (scope.replicas.text, scope.workers.text) == ("3", "4")


def test_an_env_file_that_was_not_handed_in_is_told(read: Read) -> None:
    (trouble,) = read(
        {"/srv/compose.yml": "services:\n  login:\n    env_file: missing.env\n"}
    ).troubles
    assert "not part of what was handed in" in trouble.what
    assert trouble.place.line == 3
