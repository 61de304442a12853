"""The sweep, with a stand-in for a probe module at the interface all probes share."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import MappingProxyType, ModuleType

import pytest

from twiceshy.guards.judge import judge as one_judge
from twiceshy.kinds.practice.facts import PracticeFact, Promise
from twiceshy.model.estate import Estate
from twiceshy.model.fact import Attestation, Fact, Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown, Verdict
from twiceshy.probes.view import View
from twiceshy.watch import loop
from twiceshy.watch import sweep as sweeping
from twiceshy.watch.sweep import Attested, Result, sweep

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ESTATE = Estate("twiceshy.yaml")
PROBED = KindId("probed")

Look = Callable[[Guard, Estate, View], Awaitable[Fact | Unseen]]
Behaves = Callable[[Look], None]


def _guard(name: str, kind: str = "probed") -> Guard:
    return Guard(GuardId(name), KindId(kind), "mail", None, timedelta(hours=1))


def _view(timeout_seconds: float = 20) -> View:
    return View("desk", timeout_seconds, lambda: NOW)


async def _nobody(_guard_id: GuardId) -> Attestation | Unseen | None:
    return None


def _always_holds(_guard: Guard, _seen: Fact | Unseen, _now: datetime) -> Verdict:
    return Holds("fine")


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Behaves:
    """Say how looking at a guard of the kind `probed` behaves."""
    module = ModuleType("twiceshy_test_probe")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(sweeping, "PROBES", MappingProxyType({PROBED: module.__name__}))

    def behaves(look: Look) -> None:
        module.look = look  # type: ignore[attr-defined] # a module made here has what we give it

    return behaves


def _swept(
    *guards: Guard,
    timeout_seconds: float = 20,
    concurrency: int = 10,
    attested: Attested = _nobody,
    judge: sweeping.Judge = _always_holds,
) -> list[Result]:
    async def collect() -> list[Result]:
        results = sweep(
            guards,
            ESTATE,
            view=_view(timeout_seconds),
            attested=attested,
            concurrency=concurrency,
            judge=judge,
        )
        return [result async for result in results]

    return loop.run(collect())


def test_every_guard_is_looked_at_and_judged_once(probe: Behaves) -> None:
    async def look(guard: Guard, estate: Estate, view: View) -> Fact:
        assert estate is ESTATE
        return Fact(at=view.now(), vantage=f"{view.vantage} for {guard.id}")

    probe(look)

    def judge(guard: Guard, seen: Fact | Unseen, now: datetime) -> Verdict:
        assert now == NOW
        return Broken(Severity.WARNING, f"{guard.id}: {seen.vantage}")

    results = _swept(*(_guard(f"g{n}") for n in range(100)), concurrency=7, judge=judge)
    assert sorted(result.guard.id for result in results) == sorted(f"g{n}" for n in range(100))
    assert all(
        result.verdict == Broken(Severity.WARNING, f"{result.guard.id}: desk for {result.guard.id}")
        for result in results
    )


def test_results_come_as_looks_end_and_not_in_the_order_of_the_guards(probe: Behaves) -> None:
    quick_is_done = asyncio.Event()

    async def look(guard: Guard, _estate: Estate, _view: View) -> Fact:
        if guard.id == "slow":
            await quick_is_done.wait()
        else:
            quick_is_done.set()
        return Fact(at=NOW, vantage="desk")

    probe(look)
    assert [r.guard.id for r in _swept(_guard("slow"), _guard("quick"))] == ["quick", "slow"]


def test_never_more_looks_than_allowed_run_at_the_same_time(probe: Behaves) -> None:
    running = most = 0

    async def look(_guard: Guard, _estate: Estate, _view: View) -> Fact:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(3):
            await asyncio.sleep(0)
        running -= 1
        return Fact(at=NOW, vantage="desk")

    probe(look)
    assert len(_swept(*(_guard(f"g{n}") for n in range(50)), concurrency=4)) == 50
    assert most == 4


def test_no_guards_give_no_results(probe: Behaves) -> None:
    async def look(_guard: Guard, _estate: Estate, _view: View) -> Fact:
        raise AssertionError

    probe(look)
    assert _swept() == []


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "GRACE_SECONDS", 0.01)
    monkeypatch.setattr(loop, "END_SECONDS", 0.01)


@pytest.mark.usefixtures("hurried")
def test_a_look_that_never_ends_is_unknown_and_the_others_go_on(probe: Behaves) -> None:
    async def look(guard: Guard, _estate: Estate, _view: View) -> Fact:
        if guard.id.startswith("stuck"):
            await asyncio.Event().wait()
        return Fact(at=NOW, vantage="desk")

    probe(look)
    guards = [_guard("stuck1"), _guard("stuck2"), _guard("a"), _guard("b")]
    results = {r.guard.id: r.verdict for r in _swept(*guards, timeout_seconds=0.01, concurrency=2)}
    assert results[GuardId("a")] == results[GuardId("b")] == Holds("fine")
    stuck = results[GuardId("stuck1")]
    assert isinstance(stuck, Unknown)
    assert stuck.why == "no answer within 0.01 s"
    assert "--timeout" in (stuck.next_step or "")


@pytest.mark.usefixtures("hurried")
def test_a_look_that_ignores_being_cancelled_is_left_behind(probe: Behaves) -> None:
    async def look(guard: Guard, _estate: Estate, _view: View) -> Fact:
        while guard.id == "stubborn":
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue
        return Fact(at=NOW, vantage="desk")

    probe(look)
    results = {
        r.guard.id: r.verdict
        for r in _swept(_guard("stubborn"), _guard("a"), timeout_seconds=0.01, concurrency=1)
    }
    assert isinstance(results[GuardId("stubborn")], Unknown)
    assert results[GuardId("a")] == Holds("fine")


def test_a_probe_that_raises_costs_its_own_guard_alone_and_says_where(
    probe: Behaves, caplog: pytest.LogCaptureFixture
) -> None:
    async def look(guard: Guard, _estate: Estate, _view: View) -> Fact:
        if guard.id == "bad":
            raise ZeroDivisionError("password=hush")
        return Fact(at=NOW, vantage="desk")

    probe(look)
    results = {r.guard.id: r.verdict for r in _swept(_guard("bad"), _guard("good"))}
    assert results[GuardId("good")] == Holds("fine")
    bad = results[GuardId("bad")]
    assert isinstance(bad, Unknown)
    assert bad.why.startswith("a bug in Twiceshy: ZeroDivisionError at watch/sweep.py:")
    assert "hush" not in bad.why
    assert "guard bad: a bug in Twiceshy" in caplog.text


def test_a_rule_that_raises_is_unknown_too(probe: Behaves) -> None:
    async def look(_guard: Guard, _estate: Estate, _view: View) -> Fact:
        return Fact(at=NOW, vantage="desk")

    probe(look)

    def judge(_guard: Guard, _seen: Fact | Unseen, _now: datetime) -> Verdict:
        raise KeyError("oops")

    (result,) = _swept(_guard("g"), judge=judge)
    assert isinstance(result.verdict, Unknown)
    assert "KeyError" in result.verdict.why


def test_a_probe_that_cancels_itself_is_unknown(probe: Behaves) -> None:
    async def look(_guard: Guard, _estate: Estate, _view: View) -> Fact:
        raise asyncio.CancelledError

    probe(look)
    (result,) = _swept(_guard("g"))
    assert isinstance(result.verdict, Unknown)


def test_a_probe_module_that_cannot_be_imported_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweeping, "PROBES", MappingProxyType({PROBED: "twiceshy.probes.gone"}))
    (result,) = _swept(_guard("g"))
    assert isinstance(result.verdict, Unknown)
    assert "ModuleNotFoundError" in result.verdict.why


def _practice() -> Guard:
    promise = Promise(what="trained", subject="on-call", within_days=30)
    return Guard(GuardId("training"), KindId("practice"), "", promise, timedelta(days=1))


def test_a_practice_is_seen_through_its_newest_attestation() -> None:
    done = Attestation("ops", NOW - timedelta(days=3), "wiki/7")

    async def attested(guard_id: GuardId) -> Attestation | Unseen | None:
        assert guard_id == "training"
        return done

    (result,) = _swept(_practice(), attested=attested, judge=one_judge)
    assert result.seen == PracticeFact(
        at=NOW, vantage="desk", attestation=done, guard_id=GuardId("training")
    )
    assert isinstance(result.verdict, Holds)


def test_a_practice_whose_journal_cannot_be_read_is_unknown() -> None:
    async def attested(_guard_id: GuardId) -> Attestation | Unseen | None:
        return Unseen("the journal is locked", NOW, "desk")

    (result,) = _swept(_practice(), attested=attested, judge=one_judge)
    assert result.verdict == Unknown("the journal is locked")


def test_a_planned_kind_is_unknown_without_a_look() -> None:
    (result,) = _swept(_guard("g", "login"), judge=one_judge)
    assert isinstance(result.verdict, Unknown)
    assert "not checked by this version" in result.verdict.why


def test_who_stops_listening_calls_the_looks_back(probe: Behaves) -> None:
    called_back: list[str] = []

    async def look(guard: Guard, _estate: Estate, _view: View) -> Fact:
        if guard.id == "first":
            return Fact(at=NOW, vantage="desk")
        try:
            await asyncio.Event().wait()
        finally:
            called_back.append(guard.id)
        raise AssertionError

    probe(look)

    async def listen_once() -> Result:
        results = sweep(
            [_guard("first"), _guard("second")],
            ESTATE,
            view=_view(),
            attested=_nobody,
            judge=_always_holds,
        )
        async for result in results:
            return result
        raise AssertionError

    assert loop.run(listen_once()).guard.id == "first"
    assert called_back == ["second"]
