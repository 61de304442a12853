"""How a mail guard looks: a message end to end, queues, DNS records, and Postfix's files."""

from __future__ import annotations

import asyncio

from twiceshy.kinds.mail.facts import DomainSeen, MailFact, PostfixSeen, Promise, QueueSeen
from twiceshy.model.estate import Estate, Host
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.probes.mail_delivery import deliver
from twiceshy.probes.mail_dns import domain_seen
from twiceshy.probes.mail_postfix import postfix_on
from twiceshy.probes.mail_queue import queue_of
from twiceshy.probes.targets import hosts_of
from twiceshy.probes.view import View

SHARE_OF_ASKING = 0.8
"""Of the time of a look, for each DNS question, so that what it was can still be told."""


async def look(guard: Guard, estate: Estate, view: View) -> MailFact | Unseen:
    """Look at all that is promised at once, within the view's time."""
    promise = guard.promise
    assert isinstance(promise, Promise), "a guard carries its own kind's promise"
    hosts = hosts_of(guard.target, estate)
    servers: tuple[str | None, ...] = promise.nameservers or (None,)
    seconds = view.timeout_seconds * SHARE_OF_ASKING
    async with asyncio.TaskGroup() as group:
        delivery = (
            group.create_task(deliver(guard, promise, estate, view))
            if promise.arrives_within_minutes is not None
            else None
        )
        queues = (
            [group.create_task(queue_of(host, promise.config_dir, view)) for host in hosts]
            if promise.oldest_in_queue_minutes is not None
            else None
        )
        domains = [
            group.create_task(_domain(domain, promise, server, seconds))
            for domain in promise.domains
            for server in servers
        ]
        files = [
            group.create_task(_postfix(host, promise, view))
            for host in hosts
            if promise.configuration
        ]
    seen = [one.result() for one in files]
    told: tuple[QueueSeen, ...] | None = None
    if queues is not None:
        told = tuple(one.result() for one in queues)
    return MailFact(
        at=view.now(),
        vantage=view.vantage,
        postfix=tuple(one for _, found in seen if not isinstance(found, str) for one in found),
        not_read=tuple((name, found) for name, found in seen if isinstance(found, str)),
        delivery=delivery.result() if delivery else None,
        queues=told,
        domains=tuple(one.result() for one in domains) if domains else None,
    )


async def _domain(domain: str, promise: Promise, server: str | None, seconds: float) -> DomainSeen:
    return await domain_seen(domain, promise, server, seconds)


async def _postfix(
    host: Host, promise: Promise, view: View
) -> tuple[str, tuple[PostfixSeen, ...] | str]:
    return str(host.id), await postfix_on(host, promise, view)
