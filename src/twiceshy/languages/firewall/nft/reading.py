"""What one reading of files shares: the host's configuration, the state, and what was met."""

from __future__ import annotations

from dataclasses import dataclass, field

from twiceshy.languages.firewall.nft.cursor import Cursor
from twiceshy.languages.firewall.nft.hostnames import HostNames
from twiceshy.languages.firewall.nft.state import NftState
from twiceshy.languages.firewall.nft.steps import Asks
from twiceshy.languages.firewall.ruleset import Problem, TableFamily
from twiceshy.model.configuration import Configuration
from twiceshy.model.place import Place

MOST_FAILURES = 1000
MOST_RULES = 1_000_000
MOST_INCLUDED = 5_000
"""Files, each counted as often as it is included: more than any host has."""
IP_VERSIONS = {TableFamily.IP: 4, TableFamily.IP6: 6}
"""The only version that a table of that family sees."""


@dataclass(slots=True)
class Reading:
    """Handed through all parts of the reader."""

    configuration: Configuration
    state: NftState
    is_change: bool = False
    """The state was loaded before: what is deleted must be there."""
    stack: list[str] = field(default_factory=list)
    """Absolute paths of the files that are being read, each included by the one before."""
    included: int = 0
    """How many files were included so far."""
    rules: int = 0
    """How many were read, and how often something could not be."""
    failures: int = 0
    host_names: HostNames = field(init=False)
    seen: dict[TableFamily, dict[tuple[str, ...], Asks]] = field(default_factory=dict)
    """Matches that were read already, by their tokens, so that equal ones are one object."""

    def __post_init__(self) -> None:
        self.host_names = HostNames(self.configuration)

    def problem(self, place: Place, what: str) -> None:
        """Something on which all answers hinge; said once of each place."""
        problem = Problem(place, what)
        if problem not in self.state.problems[-2:]:
            self.state.problems.append(problem)
        self.failures += 1

    def give_up_in_time(self, cursor: Cursor) -> None:
        """Skips the rest of what is hardly nft, or has more rules than one can look at."""
        if self.failures > MOST_FAILURES or self.rules > MOST_RULES:
            what = "too many rules, or too many that cannot be read: the rest is not read"
            self.problem(cursor.place(), what)
            cursor.skip_all()

    def matches_of(self, family: TableFamily) -> dict[tuple[str, ...], Asks]:
        """The matches that were read already in tables of this family."""
        return self.seen.setdefault(family, {})
