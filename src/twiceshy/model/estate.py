"""What is being looked after: hosts, services, what depends on what, people and channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from twiceshy.model.guard import Guard
from twiceshy.model.ids import ChannelId, GuardId, HostId, PersonId, ReportId, ServiceId
from twiceshy.model.place import Place


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is kept, never the secret itself: `env:NAME` or `file:PATH`."""

    source: str

    def __str__(self) -> str:
        return self.source


@dataclass(frozen=True, slots=True)
class Host:
    """A machine and the door to it."""

    id: HostId
    reach: str = "local"
    """`local`, or `ssh://[user@]name[:port]`."""
    addresses: tuple[str, ...] = ()
    """Its IP addresses."""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One way in to a service."""

    name: str
    url: str
    """Scheme, host, port and path; see `twiceshy.model.endpoint_url` for the schemes."""
    addresses: tuple[str, ...] = ()
    """IP addresses to use instead of looking the name up (an origin behind a CDN, a laboratory)."""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """Something users need, what it stands on and who answers for it."""

    id: ServiceId
    summary: str | None = None
    """What it is to its users, in one sentence."""
    owner: PersonId | None = None
    """Who answers for it: a key of `people`."""
    endpoints: tuple[Endpoint, ...] = ()
    """The ways in, by name: a URL, or a URL with the addresses to use instead of DNS."""
    hosts: tuple[HostId, ...] = ()
    """The machines it runs on: keys of `hosts`."""
    depends_on: tuple[ServiceId, ...] = ()
    """The services it cannot do without: keys of `services`."""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person or a team who answers for services."""

    id: PersonId
    name: str | None = None
    """The name as others know it."""
    channels: tuple[ChannelId, ...] = ()
    """How they are reached, the first one first: keys of `channels`."""
    zone: str | None = None
    """IANA zone name for times shown to them."""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach people, and the services it needs to work itself."""

    id: ChannelId
    url: Secret | None = None
    """Where messages go; a secret, so only its place is written: `env:NAME` or `file:PATH`."""
    depends_on: tuple[ServiceId, ...] = ()
    """The services it needs to work itself: an alert about mail must not travel by mail."""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ReportSource:
    """A report that the estate learns from."""

    id: ReportId
    """How guards name it; its file name without the ending when nothing else is given."""
    path: str
    """Absolute, or relative to the working directory, ready to open."""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Estate:
    """Everything `twiceshy.yaml` says, valid and with its references resolved."""

    path: str
    reports: tuple[ReportSource, ...] = ()
    """The reports that are learnt from: files or folders, relative to this file."""
    hosts: Mapping[HostId, Host] = field(default_factory=lambda: MappingProxyType({}))
    """The machines, by name, and how they are reached."""
    services: Mapping[ServiceId, Service] = field(default_factory=lambda: MappingProxyType({}))
    """What users need, by name, and what it stands on."""
    people: Mapping[PersonId, Person] = field(default_factory=lambda: MappingProxyType({}))
    """The people and teams who answer for services."""
    channels: Mapping[ChannelId, Channel] = field(default_factory=lambda: MappingProxyType({}))
    """The ways to reach people."""
    guards: Mapping[GuardId, Guard] = field(default_factory=lambda: MappingProxyType({}))
    """The promises that are checked, for ever."""
