"""Find one message in a mailbox: IMAP (RFC 3501), POP3 (RFC 1939), or a file on a host."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import parsedate_to_datetime

from twiceshy.model.endpoint_url import EndpointUrl
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.probes.database_secrets import Credentials
from twiceshy.probes.mail_talk import MOST_LINES, Failed, Talk, talking
from twiceshy.probes.reach import run
from twiceshy.probes.view import View

NEWEST_LOOKED_AT = 50
"""POP3 has no search: so many of the newest messages are looked at."""
_CREDENTIALS = "Check `arrives_credentials`: user:password."
_LITERAL = re.compile(r"\{(\d+)\}$")
_MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """A message that is there."""

    at: datetime | None
    """When the last server on its way took it, by that server's clock; None when it says nothing."""


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox behind a server."""

    url: EndpointUrl
    addresses: tuple[str, ...]
    context: ssl.SSLContext
    credentials: Credentials | None

    async def find(self, token: str, *, tidy: bool) -> Found | None:
        """The message with the token in its subject; None when it is not there (yet)."""
        if (
            self.credentials is None
            or self.credentials.role is None
            or self.credentials.password is None
        ):
            why = "it is not said as whom to log in to the mailbox"
            raise Failed(why, is_ours=True, next_step=_CREDENTIALS)
        user, password = self.credentials.role, self.credentials.password.reveal()
        look = _imap if self.url.scheme.startswith("imap") else _pop3
        async with talking(self.url, self.addresses, self.context) as talk:
            return await look(talk, self.context, (user, password), token, tidy=tidy)


async def _imap(
    talk: Talk, context: ssl.SSLContext, login: tuple[str, str], token: str, *, tidy: bool
) -> Found | None:
    await talk.line()
    if not talk.is_secure:
        await _command(talk, "STARTTLS")
        await talk.start_tls(context)
    try:
        await _command(talk, f"LOGIN {_quoted(login[0])} {_quoted(login[1])}", "LOGIN")
    except Failed as failed:
        raise Failed(failed.why, is_ours=True, next_step=_CREDENTIALS) from None
    await _command(talk, "SELECT INBOX")
    lines = await _command(talk, f"UID SEARCH SUBJECT {_quoted(token)}")
    found = next((line for line in lines if line.upper().startswith("* SEARCH")), "")
    numbers = [word for word in found.split()[2:] if word.isdigit()]
    if not numbers:
        await _command(talk, "LOGOUT")
        return None
    header = await _command(talk, f"UID FETCH {numbers[-1]} (BODY.PEEK[HEADER])")
    if tidy:
        await _command(talk, f"UID STORE {numbers[-1]} +FLAGS.SILENT (\\Deleted)")
        await _command(talk, "EXPUNGE")
    await _command(talk, "LOGOUT")
    return Found(received_at("\r\n".join(header[1:]).encode()))


async def _command(talk: Talk, text: str, shown: str | None = None) -> list[str]:
    await talk.send(f"t1 {text}")
    lines: list[str] = []
    for _ in range(MOST_LINES):
        line = await talk.line()
        if line.startswith("t1 "):
            if line[3:5].upper() != "OK":
                said = f"{shown or text.split(maxsplit=1)[0]}: {line[3:203]}"
                raise Failed(f"{talk.url} refused {said}")
            return lines
        lines.append(line)
        literal = _LITERAL.search(line)
        if literal is not None:
            if int(literal[1]) > _MOST_BYTES:
                raise Failed(f"{talk.url} sends more than is read")
            data = await talk.exactly(int(literal[1]))
            lines += data.decode("utf-8", "replace").split("\r\n")
    raise Failed(f"{talk.url} sends more lines than are read")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


async def _pop3(
    talk: Talk, context: ssl.SSLContext, login: tuple[str, str], token: str, *, tidy: bool
) -> Found | None:
    await _ok(talk)
    if not talk.is_secure:
        await talk.send("STLS")
        await _ok(talk)
        await talk.start_tls(context)
    try:
        await talk.send(f"USER {login[0]}")
        await _ok(talk)
        await talk.send(f"PASS {login[1]}")
        await _ok(talk)
    except Failed as failed:
        raise Failed(failed.why, is_ours=True, next_step=_CREDENTIALS) from None
    await talk.send("STAT")
    counted = re.match(r"\+OK (\d+)", await _ok(talk))
    count = int(counted[1]) if counted else 0
    found = None
    for number in range(count, max(count - NEWEST_LOOKED_AT, 0), -1):
        await talk.send(f"TOP {number} 0")
        await _ok(talk)
        lines = await _until_dot(talk)
        if any(token in line for line in lines if line.lower().startswith("subject:")):
            found = Found(received_at("\r\n".join(lines).encode()))
            if tidy:
                await talk.send(f"DELE {number}")
                await _ok(talk)
            break
    await talk.send("QUIT")
    await _ok(talk)
    return found


async def _ok(talk: Talk) -> str:
    line = await talk.line()
    if not line.startswith("+OK"):
        raise Failed(f"{talk.url} answered {line[:200]}")
    return line


async def _until_dot(talk: Talk) -> list[str]:
    lines: list[str] = []
    for _ in range(MOST_LINES):
        line = await talk.line()
        if line == ".":
            return lines
        lines.append(line.removeprefix("."))
    raise Failed(f"{talk.url} sends more lines than are read")


def received_at(header: bytes) -> datetime | None:
    """When the last server took a message, from its topmost Received line."""
    line = message_from_bytes(header).get("Received")
    if not isinstance(line, str):
        return None
    try:
        found = parsedate_to_datetime(line.rpartition(";")[2].strip())
    except (ValueError, TypeError, IndexError):
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None


@dataclass(frozen=True, slots=True)
class FileBox:
    """A maildir or mbox on a host."""

    host: Host
    form: str
    """`maildir` or `mbox`."""
    path: str
    view: View

    async def find(self, token: str, *, tidy: bool) -> Found | None:
        """The message with the token in it; None when it is not there (yet)."""
        folder = self.path.rstrip("/")
        places = (f"{folder}/new", f"{folder}/cur") if self.form == "maildir" else (self.path,)
        ran = await run(self.host, ("grep", "-rlF", "--", token, *places), self.view)
        if isinstance(ran, Unseen):
            raise Failed(ran.why, is_ours=True, next_step=ran.next_step)
        paths = ran.stdout.decode("utf-8", "surrogateescape").splitlines()
        if not paths:
            if ran.exit_code > 1:
                # The first message makes the folders of a maildir.
                why = f"{self.host.id}: {ran.complaint}"
                raise Failed(why, is_ours=True, may_pass=True)
            return None
        at = await self._changed(paths[0]) if self.form == "maildir" else None
        if tidy and self.form == "maildir":
            await run(self.host, ("rm", "-f", "--", paths[0]), self.view)
        return Found(at)

    async def _changed(self, path: str) -> datetime | None:
        ran = await run(self.host, ("stat", "-c", "%Y", "--", path), self.view)
        if isinstance(ran, Unseen) or not ran.stdout.strip().isdigit():
            return None
        return datetime.fromtimestamp(int(ran.stdout), UTC)


Mailbox = Box | FileBox


def form_of(text: str) -> tuple[str, str] | None:
    """`maildir:/path` or `mbox:/path`, taken apart; None for anything else."""
    found = re.fullmatch(r"(maildir|mbox):(?://)?(/.+)", text)
    return (found[1], found[2]) if found else None
