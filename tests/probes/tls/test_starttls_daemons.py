"""STARTTLS and implicit TLS against the real daemons, which must be left without a complaint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.farm import daemons
from tests.farm.authority import DAY, NOW, Issued, intermediate, issue, root, rsa_key
from tests.farm.checking import Case, verdict_of
from tests.farm.daemons import Daemon
from tests.farm.fixtures import Need
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown

_ROOT = root()


@pytest.fixture(scope="module")
def leaf() -> Issued:
    return issue(by=intermediate(_ROOT))


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("roots") / "roots.pem"
    path.write_bytes(_ROOT.pem)
    return str(path)


@pytest.fixture(scope="module")
def postfix(as_root: None, need: Need, leaf: Issued) -> Iterator[Daemon]:
    del as_root
    with daemons.postfix(need("postfix"), leaf) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def dovecot(as_root: None, need: Need, leaf: Issued) -> Iterator[Daemon]:
    del as_root
    with daemons.dovecot(need("dovecot"), leaf) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def slapd(need: Need, leaf: Issued) -> Iterator[Daemon]:
    with daemons.slapd(need("slapd"), leaf) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def postgres(need: Need, leaf: Issued) -> Iterator[Daemon]:
    with daemons.postgres(need("postgres"), leaf) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def mariadb(need: Need, leaf: Issued) -> Iterator[Daemon]:
    need("mariadb-install-db")
    with daemons.mariadb(need("mariadbd"), leaf) as daemon:
        yield daemon


Running = Callable[[str], Daemon]


@pytest.fixture
def running(request: pytest.FixtureRequest) -> Running:
    def find(name: str) -> Daemon:
        daemon = request.getfixturevalue(name)
        assert isinstance(daemon, Daemon)
        return daemon

    return find


DOORS = (
    ("postfix", "smtp", "smtp"),
    ("postfix", "smtp", "submission"),
    ("postfix", "smtps", "smtps"),
    ("dovecot", "imap", "imap"),
    ("dovecot", "imaps", "imaps"),
    ("dovecot", "pop3", "pop3"),
    ("dovecot", "pop3s", "pop3s"),
    ("slapd", "ldap", "ldap"),
    ("slapd", "ldaps", "ldaps"),
    ("postgres", "postgres", "postgres"),
    ("mariadb", "mysql", "mysql"),
)


@pytest.mark.parametrize("door", DOORS, ids="-".join)
def test_a_good_certificate_is_seen_at_every_door(
    door: tuple[str, str, str], running: Running, roots: str, tmp_path: Path
) -> None:
    program, port, scheme = door
    case = Case(running(program).ports[port], scheme, promise={"roots": roots})
    verdict = verdict_of(case, tmp_path)
    assert isinstance(verdict, Holds), verdict
    assert "path mail.example.test < Lab Intermediate < Lab Root" in verdict.evidence[0].found


@pytest.mark.parametrize("door", DOORS, ids="-".join)
def test_its_expiry_is_told_at_every_door(
    door: tuple[str, str, str], running: Running, roots: str, tmp_path: Path
) -> None:
    program, port, scheme = door
    case = Case(running(program).ports[port], scheme, promise={"roots": roots})
    verdict = verdict_of(case, tmp_path, now=NOW + 61 * DAY)
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.CRITICAL
    assert "expired 2026-07-31 12:00 UTC (24 hours ago)" in verdict.why


def test_postfix_without_tls_does_not_offer_starttls(postfix: Daemon, tmp_path: Path) -> None:
    verdict = verdict_of(Case(postfix.ports["plain"], "smtp"), tmp_path)
    assert isinstance(verdict, Broken)
    assert "does not offer STARTTLS" in verdict.why


@pytest.mark.usefixtures("as_root")
def test_a_stale_twin_behind_postfix_with_tls_13_only_is_found(
    need: Need, leaf: Issued, roots: str, tmp_path: Path
) -> None:
    assert leaf.issuer is not None
    stale = issue(by=leaf.issuer, key=rsa_key(), begins=NOW - 92 * DAY, ends=NOW - DAY)
    with daemons.postfix(need("postfix"), leaf, stale, versions=">=TLSv1.3") as daemon:
        for scheme in ("smtp", "smtps"):
            case = Case(daemon.ports[scheme], scheme, promise={"roots": roots})
            verdict = verdict_of(case, tmp_path)
            assert isinstance(verdict, Broken), verdict
            assert "expired 2026-05-31" in verdict.why
            assert "(asked for RSA)" in verdict.why


def test_slapd_without_tls_refuses_starttls(need: Need, leaf: Issued, tmp_path: Path) -> None:
    with daemons.slapd(need("slapd"), leaf, tls=False) as daemon:
        verdict = verdict_of(Case(daemon.ports["ldap"], "ldap"), tmp_path)
    assert isinstance(verdict, Broken)
    assert "refuses StartTLS with result" in verdict.why


def test_postgres_without_tls_refuses_it(need: Need, leaf: Issued, tmp_path: Path) -> None:
    with daemons.postgres(need("postgres"), leaf, tls=False) as daemon:
        verdict = verdict_of(Case(daemon.ports["postgres"], "postgres"), tmp_path)
    assert isinstance(verdict, Broken)
    assert "without TLS" in verdict.why


def test_mariadb_without_tls_refuses_it(need: Need, leaf: Issued, tmp_path: Path) -> None:
    need("mariadb-install-db")
    with daemons.mariadb(need("mariadbd"), leaf, tls=False) as daemon:
        verdict = verdict_of(Case(daemon.ports["mysql"], "mysql"), tmp_path)
    assert isinstance(verdict, Broken)
    assert "without TLS" in verdict.why


def test_mariadb_does_not_lock_us_out_after_many_looks(
    mariadb: Daemon, roots: str, tmp_path: Path
) -> None:
    case = Case(mariadb.ports["mysql"], "mysql", promise={"roots": roots, "twins": False})
    verdicts = [verdict_of(case, tmp_path) for _ in range(6)]
    assert all(isinstance(verdict, Holds) for verdict in verdicts), verdicts[-1]


def test_postfix_logs_a_client_that_said_goodbye(
    postfix: Daemon, roots: str, tmp_path: Path
) -> None:
    for scheme in ("smtp", "smtps"):
        promise = {"roots": roots, "twins": False, "without_name": False}
        case = Case(postfix.ports[scheme], scheme, promise=promise)
        before = len(postfix.log.read_text())
        verdict_of(case, tmp_path)
        log = daemons.await_log(postfix, "disconnect from", before)
        assert log.count("quit=1") == 1, log
        assert "lost connection" not in log
        assert "improper command pipelining" not in log


def test_another_protocol_than_the_url_says_is_unknown(
    postfix: Daemon, dovecot: Daemon, tmp_path: Path
) -> None:
    for port, scheme in ((postfix.ports["smtp"], "imap"), (dovecot.ports["imap"], "smtp")):
        verdict = verdict_of(Case(port, scheme), tmp_path)
        assert isinstance(verdict, Unknown)
        assert verdict.next_step == (
            "See whether the URL's scheme is the protocol that is spoken there."
        )
