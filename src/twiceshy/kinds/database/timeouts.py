"""Does a dead database let requests fail in time, instead of holding every worker?"""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.kinds.database.facts import Instance, Promise
from twiceshy.kinds.database.finding import Finding, broken, kept, unknown
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.model.verdict import Evidence, Severity

_KINDS = (
    ("connect time-out", (("connect_timeout", 1.0), ("connect_timeout_ms", 0.001))),
    ("pool time-out", (("pool_timeout", 1.0), ("pool_timeout_ms", 0.001))),
)


def check_timeouts(promise: Promise, instance: Instance) -> Iterator[Finding]:
    """Set, and shorter than a request may take; a pool's only where there is a pool."""
    limit = promise.request_timeout_seconds
    if limit is None or instance.is_pooled:
        return
    parameters = instance.connection.parameters
    for what, spellings in _KINDS:
        found = next(((key, one) for key, one in spellings if key in parameters), None)
        if found is None:
            if what == "pool time-out" and "pool_size" not in parameters:
                continue
            yield _not_set(what, limit, instance)
            continue
        value = parameters[found[0]]
        seconds = _seconds(value, found[1])
        if seconds is None:
            yield unknown(
                f"the {what} of {instance.label} is not understood",
                instance.label,
                f"{what} {value.text[:40]}",
                value.place,
                "Write it as a number.",
            )
        elif seconds <= 0 or seconds >= limit:
            means = "none" if seconds <= 0 else f"{seconds:g} s"
            yield broken(
                Severity.WARNING,
                f"the {what} of {instance.label} is {means}, and a request may take {limit:g} s",
                Evidence(instance.label, f"{what} {means}, below {limit:g} s wanted", value.place),
                next_step=f"Set it well below {limit:g} s.",
            )
        else:
            yield kept(instance.label, f"{what} {seconds:g} s", value.place)


def _not_set(what: str, limit: float, instance: Instance) -> Finding:
    return broken(
        Severity.WARNING,
        f"{instance.label} sets no {what}, and a request may take {limit:g} s",
        Evidence(instance.label, f"no {what}", instance.connection.place),
        next_step=f"Set a {what} well below {limit:g} s.",
    )


def _seconds(value: Spelled, one: float) -> float | None:
    if not value.is_known:
        return None
    text = value.text.strip().lower()
    for ending, factor in (("ms", 0.001), ("s", 1.0)):
        if text.endswith(ending):
            text, one = text.removesuffix(ending).strip(), factor
            break
    if not text.replace(".", "", 1).removeprefix("-").isdecimal() or len(text) > 20:  # noqa: PLR2004 - digits of any real span
        return None
    return float(text) * one
