"""Hand in one message over SMTP (RFC 5321, 3207, 4954, 6409)."""

from __future__ import annotations

import base64
import re
import ssl
from collections.abc import Iterable
from dataclasses import dataclass

from twiceshy.model.endpoint_url import EndpointUrl
from twiceshy.probes.database_secrets import Credentials
from twiceshy.probes.mail_talk import MOST_LINES, Failed, Talk, talking

_CREDENTIALS = "Check `submit_credentials`: user:password."


@dataclass(frozen=True, slots=True)
class Letter:
    """One message with its envelope."""

    sender: str
    recipient: str
    token: str
    """A word that no other message has in its subject."""
    data: bytes


async def submit(
    letter: Letter,
    url: EndpointUrl,
    addresses: Iterable[str],
    context: ssl.SSLContext,
    credentials: Credentials | None,
) -> str:
    """The server's answer that it has the message; raises Failed with its words."""
    async with talking(url, addresses, context) as talk:
        await _expect(talk, "2")
        offered = await _greet(talk, letter)
        wants_tls = credentials is not None or url.scheme == "submission"
        if wants_tls and not talk.is_secure:
            if "STARTTLS" not in offered:
                raise Failed(f"{url} does not offer STARTTLS, so no password is sent to it")
            await talk.send("STARTTLS")
            await _expect(talk, "2")
            await talk.start_tls(context)
            offered = await _greet(talk, letter)
        if credentials is not None:
            await _log_in(talk, credentials, offered)
        await _asked(talk, f"MAIL FROM:<{letter.sender}>", "2")
        await _asked(talk, f"RCPT TO:<{letter.recipient}>", "2")
        await _asked(talk, "DATA", "3")
        stuffed = re.sub(rb"(?m)^\.", b"..", letter.data)
        await talk.send_bytes(stuffed + b"\r\n.\r\n")
        said = await _expect(talk, "2")
        await talk.send("QUIT")
        return said


async def _greet(talk: Talk, letter: Letter) -> str:
    domain = letter.sender.rpartition("@")[2]
    return (await _asked(talk, f"EHLO {domain}", "2")).upper()


async def _asked(talk: Talk, text: str, wanted: str) -> str:
    await talk.send(text)
    return await _expect(talk, wanted)


async def _log_in(talk: Talk, credentials: Credentials, offered: str) -> None:
    if credentials.role is None or credentials.password is None:
        why = "the credentials to hand in with are not user:password"
        raise Failed(why, is_ours=True, next_step=_CREDENTIALS)
    if not re.search(r"\bAUTH\b.*\bPLAIN\b", offered):
        raise Failed(f"{talk.url} offers no login (AUTH PLAIN)")
    words = f"\0{credentials.role}\0{credentials.password.reveal()}"
    await talk.send(f"AUTH PLAIN {base64.b64encode(words.encode()).decode()}")
    answer = await _answer(talk)
    if not answer.startswith("2"):
        # 535: these credentials are wrong, which says nothing about others; 454: nobody gets in.
        wrong = answer.startswith("535")
        why = f"{talk.url} refused the login: {answer[:200]}"
        raise Failed(why, is_ours=wrong, next_step=_CREDENTIALS if wrong else None)


async def _expect(talk: Talk, wanted: str) -> str:
    answer = await _answer(talk)
    if not answer.startswith(wanted):
        raise Failed(f"{talk.url} answered {answer[:200]}")
    return answer


async def _answer(talk: Talk) -> str:
    parts: list[str] = []
    for _ in range(MOST_LINES):
        line = await talk.line()
        parts.append(line if not parts else line[4:])
        if line[3:4] != "-":
            break
    return " ".join(parts)
