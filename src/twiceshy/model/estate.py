"""What is being looked after: hosts, services, what depends on what, people and channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from twiceshy.model.guard import Guard, Place
from twiceshy.model.ids import ChannelId, GuardId, HostId, PersonId, ReportId, ServiceId


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
    owner: PersonId | None = None
    endpoints: tuple[Endpoint, ...] = ()
    hosts: tuple[HostId, ...] = ()
    depends_on: tuple[ServiceId, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person or a team who answers for services."""

    id: PersonId
    name: str | None = None
    channels: tuple[ChannelId, ...] = ()
    zone: str | None = None
    """IANA zone name for times shown to them."""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach people, and the services it needs to work itself."""

    id: ChannelId
    url: Secret | None = None
    depends_on: tuple[ServiceId, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ReportSource:
    """A report that the estate learns from."""

    id: ReportId
    path: str
    """Absolute, or relative to the working directory, ready to open."""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Estate:
    """Everything `twiceshy.yaml` says, valid and with its references resolved."""

    path: str
    reports: tuple[ReportSource, ...] = ()
    hosts: Mapping[HostId, Host] = field(default_factory=lambda: MappingProxyType({}))
    services: Mapping[ServiceId, Service] = field(default_factory=lambda: MappingProxyType({}))
    people: Mapping[PersonId, Person] = field(default_factory=lambda: MappingProxyType({}))
    channels: Mapping[ChannelId, Channel] = field(default_factory=lambda: MappingProxyType({}))
    guards: Mapping[GuardId, Guard] = field(default_factory=lambda: MappingProxyType({}))
