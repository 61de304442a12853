"""Settings that are right and wrong, against a real PostgreSQL: each fault is told by its cause."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.farm import databases
from tests.farm.authority import root
from tests.farm.databases import MAX_CONNECTIONS, PASSWORD, Postgres
from tests.farm.fixtures import Need
from tests.probes.database.conftest import Login, LoginAt
from twiceshy.kinds.database.facts import DatabaseFact, Outcome
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown, Verdict


def text_of(verdict: Verdict) -> str:
    said = verdict.summary if isinstance(verdict, Holds) else verdict.why
    return "\n".join([said, *(f"{one.what}: {one.found}" for one in verdict.evidence)])


def test_right_settings_connect_as_the_right_role_over_verified_tls(login: Login) -> None:
    login.write(f"DATABASE_URL={login.url()}\n")
    verdict = login.verdict(host="localhost", database="auth", role="login", max_latency_ms=5000)
    assert isinstance(verdict, Holds), text_of(verdict)
    assert "connected as login to auth" in text_of(verdict)
    assert "TLSv1.3, verified" in text_of(verdict)


FAULTS = [
    ({"port": "1"}, Outcome.REFUSED),
    ({"host": "db-1.invalid"}, Outcome.NO_SUCH_NAME),
    ({"database": "atuh"}, Outcome.NO_SUCH_DATABASE),
    ({"role": "logon"}, Outcome.NOT_ADMITTED),
    ({"role": "nobody"}, Outcome.NO_SUCH_ROLE),
    ({"password": "wrong"}, Outcome.WRONG_PASSWORD),
    ({"role": "sleeper"}, Outcome.NOT_PERMITTED),
    ({"database": "private"}, Outcome.NOT_PERMITTED),
    ({"role": "loner"}, Outcome.TOO_MANY),
    ({"role": "shut"}, Outcome.NOT_ADMITTED),
    ({"role": "secure", "query": "sslmode=disable"}, Outcome.TLS_DEMANDED),
    ({"query": "sslmode=verify-full&sslrootcert=/nonexistent/root.pem"}, Outcome.ROOTS_MISSING),
]
"""Of a URL that is otherwise right; all of them lead to logins that fail, and none says why."""


@pytest.mark.parametrize(("changes", "outcome"), FAULTS, ids=str)
def test_each_fault_is_told_by_its_cause_and_line(
    login: Login, changes: dict[str, str], outcome: Outcome
) -> None:
    login.write(f"DATABASE_URL={login.url(**changes)}\n")
    seen = login.fact(tls="any")
    assert isinstance(seen, DatabaseFact)
    assert [one.outcome for one in seen.attempts or ()] == [outcome]
    verdict = login.verdict(tls="any")
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.CRITICAL
    assert verdict.next_step
    assert outcome is not Outcome.ROOTS_MISSING or "root.pem" in verdict.why
    places = [one.place for one in verdict.evidence if one.place is not None]
    assert (places[0].file, places[0].line) == (str(login.file), 1)
    assert PASSWORD not in repr(seen) + repr(verdict)


def outcomes(seen: object) -> list[Outcome]:
    assert isinstance(seen, DatabaseFact)
    return [one.outcome for one in seen.attempts or ()]


def test_a_certificate_of_another_authority_is_refused(login: Login, tmp_path: Path) -> None:
    other = tmp_path / "other-root.pem"
    other.write_bytes(root("Other Root").pem)
    login.write(f"DATABASE_URL={login.url(query=f'sslmode=verify-full&sslrootcert={other}')}\n")
    assert outcomes(login.fact()) == [Outcome.CERTIFICATE_REFUSED]
    verdict = login.verdict()
    assert isinstance(verdict, Broken)
    assert "certificate" in verdict.why


def test_a_certificate_for_another_name_is_refused(login: Login) -> None:
    query = f"sslmode=verify-full&sslrootcert={login.roots}&hostaddr=127.0.0.1"
    login.write(f"DATABASE_URL={login.url(host='db-1.example.org', query=query)}\n")
    assert outcomes(login.fact()) == [Outcome.CERTIFICATE_REFUSED]
    login.write(
        f"DATABASE_URL={login.url(host='db-1.example.org', query=query)}\n".replace(
            "verify-full", "verify-ca"
        )
    )
    assert isinstance(login.verdict(), Holds)


def test_a_server_without_tls_is_told_from_one_that_is_down(need: Need, login_at: LoginAt) -> None:
    with databases.postgres(need("postgres"), tls=False) as plain:
        login = login_at(plain)
        login.write(f"DATABASE_URL={login.url()}\n")
        assert outcomes(login.fact()) == [Outcome.TLS_NOT_OFFERED]
        login.write(f"DATABASE_URL={login.url(query='sslmode=prefer')}\n")
        verdict = login.verdict()
        assert isinstance(verdict, Broken)
        assert verdict.severity is Severity.SERIOUS
        assert "connected without TLS" in text_of(verdict)
        assert isinstance(login.verdict(tls="any"), Holds)


def test_when_every_connection_is_taken_it_says_so(login: Login, server: Postgres) -> None:
    login.write(f"DATABASE_URL={login.url()}\n")
    with ExitStack() as stack:
        for _ in range(MAX_CONNECTIONS - 3):
            stack.enter_context(server.connect("login"))
        assert outcomes(login.fact()) == [Outcome.TOO_MANY]
        verdict = login.verdict()
        assert isinstance(verdict, Broken)
        assert verdict.severity is Severity.CRITICAL


def test_something_else_on_the_port_is_no_database(login: Login) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = str(silent.getsockname()[1])
        login.seconds = 1.0
        login.write(f"DATABASE_URL={login.url(port=port, query='sslmode=disable')}\n")
        assert outcomes(login.fact(tls="any")) == [Outcome.TIMED_OUT]


def test_variables_of_whoever_runs_it_lead_nowhere_else(
    login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "PGHOST": "192.0.2.1",
        "PGHOSTADDR": "192.0.2.1",
        "PGSERVICE": "elsewhere",
        "PGSSLMODE": "disable",
        "PGUSER": "nobody",
        "PGDATABASE": "elsewhere",
        "PGOPTIONS": "-c nonsense",
    }.items():
        monkeypatch.setenv(name, value)
    login.write(f"DATABASE_URL={login.url()}\n")
    assert isinstance(login.verdict(), Holds)
    assert os.environ["PGSERVICE"] == "elsewhere"


def test_one_of_three_instances_with_other_settings_is_named(login: Login, tmp_path: Path) -> None:
    files = []
    for number in (1, 2, 3):
        file = tmp_path / f"login-{number}" / ".env"
        file.parent.mkdir()
        database = "atuh" if number == 3 else "auth"
        file.write_text(f"# settings\nDATABASE_URL={login.url(database=database)}\n")
        file.chmod(0o600)
        files.append(str(file))
    verdict = login.verdict(files=tuple(files))
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.SERIOUS, "two of three users can still log in"
    assert "1 of 3 instances" in verdict.why
    assert files[2] in verdict.why
    assert 'database "atuh" does not exist' in text_of(verdict)
    first = verdict.evidence[0].place
    assert (first and (first.file, first.line)) == (files[2], 2)
    promised = login.verdict(files=tuple(files), database="auth")
    assert isinstance(promised, Broken)
    assert promised.severity is Severity.CRITICAL


def test_the_password_comes_from_where_the_settings_say(login: Login, tmp_path: Path) -> None:
    secret = tmp_path / "db-password"
    secret.write_text(PASSWORD + "\n")
    assert login.server is not None
    login.write(
        f"DB_HOST=localhost\nDB_PORT={login.server.port}\nDB_NAME=auth\nDB_USER=login\n"
        f"DB_PASSWORD_FILE={secret}\nDB_SSLMODE=verify-full\nDB_SSLROOTCERT={login.roots}\n"
    )
    assert isinstance(login.verdict(host="localhost"), Holds)
    secret.unlink()
    verdict = login.verdict()
    assert isinstance(verdict, Unknown)
    assert "No such file" in verdict.why
    assert verdict.next_step is not None
    assert "credentials" in verdict.next_step


def test_the_password_comes_from_a_passfile(login: Login, tmp_path: Path) -> None:
    passfile = tmp_path / "pgpass"
    assert login.server is not None
    escaped = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
    passfile.write_text(
        f"# first fits\nother:*:*:*:no\nlocalhost:{login.server.port}:auth:*:{escaped}\n"
    )
    login.write(
        f"PGHOST=localhost\nPGPORT={login.server.port}\nPGDATABASE=auth\nPGUSER=login\n"
        f"PGPASSFILE={passfile}\nPGSSLMODE=verify-full\nPGSSLROOTCERT={login.roots}\n"
    )
    verdict = login.verdict()
    assert isinstance(verdict, Holds), text_of(verdict)


def test_a_password_that_is_only_referred_to_needs_credentials(
    login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = login.url(password="${DB_PASSWORD}")
    login.write(f"DATABASE_URL={url}\n")
    assert isinstance(login.verdict(), Unknown)
    assert isinstance(login.verdict(credentials="env:LOOK_PASSWORD"), Unknown)
    monkeypatch.setenv("LOOK_PASSWORD", PASSWORD)
    wrong = login.verdict(credentials="env:LOOK_PASSWORD")
    assert isinstance(wrong, Broken), "what stands before its colon is taken for a role"
    assert "password authentication failed" in wrong.why
    monkeypatch.setenv("LOOK_PASSWORD", f"login:{PASSWORD}")
    assert isinstance(login.verdict(credentials="env:LOOK_PASSWORD"), Holds)


def test_a_password_is_in_the_clear_when_everybody_can_read_the_file(login: Login) -> None:
    login.write(f"DATABASE_URL={login.url()}\n", mode=0o644)
    verdict = login.verdict()
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.WARNING
    assert PASSWORD not in repr(verdict)
    assert isinstance(login.verdict(secret_files=(str(login.file),)), Holds)
    assert isinstance(login.verdict(passwords_in_clear=True), Holds)
    login.write(f"DATABASE_URL={login.url()}\n", mode=0o640)
    assert isinstance(login.verdict(), Holds)


def test_a_file_that_is_not_there_is_unknown(login: Login) -> None:
    verdict = login.verdict()
    assert isinstance(verdict, Unknown)
    assert "No such file" in verdict.why


def test_a_socket_is_used_as_the_settings_say(login: Login, server: Postgres) -> None:
    login.write(f"DATABASE_URL=postgresql://trusted@/auth?host={server.data}&port={server.port}\n")
    verdict = login.verdict(host=str(server.data), role="trusted")
    assert isinstance(verdict, Holds), text_of(verdict)


def test_nobody_connects_when_the_promise_says_so(login: Login) -> None:
    login.write(f"DATABASE_URL={login.url(port='1')}\n")
    assert isinstance(login.verdict(connect=False), Holds)


def test_a_url_that_mixes_up_its_password_is_not_tried(login: Login) -> None:
    login.write(f"DATABASE_URL={login.url(password='half@of/it')}\n")
    seen = login.fact()
    assert outcomes(seen) == []
    verdict = login.verdict()
    assert isinstance(verdict, Broken)
    assert "%40" in verdict.why
    assert "half" not in repr(seen) + repr(verdict)
