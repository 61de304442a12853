"""nginx with ModSecurity and the core rules, running, as an estate names it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest

from tests.farm.daemons import running
from tests.farm.fixtures import Need
from tests.farm.waf_verdicts import guard_of
from tests.farm.walls import NGINX_MODULE, Case, Wall, needed, nginx_wall
from twiceshy.kinds.waf.facts import Promise, WafFact
from twiceshy.kinds.waf.rules import judge
from twiceshy.model.estate import Endpoint, Estate, Host, Service
from twiceshy.model.fact import Unseen
from twiceshy.model.ids import HostId, ServiceId
from twiceshy.model.verdict import Unknown, Verdict
from twiceshy.probes.view import View
from twiceshy.probes.waf import look

NOW = datetime(2026, 6, 1, tzinfo=UTC)
VIEW = View("here", 20.0, lambda: NOW)


@dataclass(frozen=True)
class Running:
    """A case that runs."""

    wall: Wall

    def estate(self, *, host: bool = True, endpoint: bool = True) -> Estate:
        url = f"http://shop.example.test:{self.wall.daemon.ports['http']}/"
        shop = Service(
            ServiceId("shop"),
            endpoints=(Endpoint("web", url, ("127.0.0.1",)),) if endpoint else (),
            hosts=(HostId("here"),) if host else (),
        )
        return Estate(
            "twiceshy.yaml",
            hosts=MappingProxyType({HostId("here"): Host(HostId("here"))}),
            services=MappingProxyType({shop.id: shop}),
        )

    def promise(self, **settings: Any) -> Promise:
        return Promise(files=(self.wall.main,), **settings)

    async def look(self, promise: Promise, estate: Estate, view: View = VIEW) -> WafFact | Unseen:
        return await look(guard_of(promise), estate, view)

    async def verdict(self, promise: Promise, estate: Estate) -> Verdict:
        seen = await self.look(promise, estate)
        if isinstance(seen, Unseen):
            return Unknown(seen.why)
        return judge(promise, seen, NOW)


Start = Callable[[Case], Running]


@contextmanager
def started(program: str, case: Case) -> Iterator[Running]:
    with nginx_wall(program, case) as wall, running(wall.argv, wall.daemon, wall.folder):
        yield Running(wall)


@pytest.fixture(scope="module")
def start(need: Need) -> Iterator[Start]:
    program = needed(need, "nginx", NGINX_MODULE)
    with ExitStack() as stack:
        yield lambda case: stack.enter_context(started(program, case))
