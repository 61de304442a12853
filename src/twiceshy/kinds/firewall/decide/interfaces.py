"""Interface names as numbers: names that no rule tells apart count as one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from twiceshy.languages.firewall.conditions import Names
from twiceshy.languages.firewall.intervals import Intervals

_OTHERS = ("eth0", "ens3", "wan0", "if0")
"""What an interface that no rule names may be called in examples."""


@dataclass(frozen=True, slots=True)
class Interfaces:
    """One example name for each class of names; the last class is all that no rule names."""

    examples: tuple[str, ...]

    @property
    def every(self) -> Intervals:
        """All classes."""
        return Intervals(((0, len(self.examples) - 1),))

    @property
    def unnamed(self) -> Intervals:
        """The class of the names that no rule asks for."""
        return Intervals.single(len(self.examples) - 1)

    def numbers_of(self, name: str) -> Intervals:
        """The class of one name."""
        return self.numbers(Names(frozenset({name}))) or self.unnamed

    def numbers(self, names: Names) -> Intervals:
        """The classes whose names are among these."""
        return Intervals.of(
            (number, number) for number, name in enumerate(self.examples) if name in names
        )


def interfaces_of(asked: Iterable[Names]) -> Interfaces:
    """The classes that these conditions tell apart."""
    exact: set[str] = set()
    prefixes: set[str] = set()
    for names in asked:
        exact |= names.exact
        prefixes |= names.prefixes
    examples = sorted(exact)
    for prefix in sorted(prefixes):
        example = _example(prefix, exact, prefixes)
        if example is not None:
            examples.append(example)
    taken = Names(frozenset(exact), frozenset(prefixes))
    numbered = (f"other{number}" for number in range(len(exact) + len(prefixes) + 1))
    examples.append(next(name for name in (*_OTHERS, *numbered, "-") if name not in taken))
    return Interfaces(tuple(examples))


def _example(prefix: str, exact: set[str], prefixes: set[str]) -> str | None:
    """A name that begins so and is told apart by nothing else."""
    longer = [one for one in prefixes if one != prefix and one.startswith(prefix)]
    for number in range(len(exact) + len(longer) + 1):
        name = f"{prefix}{number}"
        if name not in exact and not any(name.startswith(one) for one in longer):
            return name
    return None
