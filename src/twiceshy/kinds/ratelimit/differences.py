"""The blast radius of a change to limits, in words."""

from __future__ import annotations

from twiceshy.kinds.ratelimit.facts import Counts, LocationSeen
from twiceshy.kinds.ratelimit.proposals import limits_in
from twiceshy.model.configuration import Configuration


def differences(before: Configuration, after: Configuration) -> tuple[str, ...]:
    """Which public locations are limited otherwise than before, those that lost a limit first."""
    old = {one.title: one for one in limits_in(before)}
    new = {one.title: one for one in limits_in(after)}
    lost: list[str] = []
    others: list[str] = []
    for title, one in new.items():
        was = old.get(title)
        now = _words(one)
        if was is None:
            others.append(f"{title} is new: {now}")
        elif _words(was) != now:
            weaker = len(_in_force(one)) < len(_in_force(was))
            (lost if weaker else others).append(f"{title}: {now}; before: {_words(was)}")
    others += [f"{title} is gone" for title in old if title not in new]
    return (*lost, *others)


def _in_force(seen: LocationSeen) -> tuple[str, ...]:
    return tuple(
        f"{one.per_minute:g}/minute for {one.counts}, refused with {one.status or 'no answer'}"
        if one.per_minute is not None
        else f"an unknown rate for {one.counts}"
        for one in seen.limits
        if not one.is_dry_run and one.counts in {Counts.CLIENT, Counts.SERVER}
    )


def _words(seen: LocationSeen) -> str:
    if seen.answered is not None:
        return f"answered by {seen.answered.text}"
    return "; ".join(_in_force(seen)) or "not limited"
