from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tests.farm.fixtures import Need
from tests.farm.mail import MailServer, mail_server
from twiceshy.kinds.mail import KIND
from twiceshy.kinds.mail.facts import MailFact, Promise
from twiceshy.model.estate import Endpoint, Estate, Host, Service
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, HostId, ServiceId
from twiceshy.model.verdict import Verdict
from twiceshy.probes.mail import look
from twiceshy.probes.view import View


@dataclass
class Asked:
    """One look at a mail service, from here."""

    folder: Path
    endpoints: dict[str, str] = field(default_factory=dict)
    hosts: bool = True
    ahead: timedelta = timedelta(0)
    """How far the clock of the look is ahead of the real one."""
    seconds: float = 10.0

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead  # noqa: TID251 - Postfix stamps with the real clock

    def fact(self, **promise: Any) -> MailFact:
        here = Host(HostId("mail-1"))
        service = Service(
            ServiceId("mail"),
            endpoints=tuple(
                Endpoint(name, url, ("127.0.0.1",)) for name, url in self.endpoints.items()
            ),
            hosts=(here.id,) if self.hosts else (),
        )
        estate = Estate(
            str(self.folder / "twiceshy.yaml"),
            hosts=MappingProxyType({here.id: here}),
            services=MappingProxyType({service.id: service}),
        )
        promised = Promise(**promise)
        guard = Guard(
            GuardId(f"mail-{self.folder.name}"), KIND.id, "mail", promised, timedelta(minutes=5)
        )
        found = asyncio.run(look(guard, estate, View("here", self.seconds, self.now)))
        assert not isinstance(found, Unseen), found.why
        return found

    def verdict(self, **promise: Any) -> Verdict:
        return KIND.judge(Promise(**promise), self.fact(**promise), self.now())


@pytest.fixture
def asked(tmp_path: Path) -> Callable[..., Asked]:
    def of(**settings: Any) -> Asked:
        return Asked(tmp_path, **settings)

    return of


@pytest.fixture(scope="session")
def server(as_root: None, need: Need) -> Iterator[MailServer]:  # noqa: ARG001 - Postfix needs root
    need("postqueue")
    with mail_server(need("postfix")) as running:
        yield running
