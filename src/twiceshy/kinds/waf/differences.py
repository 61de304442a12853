"""The blast radius of a change to a web application firewall, in words."""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.kinds.waf import apache, nginx
from twiceshy.kinds.waf.facts import Lost, Promise, Spot, Wall
from twiceshy.model.configuration import Configuration

_MOST_LINES = 100
_SHOWN_VALUES = (
    "inbound_anomaly_score_threshold",
    "outbound_anomaly_score_threshold",
    "critical_anomaly_score",
    "paranoia_level",
    "blocking_paranoia_level",
    "sampling_percentage",
)


def differences(before: Configuration, after: Configuration) -> tuple[str, ...]:
    """Which public locations are protected otherwise than before, the weaker ones first."""
    old = {one.title: one for one in _spots(before)}
    new = {one.title: one for one in _spots(after)}
    weaker: list[str] = []
    others: list[str] = []
    for title, one in new.items():
        was = old.get(title)
        if was is None:
            others.append(f"{title} is new: {_in_short(one)}")
            continue
        changes = list(_changes(was, one))
        if changes:
            line = f"{title}: {'; '.join(changes)}"
            (weaker if _strength(one) < _strength(was) else others).append(line)
    others += [f"{title} is gone" for title in old if title not in new]
    return tuple([*weaker, *others][:_MOST_LINES])


def _spots(configuration: Configuration) -> Iterator[Spot]:
    promise = Promise()
    for seen in (nginx.seen_in(configuration, promise), apache.seen_in(configuration, promise)):
        if seen is not None:
            yield from seen.spots


def _engine(spot: Spot) -> str:
    if not spot.is_on or spot.wall is None:
        return "no ModSecurity"
    value = spot.wall.engine.value if spot.wall.engine is not None else "off"
    return {"on": "enforcing", "detectiononly": "only watching"}.get(value, "engine off")


def _blocked(wall: Wall | None) -> tuple[str, ...]:
    attacks = wall.attacks if wall is not None else ()
    return tuple(one.name for one in attacks if one.blocked_by is not None)


def _strength(spot: Spot) -> tuple[int, int, int]:
    rank = ("no ModSecurity", "engine off", "only watching", "enforcing").index(_engine(spot))
    wall = spot.wall
    return rank, len(_blocked(wall)), -len(wall.losses) if wall is not None else 0


def _in_short(spot: Spot) -> str:
    blocked = ", ".join(_blocked(spot.wall)) or "nothing"
    return f"{_engine(spot)}, blocks {blocked}"


def _changes(was: Spot, now: Spot) -> Iterator[str]:
    if _engine(was) != _engine(now):
        yield f"{_engine(now)}; before: {_engine(was)}"
    lost = [name for name in _blocked(was.wall) if name not in _blocked(now.wall)]
    gained = [name for name in _blocked(now.wall) if name not in _blocked(was.wall)]
    if lost:
        yield f"no longer blocks {', '.join(lost)}"
    if gained:
        yield f"blocks {', '.join(gained)} now"
    if was.wall is None or now.wall is None:
        return
    for name in _SHOWN_VALUES:
        before, after = was.wall.values.get(name), now.wall.values.get(name)
        if (before.value if before else None) != (after.value if after else None):
            said = after.value if after else "not set"
            yield f"{name} {said}; before: {before.value if before else 'not set'}"
    if was.wall.reads_bodies != now.wall.reads_bodies:
        yield (
            "bodies are looked at now"
            if now.wall.reads_bodies
            else "bodies are no longer looked at"
        )
    old, new = _lost(was.wall), _lost(now.wall)
    yield from (f"{text} is new" for text in new if text not in old)
    yield from (f"{text} is gone" for text in old if text not in new)


def _lost(wall: Wall) -> dict[str, Lost]:
    return {one.said.text: one for one in wall.losses}
