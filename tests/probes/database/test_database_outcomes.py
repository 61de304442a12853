"""What a complaint means: by its code in any language, by libpq's and pgbouncer's words else."""

from __future__ import annotations

import pytest

from twiceshy.kinds.database.facts import Outcome
from twiceshy.kinds.database.sessions import NEXT_STEPS
from twiceshy.probes.database_outcomes import complaint_of, outcome_of

_STAMP = "2026-06-01 12:00:00.000000\tB\t99"
_PREFIX = 'connection to server at "192.0.2.7", port 5432 failed: '


def trace(state: str, said: str, routine: str) -> str:
    return (
        f'{_STAMP}\tErrorResponse\t S "FATAL" V "FATAL" C "{state}" M "{said}"'
        f' F "file.c" L "1" R "{routine}" \\x00\n'
    )


@pytest.mark.parametrize(
    ("state", "said", "routine", "outcome"),
    [
        ("28P01", 'Passwort-Authentifizierung für Benutzer "x" fehlgeschlagen', "auth_failed", Outcome.WRONG_PASSWORD),
        ("3D000", 'la base de données "x" n\'existe pas', "InitPostgres", Outcome.NO_SUCH_DATABASE),
        ("28000", 'Rolle "x" existiert nicht', "InitializeSessionUserId", Outcome.NO_SUCH_ROLE),
        ("28000", 'kein pg_hba.conf-Eintrag für Host "x"', "ClientAuthentication", Outcome.NOT_ADMITTED),
        ("28000", 'role "x" is not permitted to log in', "InitializeSessionUserId", Outcome.NOT_PERMITTED),
        ("53300", "zu viele Verbindungen", "InitProcess", Outcome.TOO_MANY),
        ("57P03", "das Datenbanksystem startet", "ProcessStartupPacket", Outcome.NOT_READY),
        ("42501", "keine Berechtigung für Datenbank x", "InitPostgres", Outcome.NOT_PERMITTED),
        ("XX000", "irgendwas", "somewhere", Outcome.OTHER),
    ],
)  # fmt: skip
def test_a_servers_code_counts_in_any_language(
    state: str, said: str, routine: str, outcome: Outcome
) -> None:
    complaint = complaint_of(trace(state, said, routine), f"{_PREFIX}FATAL:  {said}\n")
    assert (complaint.state, complaint.said) == (state, said)
    assert outcome_of(complaint) is outcome


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        (_PREFIX + "Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n", Outcome.REFUSED),
        (_PREFIX + "Connection timed out\n", Outcome.TIMED_OUT),
        (_PREFIX + "No route to host\n", Outcome.UNREACHABLE),
        (_PREFIX + "Network is unreachable\n", Outcome.NO_ROUTE),
        (_PREFIX + "SSL error: certificate verify failed\n", Outcome.CERTIFICATE_REFUSED),
        (_PREFIX + "server does not support SSL, but SSL was required\n", Outcome.TLS_NOT_OFFERED),
        (_PREFIX + "fe_sendauth: no password supplied\n", Outcome.PASSWORD_MISSING),
        (_PREFIX + "FATAL:  SSL required\n", Outcome.TLS_DEMANDED),
        (_PREFIX + "FATAL:  no more connections allowed (max_client_conn)\n", Outcome.TOO_MANY),
        (_PREFIX + "FATAL:  sorry, too many clients already\n", Outcome.TOO_MANY),
        (_PREFIX + "received invalid response to SSL negotiation: H\n", Outcome.NOT_A_DATABASE),
        (_PREFIX + "server closed the connection unexpectedly\n", Outcome.CUT),
        ('connection to server on socket "/run/.s.PGSQL.5432" failed: No such file or directory\n', Outcome.REFUSED),
        ("", Outcome.OTHER),
    ],
)  # fmt: skip
def test_libpqs_own_words_count_where_there_is_no_code(message: str, outcome: Outcome) -> None:
    complaint = complaint_of("", message)
    assert outcome_of(complaint) is outcome
    assert "192.0.2.7" not in complaint.said


def test_every_outcome_has_a_next_step() -> None:
    told = {Outcome.CONNECTED, Outcome.NO_ROUTE, Outcome.CANNOT_LOOK}
    assert set(NEXT_STEPS) == set(Outcome) - told
