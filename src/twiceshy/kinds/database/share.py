"""What one set of settings may open on a server: pool x workers x replicas."""

from __future__ import annotations

from dataclasses import dataclass

from twiceshy.kinds.database.facts import Instance, Promise
from twiceshy.kinds.database.finding import Finding, unknown
from twiceshy.languages.settings.scope import number
from twiceshy.languages.settings.spelled import Spelled
from twiceshy.model.place import Place


@dataclass(frozen=True, slots=True)
class Share:
    """So many connections, and how they come about."""

    server: str
    label: str
    count: int
    sum: str
    """Such as `(5 + 10) x 4 workers x 3 replicas`."""
    place: Place
    instance: Instance | None = None


@dataclass(frozen=True, slots=True)
class Undecided:
    """It cannot be counted; why."""

    finding: Finding


def share_of(promise: Promise, instance: Instance) -> Share | Undecided:
    """What an instance opens at most."""
    parameters = instance.connection.parameters
    pool = parameters.get("pool_size")
    if pool is None:
        return _undecided(instance, "no pool size is set", instance.connection.place)
    size = number(pool)
    overflow_value = parameters.get("max_overflow")
    overflow = 0 if overflow_value is None else number(overflow_value)
    workers = _times(instance.workers, promise.workers)
    replicas = _times(instance.replicas, promise.replicas)
    for what, value, count in (
        ("pool size", pool, size),
        ("overflow", overflow_value, overflow),
        ("number of workers", instance.workers, workers),
        ("number of replicas", instance.replicas, replicas),
    ):
        if count is None and value is not None:
            return _undecided(instance, f"the {what} is {value.text[:40]}", value.place)
    assert size is not None
    assert overflow is not None
    assert workers is not None
    assert replicas is not None
    each = f"({size} + {overflow})" if overflow else f"{size}"
    spelled = each
    spelled += f" x {workers} workers" if workers != 1 else ""
    spelled += f" x {replicas} replicas" if replicas != 1 else ""
    server = instance.connection.servers[0] if instance.connection.servers else None
    return Share(
        instance.connection.server_shown(server) if server is not None else "the default server",
        instance.label,
        (size + overflow) * workers * replicas,
        spelled,
        pool.place,
        instance,
    )


def _times(said: Spelled | None, promised: int | None) -> int | None:
    """The settings go before the promise; one when neither says."""
    if said is not None:
        return number(said)
    return promised or 1


def _undecided(instance: Instance, found: str, place: Place) -> Undecided:
    return Undecided(
        unknown(
            f"it is not known how many connections {instance.label} opens: {found}",
            instance.label,
            found,
            place,
            "Set the pool size in the settings, as a number.",
        )
    )
