"""What points at what: names that nobody bears, and services that depend on themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from twiceshy.estate.fields import Said
from twiceshy.estate.mistakes import Mistakes, Placed, shown

SECTION_OF = {
    "host": "hosts",
    "service": "services",
    "person": "people",
    "channel": "channels",
    "report": "reports",
}
"""What a reference points at, and the section where it is written."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Somewhere the file names something that must be elsewhere in it."""

    to: str
    """A key of SECTION_OF."""
    name: str
    said: Placed
    by: str
    """Who says so, as messages call it: `'owner' of service 'mail'`."""


def check_references(
    references: Iterable[Reference],
    known: Mapping[str, Collection[str]],
    mistakes: Mistakes,
) -> None:
    """Note every reference to a name that is not in `known`, which is by SECTION_OF's keys."""
    for reference in references:
        names = known[reference.to]
        if reference.name in names:
            continue
        section = SECTION_OF[reference.to]
        mistakes.add(
            reference.said,
            f"{reference.by}: there is no {reference.to} {shown(reference.name)} under {section!r}",
            mistakes.suggest(reference.name, names) or f"{section!r} is empty or not there",
        )


def check_cycles(depends_on: Mapping[str, Iterable[Said]], mistakes: Mistakes) -> None:
    """Note every cycle among services once, with all its members, where it closes.

    `depends_on` gives each service the services it depends on; names that are no service have no
    dependencies. Iterative: a chain may be as long as the file.
    """
    done: set[str] = set()
    for start in depends_on:
        if start in done:
            continue
        path = [start]
        on_path = {start: 0}
        ways = [iter(depends_on[start])]
        while ways:
            said = next(ways[-1], None)
            if said is None:
                ways.pop()
                name = path.pop()
                del on_path[name]
                done.add(name)
            elif said.text in on_path:
                cycle = [*path[on_path[said.text] :], said.text]
                mistakes.add(
                    said,
                    f"services depend on each other in a circle: {_drawn(cycle)}",
                    "a service cannot wait for itself",
                )
            elif said.text not in done and said.text in depends_on:
                on_path[said.text] = len(path)
                path.append(said.text)
                ways.append(iter(depends_on[said.text]))


def _drawn(cycle: list[str]) -> str:
    ends = 8
    names = [shown(name).strip("'") for name in cycle]
    if len(names) > 2 * ends:
        names = [*names[:ends], f"({len(names) - 2 * ends} more)", *names[-ends:]]
    return " -> ".join(names)
