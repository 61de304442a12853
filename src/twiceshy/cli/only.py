"""Which guards `--only` asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches

from twiceshy.errors import WrongUsage
from twiceshy.model.estate import Estate
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, ServiceId

FORMS = "ID, kind:KIND or service:SERVICE"


def chosen(estate: Estate, wanted: Sequence[str]) -> tuple[Guard, ...]:
    """The guards any of the wishes names, in the estate's order; without wishes, all of them.

    `service:S` is every guard whose target is S, one of its endpoints, or a host it runs on.
    Raises WrongUsage for a wish that names no guard, with what may have been meant.
    """
    guards = tuple(estate.guards.values())
    if not wanted:
        return guards
    ids: set[GuardId] = set()
    for wish in wanted:
        found = {guard.id for guard in guards if _test(estate, wish)(guard)}
        if not found:
            raise WrongUsage(
                f"--only {wish!r} matches no guard in {estate.path}", hint=_hint(estate, wish)
            )
        ids |= found
    return tuple(guard for guard in guards if guard.id in ids)


def _test(estate: Estate, wish: str) -> Callable[[Guard], bool]:
    sort, colon, name = wish.partition(":")
    if not colon:
        return lambda guard: guard.id == wish
    if sort == "kind":
        return lambda guard: guard.kind == name
    if sort == "service":
        targets = _targets(estate, name)
        return lambda guard: guard.target in targets
    raise WrongUsage(f"--only {wish!r} is of no known form", hint=f"write {FORMS}")


def _targets(estate: Estate, name: str) -> frozenset[str]:
    service = estate.services.get(ServiceId(name))
    if service is None:
        return frozenset()
    endpoints = service.endpoints
    return frozenset(
        {
            name,
            *(f"{name}.{endpoint.name}" for endpoint in endpoints),
            *(endpoint.url for endpoint in endpoints),
            *service.hosts,
        }
    )


def _hint(estate: Estate, wish: str) -> str:
    sort, colon, name = wish.partition(":")
    kinds = sorted({guard.kind for guard in estate.guards.values()})
    if not colon and wish in kinds:
        return f"did you mean kind:{wish}?"
    if not colon and wish in estate.services:
        return f"did you mean service:{wish}?"
    if sort == "service" and name in estate.services:
        return f"no guard looks at {name} or a host it runs on"
    known: list[str]
    if not colon:
        known, prefix = sorted(estate.guards), ""
    elif sort == "kind":
        known, prefix = [*kinds], "kind:"
    else:
        known, prefix = sorted(estate.services), "service:"
    if not known:
        return f"{estate.path} has none of these"
    near = get_close_matches(name or sort, known, n=3)
    if near:
        return f"did you mean {' or '.join(prefix + one for one in near)}?"
    shown = ", ".join(known[:10]) + (", ..." if len(known) > 10 else "")  # noqa: PLR2004 - as said
    return f"there are {shown}"
