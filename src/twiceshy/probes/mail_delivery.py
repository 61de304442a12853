"""One message from the entrance to the mailbox, waited for within the time of a look.

A message that has not come by then is remembered in this process: the next look of the same guard
waits for that one, until the promised time is over, instead of sending another.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from twiceshy.kinds.mail.facts import DeliverySeen, Lost, Promise, Way
from twiceshy.model.endpoint_url import parse_endpoint
from twiceshy.model.estate import Endpoint, Estate, Host
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import HostId
from twiceshy.probes.database_secrets import Credentials, NotThere, read_credentials
from twiceshy.probes.mail_mailbox import Box, FileBox, Found, Mailbox, form_of
from twiceshy.probes.mail_submit import Letter, submit
from twiceshy.probes.mail_talk import Failed
from twiceshy.probes.resolve import addresses_of
from twiceshy.probes.targets import endpoints_of, hosts_of
from twiceshy.probes.tls.roots import trust_store
from twiceshy.probes.view import View

ENTRANCES = ("submission", "smtps", "smtp")
EXITS = ("imaps", "imap", "pop3s", "pop3")
MOST_REMEMBERED = 1000
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 3.0
_CLOCKS_APART = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Sent:
    token: str
    at: datetime


_under_way: dict[tuple[str, str, str], _Sent] = {}
"""The message of each guard, entrance and exit that was accepted and not found yet."""


async def deliver(guard: Guard, promise: Promise, estate: Estate, view: View) -> DeliverySeen:
    """Send one message, or wait for the one that is under way."""
    assert promise.arrives_within_minutes is not None, "asked only when it is promised"
    prepared = await _prepared(guard, promise, estate, view)
    if isinstance(prepared, DeliverySeen):
        return prepared
    key = (str(guard.id), prepared.submit, prepared.arrives_at)
    deadline = asyncio.get_running_loop().time() + view.timeout_seconds
    most = timedelta(minutes=promise.arrives_within_minutes)
    earlier, lost = _under_way.get(key), None
    if earlier is not None:
        seen = await _look_for(earlier, prepared, promise, view, deadline, once=True)
        if seen.way is Way.ARRIVED:
            _under_way.pop(key, None)
            return seen
        waited = view.now() - earlier.at
        if waited <= most or seen.mailbox_why_not is not None:
            return await _look_for(earlier, prepared, promise, view, deadline)
        _under_way.pop(key, None)
        lost = Lost(earlier.at, waited.total_seconds())
    sent = _Sent(secrets.token_hex(10), view.now())
    letter = _letter(guard, promise, sent)
    refused = await _handed_in(letter, sent, prepared, view)
    if refused is not None:
        seen = refused
    else:
        seen = await _look_for(sent, prepared, promise, view, deadline)
        if seen.way is Way.UNDER_WAY and len(_under_way) < MOST_REMEMBERED:
            _under_way[key] = sent
    return replace(seen, lost=lost)


@dataclass(frozen=True, slots=True)
class _Prepared:
    endpoint: Endpoint
    addresses: tuple[str, ...]
    context: ssl.SSLContext
    credentials: Credentials | None
    mailbox: Mailbox
    submit: str
    arrives_at: str


async def _prepared(  # noqa: PLR0911 - one return for each thing that is missing
    guard: Guard, promise: Promise, estate: Estate, view: View
) -> _Prepared | DeliverySeen:
    submit_name, arrives = promise.submit or guard.target, promise.arrives_at or "the mailbox"

    def missing(why: str, step: str | None) -> DeliverySeen:
        return DeliverySeen(submit_name, arrives, Way.NOT_SENT, why=why, next_step=step)

    entrance = _endpoint(promise.submit or guard.target, ENTRANCES, estate)
    if promise.recipient is None:
        step = "Say in `recipient` whose mailbox is for it, and in `arrives_at` where that is."
        return missing("it is not said to whom", step)
    if entrance is None:
        step = "Say in `submit` where: a URL such as submission://mail.example.org."
        return missing("it is not said where to hand it in", step)
    context = _context(promise, estate)
    if isinstance(context, str):
        return missing(context, "Correct `roots`.")
    folder = Path(estate.path).parent
    login = _credentials(promise.submit_credentials, folder)
    mailbox_login = _credentials(promise.arrives_credentials, folder)
    for one in (login, mailbox_login):
        if isinstance(one, NotThere):
            return missing(one.why, one.next_step)
    assert not isinstance(login, NotThere)
    assert not isinstance(mailbox_login, NotThere)
    addresses = await addresses_of(entrance, view)
    if isinstance(addresses, Unseen):
        return missing(addresses.why, addresses.next_step)
    mailbox = await _mailbox(guard, promise, estate, view, context, mailbox_login)
    if isinstance(mailbox, str):
        step = "Say in `arrives_at` where it comes out: imaps://..., or maildir:/path on a host."
        return missing(mailbox, step)
    shown = str(mailbox.url) if isinstance(mailbox, Box) else f"{mailbox.form}:{mailbox.path}"
    submit_shown = str(parse_endpoint(entrance.url))
    return _Prepared(entrance, addresses, context, login, mailbox, submit_shown, shown)


def _credentials(source: str | None, folder: Path) -> Credentials | NotThere | None:
    return None if source is None else read_credentials(source, folder)


def _endpoint(target: str, schemes: tuple[str, ...], estate: Estate) -> Endpoint | None:
    every = endpoints_of(target, estate)
    for scheme in schemes:
        for one in every:
            if parse_endpoint(one.url).scheme == scheme:
                return one
    return None


def _context(promise: Promise, estate: Estate) -> ssl.SSLContext | str:
    store = trust_store(promise.roots, estate.path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    pem = "".join(ssl.DER_cert_to_PEM_cert(der) for der in store.roots)
    if not pem:
        return f"the trusted certificates {promise.roots}: {store.why_unread or 'there are none'}"
    context.load_verify_locations(cadata=pem)
    return context


async def _mailbox(  # noqa: PLR0917 - as many as a mailbox stands on
    guard: Guard,
    promise: Promise,
    estate: Estate,
    view: View,
    context: ssl.SSLContext,
    credentials: Credentials | None,
) -> Mailbox | str:
    named = form_of(promise.arrives_at) if promise.arrives_at else None
    if named is not None:
        host = _host(guard, promise, estate)
        if host is None:
            return "it is not said on which host the mailbox is (`arrives_on`)"
        return FileBox(host, named[0], named[1], view)
    exit_ = _endpoint(promise.arrives_at or guard.target, EXITS, estate)
    if exit_ is None:
        return "it is not said where the message comes out"
    addresses = await addresses_of(exit_, view)
    if isinstance(addresses, Unseen):
        return addresses.why
    return Box(parse_endpoint(exit_.url), addresses, context, credentials)


def _host(guard: Guard, promise: Promise, estate: Estate) -> Host | None:
    if promise.arrives_on is not None:
        return estate.hosts.get(HostId(promise.arrives_on))
    return next(iter(hosts_of(guard.target, estate)), None)


def _letter(guard: Guard, promise: Promise, sent: _Sent) -> Letter:
    recipient = promise.recipient or ""
    sender = promise.sender or recipient
    message = EmailMessage()
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = f"Twiceshy {guard.id} {sent.token}"
    message["Date"] = format_datetime(sent.at)
    message["Message-ID"] = f"<{sent.token}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("This message checks that mail arrives. It may be deleted.\n")
    data = message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return Letter(sender, recipient, sent.token, data)


async def _handed_in(
    letter: Letter, sent: _Sent, prepared: _Prepared, view: View
) -> DeliverySeen | None:
    """None when the message was accepted."""
    url = parse_endpoint(prepared.endpoint.url)
    next_step = None
    way = Way.REFUSED
    try:
        async with asyncio.timeout(view.timeout_seconds * 0.6):
            await submit(letter, url, prepared.addresses, prepared.context, prepared.credentials)
    except Failed as failed:
        why, next_step = failed.why, failed.next_step
        way = Way.NOT_SENT if failed.is_ours else Way.REFUSED
    except TimeoutError:
        why = f"{url} did not answer in {view.timeout_seconds * 0.6:.1f} s"
    else:
        return None
    return DeliverySeen(
        prepared.submit, prepared.arrives_at, way, sent.at, why=why, next_step=next_step
    )


async def _look_for(
    sent: _Sent,
    prepared: _Prepared,
    promise: Promise,
    view: View,
    deadline: float,
    *,
    once: bool = False,
) -> DeliverySeen:
    loop = asyncio.get_running_loop()
    pause = FIRST_PAUSE_SECONDS
    failed: Failed | None = None
    found: Found | None = None
    tries = 0
    while found is None:
        left = deadline - loop.time()
        if left <= 0 or (tries and once):
            break
        if tries:
            await asyncio.sleep(min(pause, left))
            pause = min(pause * 1.6, LONGEST_PAUSE_SECONDS)
        tries += 1
        try:
            async with asyncio.timeout(max(deadline - loop.time(), 0.01)):
                found = await prepared.mailbox.find(sent.token, tidy=promise.tidy)
            failed = None
        except Failed as error:
            failed = error
            if not error.may_pass:
                break
        except TimeoutError:
            failed = failed or (Failed("it does not answer in time") if tries == 1 else None)
    now = view.now()
    took = (now - sent.at).total_seconds()
    seen = DeliverySeen(prepared.submit, prepared.arrives_at, Way.UNDER_WAY, sent.at, took)
    if found is not None:
        return replace(seen, way=Way.ARRIVED, took_seconds=_took(found, sent, now))
    if failed is None:
        return seen
    return replace(
        seen,
        mailbox_why_not=failed.why,
        mailbox_is_broken=not failed.is_ours,
        next_step=failed.next_step,
    )


def _took(found: Found, sent: _Sent, now: datetime) -> float:
    """By the mailbox's own time stamp, unless its clock is not to be believed."""
    if found.at is None or not sent.at - _CLOCKS_APART <= found.at <= now:
        return (now - sent.at).total_seconds()
    return max((found.at - sent.at).total_seconds(), 0.0)
