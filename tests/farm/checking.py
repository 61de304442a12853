"""From an endpoint to a verdict, as the sweep does it: look, then judge."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.farm.authority import HOST, NOW
from twiceshy.kinds.certificate.facts import CertificateFact, Promise
from twiceshy.kinds.certificate.rules import judge
from twiceshy.model.estate import Endpoint, Estate, Service
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId, ServiceId
from twiceshy.model.verdict import Verdict
from twiceshy.probes.certificate import look
from twiceshy.probes.view import View


@dataclass(frozen=True)
class Case:
    """What to look at, and what is promised."""

    port: int
    scheme: str = "tls"
    name: str = HOST
    addresses: tuple[str, ...] = ("127.0.0.1",)
    timeout_seconds: float = 10.0
    promise: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        host = f"[{self.name}]" if ":" in self.name else self.name
        return f"{self.scheme}://{host}:{self.port}"


def estate_of(folder: Path, endpoints: Sequence[Endpoint]) -> Estate:
    service = Service(ServiceId("mail"), endpoints=tuple(endpoints))
    return Estate(
        path=str(folder / "twiceshy.yaml"),
        services=MappingProxyType({service.id: service}),
    )


def guard_of(promise: Promise) -> Guard:
    return Guard(
        GuardId("mail-certificate"), KindId("certificate"), "mail", promise, timedelta(hours=6)
    )


def fact_of(case: Case, folder: Path) -> CertificateFact:
    """What the probe sees."""
    estate = estate_of(folder, [Endpoint("door", case.url, case.addresses)])
    view = View("here", case.timeout_seconds, lambda: NOW)
    fact = asyncio.run(look(guard_of(Promise(**case.promise)), estate, view))
    assert not isinstance(fact, Unseen), fact.why
    return fact


def verdict_of(case: Case, folder: Path, now: datetime = NOW) -> Verdict:
    """The whole way."""
    return judge(Promise(**case.promise), fact_of(case, folder), now)
