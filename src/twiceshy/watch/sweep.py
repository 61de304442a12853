"""One pass over the guards: look at many at once, judge each, and tell it as it comes in.

Rules:
 1. At most `concurrency` looks run at the same time.
 2. A look is over when the view's time and a little grace have passed, whatever the probe does:
    it is cancelled and its guard is Unknown. One that ignores that is left behind and its place
    is given to the next guard.
 3. A probe or a rule that raises is our own bug. It costs the verdict of that guard alone, which
    is Unknown and says where; it is never taken for the target's fault.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import PurePath

import twiceshy
from twiceshy.errors import BugInTwiceshy
from twiceshy.guards import judge as one_judge
from twiceshy.kinds.practice.facts import PracticeFact
from twiceshy.model.estate import Estate
from twiceshy.model.fact import Attestation, Fact, Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId
from twiceshy.model.verdict import Unknown, Verdict
from twiceshy.probes.registry import PROBES
from twiceshy.probes.view import View

CONCURRENCY = 64
"""Looks at the same time, unless told; each may hold a few sockets open."""

GRACE_SECONDS = 1.0
"""What a look may take beyond the view's time to come back by itself and say why."""

REPORT_IT = "Report it with the version and this guard's kind and promise; no secret is needed."

PRACTICE = KindId("practice")

Attested = Callable[[GuardId], Awaitable[Attestation | Unseen | None]]
"""The newest attestation of a practice guard; None when there is none, Unseen when nobody can say."""

Judge = Callable[[Guard, Fact | Unseen, datetime], Verdict]

_SOURCES = PurePath(twiceshy.__file__).parent

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one guard."""

    guard: Guard
    seen: Fact | Unseen
    verdict: Verdict
    took_seconds: float


async def sweep(
    guards: Sequence[Guard],
    estate: Estate,
    *,
    view: View,
    attested: Attested,
    concurrency: int = CONCURRENCY,
    judge: Judge = one_judge.judge,
) -> AsyncGenerator[Result]:
    """Look at every guard once; results come in the order in which looks end."""
    for kind in {guard.kind for guard in guards} & PROBES.keys():
        # What fails here fails again for each guard of the kind, and is told there.
        with suppress(ImportError):
            import_module(PROBES[kind])
    crew = _Crew(guards, estate, view=view, attested=attested, concurrency=concurrency, judge=judge)
    try:
        crew.send_out()
        for _ in guards:
            yield await crew.finished.get()
    finally:
        crew.call_back()


@dataclass(frozen=True, slots=True)
class _Look:
    guard: Guard
    began: float
    alarm: asyncio.TimerHandle


class _Crew:
    """The looks under way."""

    def __init__(
        self,
        guards: Sequence[Guard],
        estate: Estate,
        *,
        view: View,
        attested: Attested,
        concurrency: int,
        judge: Judge,
    ) -> None:
        self.finished: asyncio.Queue[Result] = asyncio.Queue()
        self._waiting = iter(guards)
        self._estate = estate
        self._view = view
        self._attested = attested
        self._concurrency = concurrency
        self._judge = judge
        self._loop = asyncio.get_running_loop()
        self._under_way: dict[asyncio.Task[Result], _Look] = {}

    def send_out(self) -> None:
        """Begin looks until the crew is complete or every guard has its look."""
        while len(self._under_way) < self._concurrency:
            guard = next(self._waiting, None)
            if guard is None:
                return
            task = self._loop.create_task(self._result(guard))
            limit_seconds = self._view.timeout_seconds + GRACE_SECONDS
            alarm = self._loop.call_later(limit_seconds, self._expire, task)
            self._under_way[task] = _Look(guard, self._loop.time(), alarm)
            task.add_done_callback(self._ended)

    def call_back(self) -> None:
        """Cancel what is still under way, when nobody waits for results any more."""
        for task, look in self._under_way.items():
            look.alarm.cancel()
            task.cancel()
        self._under_way.clear()

    async def _result(self, guard: Guard) -> Result:
        began = self._loop.time()
        seen = await self._seen(guard)
        verdict = self._judge(guard, seen, self._view.now())
        return Result(guard, seen, verdict, self._loop.time() - began)

    async def _seen(self, guard: Guard) -> Fact | Unseen:
        if guard.kind == PRACTICE:
            known = await self._attested(guard.id)
            if isinstance(known, Unseen):
                return known
            return PracticeFact(
                at=self._view.now(),
                vantage=self._view.vantage,
                attestation=known,
                guard_id=guard.id,
            )
        if guard.kind not in PROBES:
            return self._unseen(f"there is no probe for {guard.kind} guards")
        seen: Fact | Unseen = await import_module(PROBES[guard.kind]).look(
            guard, self._estate, self._view
        )
        return seen

    def _ended(self, task: asyncio.Task[Result]) -> None:
        look = self._under_way.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if look is None:
            return
        look.alarm.cancel()
        if task.cancelled():
            self._give_up(look, self._unseen("the look was cancelled from inside", REPORT_IT))
        elif error is not None:
            self._give_up(look, self._unseen(_our_bug(look.guard, error), REPORT_IT))
        else:
            self.finished.put_nowait(task.result())
        self.send_out()

    def _expire(self, task: asyncio.Task[Result]) -> None:
        look = self._under_way.pop(task)
        task.cancel()
        why = f"no answer within {self._view.timeout_seconds:g} s"
        self._give_up(look, self._unseen(why, "Look at the target, or give it more: --timeout."))
        self.send_out()

    def _give_up(self, look: _Look, unseen: Unseen) -> None:
        verdict = Unknown(unseen.why, next_step=unseen.next_step)
        took_seconds = self._loop.time() - look.began
        self.finished.put_nowait(Result(look.guard, unseen, verdict, took_seconds))

    def _unseen(self, why: str, next_step: str | None = None) -> Unseen:
        return Unseen(why, self._view.now(), self._view.vantage, next_step)


def _our_bug(guard: Guard, error: BaseException) -> str:
    """Where it happened and of what type; the error's own words may repeat a secret."""
    places = [
        f"{PurePath(frame.filename).relative_to(_SOURCES)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if PurePath(frame.filename).is_relative_to(_SOURCES)
    ]
    said = f": {error.message}" if isinstance(error, BugInTwiceshy) else ""
    why = f"a bug in Twiceshy: {type(error).__name__} at {places[-1]}{said}"
    _log.error("guard %s: %s", guard.id, why)
    _log.debug("guard %s", guard.id, exc_info=error)
    return why
