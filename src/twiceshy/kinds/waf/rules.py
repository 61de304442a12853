r"""Does the web application firewall enforce on every public location?

What it promises:
    At each location of nginx, and each virtual host and section of Apache, that other machines get
    to, ModSecurity is on, enforces, looks at bodies, and blocks each kind of attack in `attacks`:
    by rules that run, at a score of at most `threshold`, at a paranoia level of at least
    `paranoia`. No line takes rules away, switches the engine or lets requests by, except what
    `may_remove` and `may_bypass` agree to. Live, harmless attacks are blocked and ordinary
    requests pass.

The outage behind it:
    An update switched the security modules of a shop's firewall off. The configuration test was
    green and the shop worked; then a surge came that nothing held back. For hours the team looked
    for an attack at the network.

What it looks at:
    nginx: `modsecurity` as it is in force at each location, the rules of all levels merged as
    ModSecurity-nginx merges them, and what `return` answers before them. Apache: whether
    `security2_module` is loaded where `<IfModule>` asks for it, and what each virtual host,
    `<Directory>` and `<Location>` says. SecLang: which directive decides; what SecRuleRemove...,
    SecRuleUpdate... and `ctl:` do; then a request that fits one rule of each kind of attack is sent
    through all rules on paper, by way of scores, levels, skips and thresholds, to the rule that
    denies it or does not. A redirect, a refusal and a fixed text at one exact address need no
    firewall. Rules that fire only for requests from the host itself are let be.
    Live: the files of the running host, and at most 20 attacks and 5 ordinary requests to each
    address of the target's web endpoints. Where a file is loaded is not where it runs: canaries
    that get through are told apart from files that are wrong.

When it cannot know:
    A file was not handed in or could not be read, rules are fetched from elsewhere, or a line is
    not understood or would be refused. The line is named. What is certainly off is broken all the
    same. A service without hosts is judged by canaries alone, and what was not seen is said.

Example:
    - id: shop-waf
      kind: waf
      target: shop
      promise: {attacks: [sqli, xss], threshold: 5, except_locations: [/health]}
      every: 1h
      because: shop-2024#a1
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from twiceshy.kinds.waf.canary_rules import judge_canaries
from twiceshy.kinds.waf.facts import Gap, Promise, Spot, WafFact, Wall
from twiceshy.kinds.waf.finding import Finding
from twiceshy.kinds.waf.wall_rules import judge_wall, places_of
from twiceshy.model.place import Place
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown, Verdict

MOST_EVIDENCE = 40
_SHOWN = 3


def judge(promise: Promise, fact: WafFact, now: datetime) -> Verdict:  # noqa: ARG001 - one signature for all kinds
    """Is what the public locations run, and what canaries met, what the promise says?"""
    spots = tuple(one for one in fact.spots if _is_promised(promise, one))
    findings = [
        *_spots(promise, spots),
        *judge_canaries(promise, fact.canaries or ()),
        *_unseen(fact, spots),
    ]
    broken = sorted(
        (one for one in findings if one.severity is not None),
        key=lambda one: -one.severity.rank if one.severity else 0,
    )
    unknown = [one for one in findings if one.unknown and one.severity is None]
    kept = [one for one in findings if one.severity is None and not one.unknown]
    evidence = _evidence([*broken, *unknown, *kept])
    if broken:
        first = broken[0]
        assert first.severity is not None, "they were chosen by it"
        return Broken(first.severity, _in_short(broken), evidence, next_step=first.next_step)
    if unknown:
        step = unknown[0].next_step or "Hand in the file it names, or mend the line."
        return Unknown(_in_short(unknown), evidence, next_step=step)
    return Holds(_summary(fact, spots), evidence)


def _is_promised(promise: Promise, spot: Spot) -> bool:
    if spot.text and spot.text in promise.except_locations:
        return False
    return not promise.servers or any(name in promise.servers for name in spot.server)


def _spots(promise: Promise, spots: tuple[Spot, ...]) -> Iterator[Finding]:
    off: dict[Place, list[Spot]] = {}
    walls: dict[int, list[Spot]] = {}
    kept: dict[int, Wall] = {}
    gaps: dict[Gap, None] = {}
    for spot in spots:
        gaps |= dict.fromkeys(spot.gaps)
        if spot.wall is not None:
            walls.setdefault(id(spot.wall), []).append(spot)
            kept[id(spot.wall)] = spot.wall
            yield from _answered(spot)
        elif spot.switch is not None or not spot.gaps:
            place = spot.switch.place if spot.switch is not None else spot.place
            off.setdefault(place, []).append(spot)
    for place, group in off.items():
        yield _off(place, tuple(group))
    for gap in gaps:
        yield Finding(f"{gap.place}: {gap.why}", _of_gap(gap), unknown=True)
    for key, wall in kept.items():
        group = walls[key]
        found = list(judge_wall(promise, wall, tuple(group)))
        yield from found or [_enforced(wall, tuple(group))]


def _off(place: Place, group: tuple[Spot, ...]) -> Finding:
    where, spot = places_of(group), group[0]
    why = spot.why_off or ("nothing switches it on" if spot.switch is None else spot.switch.text)
    found = spot.switch.text if spot.switch is not None else why
    return Finding(
        f"ModSecurity is not on at {where}: {why} ({place})",
        (Evidence(where, found if found == why else f"{found}: {why}", place),),
        Severity.SERIOUS,
        next_step=f"Switch it on at {place}, or list the location under `except_locations`.",
    )


def _answered(spot: Spot) -> Iterator[Finding]:
    said = [*((spot.answered,) if spot.answered is not None else ()), *spot.some_answered]
    for one in said:
        yield Finding(
            f"{spot.title}: {one.text} answers before attacks are looked for ({one.place})",
            (Evidence(spot.title, f"{one.text} comes before phase 2", one.place),),
            Severity.WARNING,
            next_step="Answer with a file or an application, or list it under `except_locations`.",
        )


def _enforced(wall: Wall, group: tuple[Spot, ...]) -> Finding:
    by = sorted({one.blocked_by for one in wall.attacks if one.blocked_by is not None})
    found = f"{wall.rules} rules are loaded; attacks are blocked by rule {', '.join(map(str, by))}"
    place = wall.engine.place if wall.engine is not None else group[0].place
    return Finding("", (Evidence(places_of(group), found, place),))


def _unseen(fact: WafFact, spots: tuple[Spot, ...]) -> Iterator[Finding]:
    for gap in fact.gaps:
        yield Finding(f"{gap.place}: {gap.why}", _of_gap(gap), unknown=True)
    answered = any(one.status is not None for one in fact.canaries or ())
    if fact.unseen is not None:
        yield Finding(fact.unseen, (Evidence("configuration", fact.unseen),), unknown=not answered)
    elif not spots:
        why = "no public location that is promised is in this configuration"
        yield Finding(why, (Evidence("configuration", why),), unknown=True)
    if fact.not_sent is not None:
        yield Finding("", (Evidence("canaries", f"none were sent: {fact.not_sent}"),))


def _of_gap(gap: Gap) -> tuple[Evidence, ...]:
    return (Evidence("configuration that was not read", gap.why, gap.place),)


def _summary(fact: WafFact, spots: tuple[Spot, ...]) -> str:
    parts = []
    if spots:
        count = f"{len(spots)} public locations" if len(spots) > 1 else "the public location"
        parts.append(f"ModSecurity enforces on {count} of {' and '.join(fact.software)}")
    attacks = [one for one in fact.canaries or () if one.is_attack]
    benign = len(fact.canaries or ()) - len(attacks)
    if fact.canaries:
        parts.append(f"{len(attacks)} canary attacks are blocked and {benign} requests pass")
    if fact.unseen is not None:
        parts.append(f"the configuration was not seen ({fact.unseen})")
    if fact.not_sent is not None:
        parts.append(f"no canary was sent ({fact.not_sent})")
    return "; ".join(parts)


def _in_short(findings: list[Finding]) -> str:
    more = len(findings) - 1
    return findings[0].why + (f" (and {more} more)" if more else "")


def _evidence(findings: list[Finding]) -> tuple[Evidence, ...]:
    every = dict.fromkeys(piece for one in findings for piece in one.evidence)
    return tuple(every)[:MOST_EVIDENCE]
