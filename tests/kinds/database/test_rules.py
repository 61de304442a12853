"""What settings must come to, judged from their text alone: the right line is blamed."""

from __future__ import annotations

import pytest

from tests.kinds.database.conftest import ENV, Judged, judged_change, judged_files, text_of
from twiceshy.kinds.database.facts import Promise
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown, Verdict

GOOD = "postgresql://login@db-1:5432/auth?sslmode=verify-full&sslrootcert=/etc/db.pem"
RIGHT = {"host": "db-1", "port": 5432, "database": "auth", "role": "login"}


def blamed(verdict: Verdict) -> Evidence:
    assert isinstance(verdict, Broken), text_of(verdict)
    assert verdict.next_step
    first = verdict.evidence[0]
    assert first.place is not None
    return first


def test_settings_as_promised_hold(judged: Judged) -> None:
    verdict = judged(GOOD, **RIGHT)
    assert isinstance(verdict, Holds), text_of(verdict)
    assert "login@db-1:5432/auth" in verdict.summary


@pytest.mark.parametrize(
    ("old", "new", "severity", "found"),
    [
        ("db-1", "db-2", Severity.CRITICAL, "host db-2, promised db-1"),
        ("5432", "5433", Severity.CRITICAL, "port 5433, promised 5432"),
        ("/auth", "/atuh", Severity.CRITICAL, "database atuh, promised auth"),
        ("login@", "admin@", Severity.CRITICAL, "role admin, promised login"),
        ("login@", "", Severity.CRITICAL, "no role is set, promised login"),
        ("/auth?", "?", Severity.CRITICAL, "no database is set, promised auth"),
        ("verify-full", "require", None, "require"),
        ("sslmode=verify-full&", "", Severity.SERIOUS, "prefer"),
        ("verify-full", "disable", Severity.SERIOUS, "no TLS at all"),
        ("verify-full", "verifyfull", Severity.CRITICAL, "none of"),
        ("5432", "54321x", Severity.CRITICAL, "no port"),
        ("login@", "login:geheim@", Severity.WARNING, "a password in the clear: ***"),
        ("login@", "login:ge@heim@", Severity.CRITICAL, "%40"),
    ],
)
def test_each_wrong_setting_is_blamed_on_its_line(
    judged: Judged, old: str, new: str, severity: Severity | None, found: str
) -> None:
    verdict = judged(GOOD.replace(old, new, 1), **RIGHT)
    if severity is None:
        assert isinstance(verdict, Unknown), "require hangs on a file that nobody showed"
        assert verdict.next_step
        return
    first = blamed(verdict)
    assert isinstance(verdict, Broken)
    assert (verdict.severity, found in first.found) == (severity, True), text_of(verdict)
    assert first.place is not None
    assert (first.place.file, first.place.line) == (ENV, 1)


def test_require_is_judged_by_its_root_file() -> None:
    env = {ENV: f"DATABASE_URL={GOOD.replace('verify-full', 'require')}\n"}
    assert isinstance(judged_files(env), Unknown)
    assert isinstance(judged_files({**env, "/etc/db.pem": "..."}), Holds)
    gone = judged_change(env, {"/etc/db.pem": "no such file"})
    assert isinstance(gone, Broken)
    assert gone.severity is Severity.SERIOUS
    assert "nobody is verified and nothing complains" in gone.why
    full = {ENV: f"DATABASE_URL={GOOD}\n"}
    missing = judged_change(full, {"/etc/db.pem": "no such file"})
    assert isinstance(missing, Broken)
    assert missing.severity is Severity.CRITICAL
    assert "every connection" in missing.why
    bare = judged_files({ENV: "DATABASE_URL=postgresql://db-1/auth?sslmode=require\n"})
    assert isinstance(bare, Broken)
    assert bare.severity is Severity.SERIOUS


@pytest.mark.parametrize(
    ("tls", "mode", "holds"),
    [
        ("verified", "verify-ca", True),
        ("encrypted", "require", True),
        ("encrypted", "prefer", False),
        ("any", "disable", True),
    ],
)
def test_tls_is_held_against_what_is_promised(
    judged: Judged, tls: str, mode: str, holds: bool
) -> None:
    verdict = judged(f"postgresql://db-1/auth?sslmode={mode}", tls=tls)
    assert isinstance(verdict, Holds if holds else Broken), text_of(verdict)


