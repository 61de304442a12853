"""What each virtual host and section of Apache runs: mod_security2, and whether it is there at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from twiceshy.kinds.waf.facts import Gap, Promise, Said, Spot, Wall
from twiceshy.kinds.waf.wall import wall_of
from twiceshy.languages.apache.directive import Directive
from twiceshy.languages.apache.mains import mains_of
from twiceshy.languages.apache.read import read
from twiceshy.languages.apache.sites import Level, Scope, scopes_of
from twiceshy.languages.apache.tree import Node, Problem, Tree, Untaken
from twiceshy.languages.seclang import files
from twiceshy.languages.seclang.dialect import Dialect
from twiceshy.languages.seclang.ruleset import Part, rule_set
from twiceshy.model.configuration import Configuration

MODULE = "security2_module"
MOST_WALLS = 200
"""Different sets of rules in one configuration."""
_PREFIX = "sec"


@dataclass(frozen=True, slots=True)
class Seen:
    """What one main file comes to."""

    spots: tuple[Spot, ...]
    gaps: tuple[Gap, ...]


def seen_in(configuration: Configuration, promise: Promise) -> Seen | None:
    """The virtual hosts and sections; None when there is nothing of Apache."""
    mains = mains_of(configuration, promise.files)
    if not mains:
        return None
    spots: list[Spot] = []
    gaps: list[Gap] = []
    for main in mains:
        tree = read(configuration, main, promise.defines)
        look = _Look(tree, promise)
        spots += look.spots()
        gaps += look.gaps
        gaps += (Gap(one.why, one.place) for one in tree.problems if _counts(one))
    return Seen(tuple(spots), tuple(gaps))


def _counts(problem: Problem) -> bool:
    """Whether a problem leaves something open: an optional file that is not there does not."""
    if problem.is_absent:
        return problem.is_loud
    return not files.Gap(problem.path, problem.why, problem.place).is_core_rules


@dataclass(eq=False)
class _Look:
    tree: Tree
    promise: Promise
    walls: dict[tuple[tuple[Node, ...], ...], Wall] = field(default_factory=dict)
    levels: dict[int, tuple[Node, ...]] = field(default_factory=dict)
    """What ModSecurity hears of a level; many virtual hosts share that of the main server."""
    gaps: list[Gap] = field(default_factory=list)

    def spots(self) -> Iterator[Spot]:
        loaded = self.tree.loads(MODULE)
        found = scopes_of(self.tree, _is_modsecurity)
        if found.left_out_at is not None:
            why = "there are more virtual hosts and sections than are looked at"
            self.gaps.append(Gap(why, found.left_out_at))
        for scope in found.scopes:
            if not scope.is_public or scope.answered_by is not None:
                continue
            spot = Spot(scope.title, scope.path, scope.names, scope.place)
            if loaded is None:
                said, why = self._absent()
                yield replace(spot, switch=said, why_off=why, gaps=self._unread())
            else:
                switch = Said(f"LoadModule {MODULE}", loaded, "on")
                yield replace(spot, switch=switch, is_on=True, wall=self._wall(scope))

    def _absent(self) -> tuple[Said | None, str]:
        """Why the module is not there, and the line that shows it best."""
        for one in self.tree.untaken:
            if any(name.startswith(_PREFIX) for name in one.names) or _is_about_module(one):
                said = Said(f"<{one.opening.written}>", one.place, "off")
                return said, f"{one.test}, so Apache reads over its rules without a word"
        return None, f"nothing loads {MODULE}"

    def _unread(self) -> tuple[Gap, ...]:
        """Files that were not handed in and may load the module."""
        return tuple(
            Gap(f"{one.why}, and it may load {MODULE}", one.place)
            for one in self.tree.problems
            if one.path.endswith(".load") and not one.is_absent
        )

    def _wall(self, scope: Scope) -> Wall:
        key = tuple(map(self._heard, scope.levels))
        if key not in self.walls:
            parts = tuple(
                Part(tuple(map(_item, level)), has_first_phase=depth < scope.hosts)
                for depth, level in enumerate(key)
            )
            if len(self.walls) >= MOST_WALLS:
                why = f"there are more than the {MOST_WALLS} different sets of rules looked at"
                parts = (Part((files.Gap("", why, scope.place),)),)
            self.walls[key] = wall_of(rule_set(parts, Dialect.APACHE), self.promise.attacks)
        return self.walls[key]

    def _heard(self, level: Level) -> tuple[Node, ...]:
        if id(level) not in self.levels:
            self.levels[id(level)] = tuple(
                one for one in level.nodes if _is_modsecurity(one) or isinstance(one, Problem)
            )
        return self.levels[id(level)]


def _is_modsecurity(node: Node) -> bool:
    return isinstance(node, Directive) and node.key.startswith(_PREFIX)


def _is_about_module(untaken: Untaken) -> bool:
    return "security2" in untaken.opening.written.lower()


def _item(node: Node) -> files.Item:
    if isinstance(node, Problem):
        return files.Gap(node.path, node.why, node.place, node.is_absent)
    assert isinstance(node, Directive), "only directives and problems are asked for"
    return node
