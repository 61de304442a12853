"""What is seen of mail: a message on its way, queues, DNS records, and the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from twiceshy.kinds.mail.promise import Promise
from twiceshy.kinds.mail.records import DkimKey, DmarcRecord, SpfNode
from twiceshy.languages.postfix import Instance
from twiceshy.model.fact import Fact
from twiceshy.model.place import Place

__all__ = [
    "DeliverySeen",
    "DomainSeen",
    "ExchangerSeen",
    "FileState",
    "Lost",
    "MailFact",
    "NamedFile",
    "PostfixSeen",
    "Promise",
    "QueueSeen",
    "Waiting",
    "Way",
]


class FileState(StrEnum):
    """What is known of a file that a configuration names."""

    THERE = "there"
    MISSING = "missing"
    UNSEEN = "unseen"
    """It could not be looked at."""
    NOT_HANDED_IN = "not handed in"
    """It is no part of the configuration that was handed in."""
    STALE = "stale"
    """A table that is older than the text it was made from: postmap was forgotten."""


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that a setting names."""

    path: str
    what: str
    """Such as `table of virtual_alias_maps`."""
    place: Place
    state: FileState
    why: str = ""
    holds_a_key: bool | None = None
    """Of a certificate file: whether a private key stands in it; None when it was not read."""


@dataclass(frozen=True, slots=True)
class PostfixSeen:
    """One Postfix: its settings, the files they name, and the addresses of its host."""

    instance: Instance
    files: tuple[NamedFile, ...] = ()
    own_addresses: tuple[str, ...] | None = None
    """The host's IP addresses; None when nobody looked."""


class Way(StrEnum):
    """How far a message came."""

    ARRIVED = "arrived"
    UNDER_WAY = "under way"
    """It was accepted, and is not in the mailbox yet."""
    REFUSED = "refused"
    """It was not accepted at the entrance, for a reason that this side sees."""
    NOT_SENT = "not sent"
    """It could not be tried: something on our side is missing."""


@dataclass(frozen=True, slots=True)
class Lost:
    """An earlier message that did not arrive in the promised time."""

    sent_at: datetime
    waited_seconds: float


@dataclass(frozen=True, slots=True)
class DeliverySeen:
    """One message from `submit` to `arrives_at`."""

    submit: str
    arrives_at: str
    way: Way
    sent_at: datetime | None = None
    took_seconds: float | None = None
    """From handing in to arriving; while it is under way: so far."""
    why: str = ""
    mailbox_why_not: str | None = None
    """Why the mailbox could not be read."""
    mailbox_is_broken: bool = False
    """Whether what keeps the mailbox from being read hurts its users too."""
    lost: Lost | None = None
    next_step: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message in a queue."""

    queue_id: str
    queue: str
    """`active`, `deferred`, `hold`, ..."""
    since: datetime
    recipient: str
    why: str = ""
    """The reason Postfix gives for the delay."""


@dataclass(frozen=True, slots=True)
class QueueSeen:
    """The queue of one host."""

    host: str
    count: int = 0
    oldest: Waiting | None = None
    why_not: str | None = None
    """Why it could not be looked at."""
    is_down: bool = False
    """Whether the mail system of the host does not run."""


@dataclass(frozen=True, slots=True)
class ExchangerSeen:
    """One mail exchanger of a domain."""

    name: str
    preference: int
    addresses: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    """Addresses that do not accept connections, each with why."""
    not_tried: tuple[tuple[str, str], ...] = ()
    """Addresses that could not be tried from here, each with why."""
    why_not: str | None = None
    """Why it has no address, or why that could not be seen."""
    is_an_answer: bool = True
    """Whether `why_not` is what DNS says, instead of a look that failed."""


@dataclass(frozen=True, slots=True)
class DomainSeen:
    """The DNS records of one domain, as one resolver gives them."""

    domain: str
    nameserver: str | None = None
    exchangers: tuple[ExchangerSeen, ...] | None = None
    """None when they were not looked for."""
    mx_why_not: str | None = None
    mx_is_an_answer: bool = True
    spf: SpfNode | None = None
    dkim: tuple[DkimKey, ...] = ()
    dmarc: DmarcRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFact(Fact):
    """Mail as one look, or one configuration, shows it."""

    postfix: tuple[PostfixSeen, ...] = ()
    not_read: tuple[tuple[str, str], ...] = ()
    """Hosts whose configuration could not be read, each with why."""
    delivery: DeliverySeen | None = None
    queues: tuple[QueueSeen, ...] | None = None
    domains: tuple[DomainSeen, ...] | None = None
    is_live: bool = True
    """False for a configuration that has not been applied: only that much is judged then."""
