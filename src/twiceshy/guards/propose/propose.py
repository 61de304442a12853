"""Reports into a plan: for every action at least one guard, and the services they look after."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import MappingProxyType

from twiceshy.guards.propose.checks import TEMPLATES, Check
from twiceshy.guards.propose.checks.slot import EVERY, Stated
from twiceshy.guards.propose.clauses import LONGEST_ACTION, plain_text
from twiceshy.guards.propose.names import practice_name, unique
from twiceshy.guards.propose.phrases import shortened
from twiceshy.guards.propose.picks import Asked, Done, Looked, Pick, picks_for
from twiceshy.guards.propose.proposal import PRACTICE, Plan, Proposal, ServiceSketch, Setting
from twiceshy.guards.propose.services import Scene, scene_of
from twiceshy.guards.propose.statements import strictest
from twiceshy.guards.propose.targets import FLOWS, adapted, flows_of, targets_of
from twiceshy.kinds.planned import PLANNED_KINDS
from twiceshy.model.ids import ActionId, ActionRef, GuardId
from twiceshy.model.report import Action, CauseClass, Report

LONGEST_QUOTE = 150
_AGAINST_A_NUMBER = frozenset({"alert_above", "alert_below", "lasting"})
"""Settings that say when to raise an alarm, so that nothing has to be learnt."""
_ONLY_PEOPLE = "Only people can attest this: record it with `twiceshy attest`."
_NOT_UNDERSTOOD = (
    "No rule read this action: put a guard of your own here if a machine can check it."
)


@dataclass(slots=True)
class _Growing:
    """A proposal that further actions may still join."""

    stem: str
    proposal: Proposal
    opening: str = ""
    """How its sentence begins; nothing when it keeps promises of several sorts."""
    topic: str = ""
    """What a check of the action's own words follows."""
    days: int | None = None
    """The shortest time that an action states for a practice to come up again."""
    stated: list[Stated] = field(default_factory=list)
    """Settings of a check that actions state."""
    refs: list[ActionRef] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)


def propose(reports: Iterable[Report]) -> Plan:
    """Guards for every action of `reports`, those that are the same merged, with unique ids.

    Services come in the order of the reports. Pure: the same reports give the same plan.
    """
    services: dict[str, ServiceSketch] = {}
    growing: dict[tuple[object, ...], _Growing] = {}
    for report in reports:
        scene = scene_of(report)
        for sketch in scene.sketches:
            services.setdefault(sketch.id, sketch)
        _grow(growing, report, scene)
    taken: set[str] = set()
    proposals = tuple(_finished(one, taken) for one in growing.values())
    return Plan(tuple(services.values()), proposals)


def _grow(growing: dict[tuple[object, ...], _Growing], report: Report, scene: Scene) -> None:
    cause = report.cause.cause_class if report.cause is not None else CauseClass.OTHER
    kept: dict[ActionId, list[_Growing]] = {}
    for action in report.actions:
        ref = ActionRef(report.id, action.id)
        first = kept.get(action.same_as) if action.same_as is not None else None
        picks = picks_for(Asked(action.text[:LONGEST_ACTION], cause, _spoken(scene)))
        if first:
            for one in first:
                _join(one, ref, None)
                _tighten(one, picks)
            picks = _not_yet(picks, first)
        mine = list(first or [])
        for pick in picks:
            for key, fresh in _candidates(pick, scene, action):
                one = growing.setdefault(key, fresh)
                if one.opening != fresh.opening:
                    one.opening = ""
                _join(one, ref, action.text)
                _bound(one, pick)
                mine.append(one)
        kept[action.id] = mine


def _spoken(scene: Scene) -> str:
    return scene.lost[0].summary or "the service"


def _join(one: _Growing, ref: ActionRef, quote: str | None) -> None:
    if ref not in one.refs:
        one.refs.append(ref)
        if quote is not None:
            one.quotes.append(shortened(plain_text(quote), LONGEST_QUOTE))


def _bound(one: _Growing, pick: Pick) -> None:
    """Keep what is stated; where two actions state the same setting the stricter one counts."""
    match pick:
        case Looked():
            one.stated += pick.stated
        case Done(practice) if practice.stated:
            one.days = min(one.days or practice.within_days, practice.within_days)
        case _:
            pass


def _tighten(one: _Growing, picks: tuple[Pick, ...]) -> None:
    """A rewording may state what was left open: "audits", then "bi-monthly audits"."""
    for pick in picks:
        match pick:
            case Looked(check) if TEMPLATES[check].kind == one.proposal.kind:
                _bound(one, pick)
            case Done(practice) if practice.what == one.proposal.promise.get("what"):
                _bound(one, pick)
            case _:
                continue


