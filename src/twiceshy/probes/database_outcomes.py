"""Why a PostgreSQL connection did not come about: by codes first, by libpq's own words else.

A server says why in its own language; its SQLSTATE, and the routine that complains, are the same in
all of them. libpq keeps both to itself while connecting, but tells them to its trace. What libpq
says itself, and pgbouncer, is always English.

Sources: PostgreSQL documentation, appendix A and 55.8 (error fields); postinit.c, auth.c.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from twiceshy.kinds.database.facts import Outcome

_ERROR = re.compile(
    r'\tErrorResponse\t.*? C "(?P<state>[0-9A-Z]{5})" M "(?P<said>.*?)" (?:[A-Z] "|\\x00)'
)
_ROUTINE = re.compile(r' R "(?P<routine>\w+)" \\x00')
_NOT_LONG = 300

_BY_STATE = {
    "28P01": Outcome.WRONG_PASSWORD,
    "3D000": Outcome.NO_SUCH_DATABASE,
    "42501": Outcome.NOT_PERMITTED,
    "55000": Outcome.NOT_PERMITTED,
    "53300": Outcome.TOO_MANY,
    "57P01": Outcome.NOT_READY,
    "57P02": Outcome.NOT_READY,
    "57P03": Outcome.NOT_READY,
}
_BY_WORDS: tuple[tuple[str, Outcome], ...] = (
    ("password authentication failed", Outcome.WRONG_PASSWORD),
    ("auth failed", Outcome.WRONG_PASSWORD),
    ("SASL authentication failed", Outcome.WRONG_PASSWORD),
    ("no password supplied", Outcome.PASSWORD_MISSING),
    ("no such database", Outcome.NO_SUCH_DATABASE),
    ("no such user", Outcome.NO_SUCH_ROLE),
    ("too many clients", Outcome.TOO_MANY),
    ("remaining connection slots", Outcome.TOO_MANY),
    ("too many connections", Outcome.TOO_MANY),
    ("no more connections allowed", Outcome.TOO_MANY),
    ("max_client_conn", Outcome.TOO_MANY),
    ("no pg_hba.conf entry", Outcome.NOT_ADMITTED),
    ("pg_hba.conf rejects", Outcome.NOT_ADMITTED),
    ("is not permitted to log in", Outcome.NOT_PERMITTED),
    ("permission denied for database", Outcome.NOT_PERMITTED),
    ("starting up", Outcome.NOT_READY),
    ("shutting down", Outcome.NOT_READY),
    ("SSL required", Outcome.TLS_DEMANDED),
    ("server does not support SSL", Outcome.TLS_NOT_OFFERED),
    ("root certificate file", Outcome.ROOTS_MISSING),
    ("certificate verify failed", Outcome.CERTIFICATE_REFUSED),
    ("does not match host name", Outcome.CERTIFICATE_REFUSED),
    ("host name must be specified", Outcome.CERTIFICATE_REFUSED),
    ("certificate", Outcome.CERTIFICATE_REFUSED),
    ("Connection refused", Outcome.REFUSED),
    ("No such file or directory", Outcome.REFUSED),
    ("Permission denied", Outcome.CANNOT_LOOK),
    ("timed out", Outcome.TIMED_OUT),
    ("timeout expired", Outcome.TIMED_OUT),
    ("No route to host", Outcome.UNREACHABLE),
    ("Network is unreachable", Outcome.NO_ROUTE),
    ("Cannot assign requested address", Outcome.NO_ROUTE),
    ("received invalid response", Outcome.NOT_A_DATABASE),
    ("expected authentication request", Outcome.NOT_A_DATABASE),
    ("unsupported frontend protocol", Outcome.NOT_A_DATABASE),
    ("wrong version number", Outcome.NOT_A_DATABASE),
    ("server closed the connection", Outcome.CUT),
    ("Connection reset", Outcome.CUT),
    ("unexpected eof", Outcome.CUT),
)
"""The first that is said."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Who complains of what: a server's code and routine are empty when libpq complains itself."""

    said: str
    state: str = ""
    routine: str = ""


def complaint_of(trace: str, message: str) -> Complaint:
    """The last error of a connection: from libpq's trace, else from its message."""
    said = _last_line(message)
    errors = [line for line in trace.splitlines() if "\tErrorResponse\t" in line]
    found = _ERROR.search(errors[-1]) if errors else None
    if found is None:
        return Complaint(said)
    routine = _ROUTINE.search(errors[-1])
    return Complaint(found["said"], found["state"], routine["routine"] if routine else "")


def outcome_of(complaint: Complaint) -> Outcome:
    """What a complaint means."""
    if complaint.state in _BY_STATE:
        return _BY_STATE[complaint.state]
    if complaint.routine == "ClientAuthentication":
        return Outcome.NOT_ADMITTED
    worded = next((one for words, one in _BY_WORDS if words in complaint.said), None)
    if worded is not None:
        return worded
    if complaint.state == "28000":
        # InitializeSessionUserId, in whatever language: no such role, or one that may not log in.
        if complaint.routine == "InitializeSessionUserId" or "role" in complaint.said:
            return Outcome.NO_SUCH_ROLE
        return Outcome.NOT_ADMITTED
    return Outcome.OTHER


def _last_line(message: str) -> str:
    """Libpq's message without what it repeats of the address, on one line."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    said = next((line for line in lines if "failed: " in line or "FATAL" in line), None)
    said = said if said is not None else (lines[0] if lines else "no reason given")
    said = re.sub(r"^connection to server (?:at|on) .*? failed: ", "", said)
    said = re.sub(r"^[A-Z]+: +", "", said)
    return said if len(said) <= _NOT_LONG else said[: _NOT_LONG - 3] + "..."
