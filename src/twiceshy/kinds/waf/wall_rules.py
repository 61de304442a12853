"""The rules for one set of rules: does it block, by the promised scores, with all of its rules?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from twiceshy.kinds.waf.facts import AttackSeen, Gap, Promise, Said, Spot, Wall
from twiceshy.kinds.waf.finding import Finding
from twiceshy.kinds.waf.loss_rules import judge_loss
from twiceshy.model.place import Place
from twiceshy.model.verdict import Evidence, Severity

_INBOUND = "inbound_anomaly_score_threshold"
_OUTBOUND = "outbound_anomaly_score_threshold"
_PARANOIA = ("blocking_paranoia_level", "paranoia_level")
_ALL = 100


def judge_wall(promise: Promise, wall: Wall, spots: tuple[Spot, ...]) -> Iterator[Finding]:
    """Everything that is wrong with the rules of these places, or not known of them."""
    where = places_of(spots)
    yield from _judged(promise, wall, where, spots[0])
    yield from _unread(wall, where)


def _judged(promise: Promise, wall: Wall, where: str, spot: Spot) -> Iterator[Finding]:
    engine = _engine(promise, wall, where, spot)
    if engine is not None:
        yield engine
        return
    if promise.body_access and not wall.reads_bodies:
        yield _bodies(wall, where, spot)
    if wall.refuses_all is not None:
        yield Finding(
            f"every request for {where} is refused by {wall.refuses_all.text}",
            (Evidence(where, wall.refuses_all.text, wall.refuses_all.place),),
            Severity.CRITICAL,
            next_step=f"Mend what {wall.refuses_all.text.partition(':')[0]} complains of.",
        )
        return
    found = [
        *(one for loss in wall.losses if (one := judge_loss(promise, loss, where)) is not None),
        *_scores(promise, wall, where),
    ]
    through = list(_through(promise, wall, where, spot))
    yield from _merged(found, through)


def places_of(spots: tuple[Spot, ...]) -> str:
    """The places in words: the first, and how many more."""
    more = len(spots) - 1
    return spots[0].title + (f" (and {more} more)" if more else "")


def _unread(wall: Wall, where: str) -> Iterator[Finding]:
    for gap in wall.gaps:
        what = "core rules that were not read" if gap.is_core_rules else "rules that were not read"
        yield _unknown(gap, what)
    for fault in wall.faults:
        yield _unknown(fault, f"the rules of {where}")


def _unknown(gap: Gap, what: str) -> Finding:
    return Finding(f"{gap.place}: {gap.why}", (Evidence(what, gap.why, gap.place),), unknown=True)


def _engine(promise: Promise, wall: Wall, where: str, spot: Spot) -> Finding | None:
    value = wall.engine.value if wall.engine is not None else "off"
    if value == "on" or (value == "detectiononly" and not promise.enforces):
        # An engine that is on may be switched off by a file that was not read: that gap is told.
        return None
    if wall.engine_hinges_on is not None:
        gap = wall.engine_hinges_on
        return Finding(
            f"whether ModSecurity enforces at {where} hinges on a file: {gap.why}",
            (Evidence(where, gap.why, gap.place),),
            unknown=True,
        )
    if wall.engine is None:
        said = spot.switch
        found = f"nothing sets SecRuleEngine, so it is off ({wall.rules} rules are loaded)"
        place = said.place if said is not None else spot.place
        why = f"ModSecurity is off at {where}: nothing sets SecRuleEngine"
        step = "Write `SecRuleEngine On` into the rules that are loaded there."
    else:
        does = "only watches" if value == "detectiononly" else "is switched off"
        found, place = wall.engine.text, wall.engine.place
        why = f"ModSecurity {does} at {where}: {found} ({place})"
        step = f"Write `SecRuleEngine On` at {place}."
    return Finding(why, (Evidence(where, found, place),), Severity.SERIOUS, next_step=step)


def _bodies(wall: Wall, where: str, spot: Spot) -> Finding:
    if wall.body is None:
        gap = next((one for one in wall.gaps if not one.is_core_rules), None)
        if gap is not None:
            why = f"whether bodies are looked at hinges on a file: {gap.why}"
            return Finding(why, (Evidence(where, gap.why, gap.place),), unknown=True)
    found = "nothing sets SecRequestBodyAccess" if wall.body is None else wall.body.text
    place = wall.body.place if wall.body is not None else _engine_place(wall, spot)
    return Finding(
        f"the bodies of requests are not looked at, at {where}: {found}",
        (Evidence(where, found, place),),
        Severity.SERIOUS,
        next_step="Write `SecRequestBodyAccess On`.",
    )


def _engine_place(wall: Wall, spot: Spot) -> Place:
    said = wall.engine or spot.switch
    return said.place if said is not None else spot.place


def _scores(promise: Promise, wall: Wall, where: str) -> Iterator[Finding]:
    for name, most in ((_INBOUND, promise.threshold), (_OUTBOUND, promise.outbound_threshold)):
        said = wall.values.get(name)
        if said is not None and (number := _number(said)) is not None and number > most:
            yield _score(said, f"{name} is {number}, promised at most {most}", where)
    level = next((wall.values[name] for name in _PARANOIA if name in wall.values), None)
    if level is not None and (number := _number(level)) is not None and number < promise.paranoia:
        why = f"the paranoia level is {number}, promised at least {promise.paranoia}"
        yield _score(level, why, where)
    share = wall.values.get("sampling_percentage")
    if share is not None and (number := _number(share)) is not None and number < _ALL:
        yield _score(share, f"only {number} % of the requests are looked at", where)


def _number(said: Said) -> int | None:
    text = said.value.strip()
    return int(text[:12]) if text.removeprefix("-").isascii() and text.isdigit() else None


def _score(said: Said, why: str, where: str) -> Finding:
    return Finding(
        f"{why}, at {where} ({said.place})",
        (Evidence(where, f"{said.text}: {why}", said.place),),
        Severity.WARNING,
        next_step=f"Mend {said.place}, or promise what is right.",
    )


def _through(promise: Promise, wall: Wall, where: str, spot: Spot) -> Iterator[Finding]:
    """Attacks that get through, those with the same reason together."""
    groups: dict[tuple[str, Said | None], list[AttackSeen]] = {}
    for attack in wall.attacks:
        if attack.blocked_by is not None or (attack.rule is not None and not promise.enforces):
            continue
        if attack.is_for_want_of_rules and wall.gaps:
            yield _hinges(attack, wall.gaps[0], where)
            continue
        why = attack.why.replace(f"attack-{attack.name}", "attack-...")
        groups.setdefault((why, attack.decided_by), []).append(attack)
    for (why, decided), attacks in groups.items():
        names = ", ".join(attack.name for attack in attacks)
        place, found = _engine_place(wall, spot), f"{names} get through: {why}"
        if decided is not None:
            place, found = decided.place, f"{decided.text}: {found}"
        absent = tuple(
            Evidence("an include that finds nothing", a.why, a.place) for a in wall.absent
        )
        if decided is None and absent and attacks[0].is_for_want_of_rules:
            place = wall.absent[0].place
        yield Finding(
            f"attacks ({names}) get through at {where}: {why}",
            (Evidence(where, found, place), *(absent if decided is None else ())),
            Severity.SERIOUS,
            next_step=f"Mend {place}." if decided is not None else "Load the core rule set.",
        )
    if wall.outbound is not None and wall.outbound.blocked_by is None and promise.enforces:
        decided = wall.outbound.decided_by
        place = decided.place if decided is not None else _engine_place(wall, spot)
        said = f"{decided.text}: " if decided is not None else ""
        yield Finding(
            f"answers that give something away get through at {where}: {wall.outbound.why}",
            (Evidence(where, f"{said}{wall.outbound.why}", place),),
            Severity.WARNING,
        )


def _hinges(attack: AttackSeen, gap: Gap, where: str) -> Finding:
    why = f"whether {attack.name} is blocked at {where} hinges on a file: {gap.why}"
    return Finding(why, (Evidence(where, gap.why, gap.place),), unknown=True)


def _merged(found: list[Finding], through: list[Finding]) -> Iterator[Finding]:
    """Each line is blamed once; one that lets attacks through is serious."""
    lines = {one.evidence[0].place: one for one in through if one.severity is Severity.SERIOUS}
    blamed = {one.evidence[0].place for one in found}
    for one in found:
        same = lines.get(one.evidence[0].place)
        if same is None:
            yield one
        else:
            yield replace(one, why=f"{one.why}; {same.why}", severity=Severity.SERIOUS)
    yield from (one for one in through if one.unknown or one.evidence[0].place not in blamed)