def test_a_socket_needs_no_tls(judged: Judged) -> None:
    assert isinstance(judged("postgresql:///auth?host=/run/postgresql"), Holds)


def test_several_right_hosts_and_spellings_are_accepted(judged: Judged) -> None:
    url = GOOD.replace("db-1:5432", "DB-1.:5432,[2001:DB8:0::1]:5432")
    verdict = judged(url, host=("db-1", "2001:db8::1"), port=5432)
    assert isinstance(verdict, Holds), text_of(verdict)


def test_a_variable_that_nothing_sets_is_unknown_by_name(judged: Judged) -> None:
    verdict = judged(GOOD.replace("db-1", "${DB_HOST}"), **RIGHT)
    assert isinstance(verdict, Unknown)
    assert "DB_HOST" in verdict.why
    assert verdict.evidence[0].place is not None


def test_the_line_in_env_is_blamed_and_not_the_compose_file() -> None:
    files = {
        "/srv/compose.yml": "services:\n  login:\n    environment:\n"
        "      DATABASE_URL: postgresql://login@${DB_HOST}/auth?sslmode=verify-full\n",
        "/srv/.env": "# host\nDB_HOST=db-2\n",
    }
    first = blamed(judged_files(files, files=("/srv/compose.yml", "/srv/.env"), host="db-1"))
    assert first.place is not None
    assert (first.place.file, first.place.line) == ("/srv/.env", 2)


def test_only_the_named_settings_are_meant() -> None:
    files = {ENV: f"DATABASE_URL={GOOD}\nREPORTS_URL={GOOD.replace('/auth', '/reports')}\n"}
    assert isinstance(judged_files(files, **RIGHT), Broken)
    assert isinstance(judged_files(files, settings=("DATABASE_URL",), **RIGHT), Holds)
    missing = judged_files(files, settings=("DATABASE_URL", "OTHER_URL"), **RIGHT)
    assert isinstance(missing, Unknown)
    assert "OTHER_URL" in missing.why


@pytest.mark.parametrize(
    ("files", "promise"),
    [
        ({}, {}),
        ({}, {"files": (ENV,)}),
        ({ENV: "LOG=info\n"}, {"files": (ENV,)}),
        ({ENV: f"DATABASE_URL={GOOD}\n?\n"}, {}),
        ({ENV: f"DATABASE_URL={GOOD}\n"}, {"files": (ENV, "/srv/other/.env")}),
        ({"/srv/login/config.yaml": "database: [\n"}, {}),
    ],
)
def test_what_was_not_seen_or_not_understood_never_holds(
    files: dict[str, str], promise: dict[str, object]
) -> None:
    verdict = judged_files(files, **promise)
    assert isinstance(verdict, Unknown), text_of(verdict)
    assert verdict.next_step


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("", "no connect time-out"),
        ("PGCONNECT_TIMEOUT=30\n", "30 s"),
        ("PGCONNECT_TIMEOUT=0\n", "none"),
        ("PGCONNECT_TIMEOUT=3\nDB_POOL_SIZE=5\n", "no pool time-out"),
        ("PGCONNECT_TIMEOUT=3\nDB_POOL_SIZE=5\nDB_POOL_TIMEOUT=10\n", "10 s"),
    ],
)
def test_time_outs_are_set_and_shorter_than_a_request(judged: Judged, more: str, says: str) -> None:
    verdict = judged(GOOD, more, request_timeout_seconds=10)
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.WARNING
    assert says in verdict.evidence[0].found
    right = "PGCONNECT_TIMEOUT=3\nDB_POOL_SIZE=5\nDB_POOL_TIMEOUT=5\n"
    assert isinstance(judged(GOOD, right, request_timeout_seconds=10), Holds)


@pytest.mark.parametrize(
    "wrong",
    [
        {"files": ("relative/.env",)},
        {"port": 0},
        {"port": 65536},
        {"host": ""},
        {"max_connections_in_use_percent": 101},
        {"longest_statement_seconds": 0},
        {"credentials": "geheim"},
        {"server_addresses": ("db-1",)},
        {"pool_size": 0},
    ],
)
def test_a_promise_that_cannot_be_right_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Promise(**wrong)  # type: ignore[arg-type] # which is the point
