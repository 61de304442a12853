"""What the kernel holds: tables, their chains with rules, and their sets, while it is changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from twiceshy.languages.firewall.nft.steps import Step
from twiceshy.languages.firewall.nft.syntax import Group
from twiceshy.languages.firewall.nft.tokens import Source
from twiceshy.languages.firewall.ruleset import Base, Problem, TableFamily
from twiceshy.model.place import Place


@dataclass(slots=True, eq=False)
class RuleState:
    """A rule as it was read, before its sets are resolved. It is never changed."""

    steps: tuple[Step, ...]
    source: Source
    start: int
    """Index of its first token in `source`, and of the token after its last."""
    end: int
    comment: str | None = None
    handle: int | None = None
    updates: tuple[str, ...] = ()
    """Sets whose elements it changes as packets pass."""
    failure: str | None = None
    """Why it could not be read; `steps` are empty then."""

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.source.place(self.start)

    @property
    def text(self) -> str:
        """As it stands in the file, in one line."""
        return self.source.stated(self.start, self.end)[1]


@dataclass(slots=True)
class ChainState:
    """A chain and its rules in order."""

    name: str
    place: Place
    base: Base | None = None
    rules: list[RuleState] = field(default_factory=list)
    handle: int | None = None

    def copy(self) -> ChainState:
        """One that can be changed on its own; rules never change."""
        return ChainState(self.name, self.place, self.base, list(self.rules), self.handle)


@dataclass(frozen=True, slots=True)
class SetChange:
    """Elements that came into a set or went out of it."""

    group: Group
    is_removal: bool = False


@dataclass(slots=True)
class SetState:
    """A named set or map, with all that was done to its elements in order."""

    name: str
    place: Place
    flags: frozenset[str] = frozenset()
    changes: list[SetChange] = field(default_factory=list)
    handle: int | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether its elements come and go while the rules stay."""
        return bool(self.flags & {"dynamic", "timeout"})

    @property
    def size(self) -> int:
        """How many elements it has, those that lie in others counted too."""
        sizes = (-len(one.group) if one.is_removal else len(one.group) for one in self.changes)
        return max(0, sum(sizes))

    def copy(self) -> SetState:
        """One that can be changed on its own."""
        return SetState(self.name, self.place, self.flags, list(self.changes), self.handle)


@dataclass(slots=True)
class TableState:
    """A table: chains and sets by name, in the order they came."""

    family: TableFamily
    name: str
    place: Place
    is_dormant: bool = False
    is_listed: bool = False
    """The kernel printed it, so that nobody chose its words."""
    has_warning: bool = False
    """nft says of it that iptables-nft manages it."""
    chains: dict[str, ChainState] = field(default_factory=dict)
    sets: dict[str, SetState] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    """Chains that rules still jump to by the name they had, and the one they have."""
    handle: int | None = None

    def copy(self) -> TableState:
        """One that can be changed on its own."""
        return TableState(
            self.family,
            self.name,
            self.place,
            self.is_dormant,
            self.is_listed,
            self.has_warning,
            {name: one.copy() for name, one in self.chains.items()},
            {name: one.copy() for name, one in self.sets.items()},
            dict(self.renamed),
            self.handle,
        )


@dataclass(slots=True)
class NftState:
    """All tables of one host, in the order the kernel got them, and what could not be read."""

    tables: dict[tuple[TableFamily, str], TableState] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def copy(self) -> NftState:
        """One that can be changed on its own."""
        return NftState(
            {key: one.copy() for key, one in self.tables.items()},
            list(self.problems),
        )