def _not_yet(picks: tuple[Pick, ...], first: list[_Growing]) -> tuple[Pick, ...]:
    """What a rewording promises beyond the action that it rewords."""
    kinds = {one.proposal.kind for one in first}
    whats = {one.proposal.promise.get("what") for one in first}
    more: list[Pick] = []
    for pick in picks:
        match pick:
            case Looked(check) if TEMPLATES[check].kind not in kinds:
                more.append(pick)
            case Done(practice) if practice.what in {"trained", "rehearsed"} - whats:
                more.append(pick)
            case _:
                continue
    return tuple(more)


def _candidates(
    pick: Pick, scene: Scene, action: Action
) -> list[tuple[tuple[object, ...], _Growing]]:
    if isinstance(pick, Done):
        return [_practice(pick, scene)]
    return [
        _check(adapted(pick.check, target), pick, target)
        for target in targets_of(pick.check, scene, action.text)
    ]


def _practice(pick: Done, scene: Scene) -> tuple[tuple[object, ...], _Growing]:
    practice = pick.practice
    target = scene.lost[0].id
    promise: dict[str, Setting] = {
        "what": practice.what,
        "subject": practice.subject,
        "within_days": practice.within_days,
    }
    proposal = Proposal(
        id=GuardId(""),
        kind=PRACTICE,
        target=target,
        promise=MappingProxyType(promise),
        every="1d",
        because=(),
        why=practice.why,
        advice=_NOT_UNDERSTOOD if pick.fallback else practice.advice or _ONLY_PEOPLE,
    )
    thing = re.sub(r"^(?:an?|the|our) ", "", practice.subject.lower())
    key = (PRACTICE, practice.what, thing, target)
    return key, _Growing(practice_name(practice.subject, practice.what), proposal)


def _check(
    check: Check, pick: Looked, target: ServiceSketch
) -> tuple[tuple[object, ...], _Growing]:
    template = TEMPLATES[check]
    name = target.summary or target.id
    why = template.why.replace("{service}", name).replace("{topic}", pick.topic)
    planned = template.kind in PLANNED_KINDS
    settings = {
        key: flows_of(target) if value == FLOWS else value
        for key, value in template.promise.items()
    }
    if check is Check.NAMED:
        settings |= _abnormal(pick)
    unbuilt = f"Kind {template.kind} is planned: Unknown until it is built." if planned else None
    proposal = Proposal(
        id=GuardId(""),
        kind=template.kind,
        target=target.id,
        promise=MappingProxyType(
            {
                k: _filled(_filled(v, "{service}", name), "{topic}", pick.topic)
                for k, v in settings.items()
            }
        ),
        every=template.every,
        because=(),
        why=why,
        advice=" ".join(part for part in (template.advice, unbuilt) if part) or None,
    )
    if pick.topic:
        return (check, target.id, pick.topic.lower()), _Growing(
            practice_name(pick.topic, check.value), proposal, topic=pick.topic
        )
    return (check, target.id), _Growing(_stem(target.id, check), proposal, pick.opening)


def _abnormal(pick: Looked) -> dict[str, Setting]:
    """What a series of the action's own words is watched for."""
    stated = {one.setting for one in pick.stated}
    directions = pick.directions
    if "silent_for" in stated:
        directions = tuple(d for d in directions if d != "drop") or ("silence",)
    return {"alert_on": directions}


def _stem(target: str, check: Check) -> str:
    words = target.split("-")
    rest = check.value.split("-")
    return "-".join(words[: -1 if words[-1] == rest[0] and len(words) > 1 else None] + rest)


def _filled(value: Setting, blank: str, name: str) -> Setting:
    match value:
        case str():
            return value.replace(blank, name)
        case (str(), *_):
            return tuple(str(item).replace(blank, name) for item in value)
        case _:
            return value


def _finished(one: _Growing, taken: set[str]) -> Proposal:
    promise = dict(one.proposal.promise)
    if "within_days" in promise and one.days is not None:
        promise["within_days"] = one.days
    stated = {each.setting: each.value for each in strictest(one.stated)}
    every = str(stated.pop(EVERY, one.proposal.every))
    promise |= stated
    if stated.keys() & _AGAINST_A_NUMBER and one.topic:
        promise.pop("alert_on", None)
    days = promise.get("days", promise.get("within_days", ""))
    why = one.proposal.why
    opened = f"{one.opening}{why[0].lower()}{why[1:]}" if one.opening else why
    return Proposal(
        id=GuardId(unique(one.stem, taken)),
        kind=one.proposal.kind,
        target=one.proposal.target,
        promise=MappingProxyType(promise),
        every=every,
        because=tuple(one.refs),
        why=opened.replace("{days}", str(days)),
        actions=tuple(dict.fromkeys(one.quotes)),
        advice=one.proposal.advice,
    )
