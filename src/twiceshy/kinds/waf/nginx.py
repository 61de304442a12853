"""What each public location of nginx runs: ModSecurity-nginx's switch and its merged rules.

`modsecurity on|off` of the innermost level counts. The rules of all levels come together, those of the
innermost level first; of a setting the first that is met counts, in the order the directives are
written within a level. What a `return` answers never meets phase 2, in which attacks are blocked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from twiceshy.kinds.waf.facts import Gap, Promise, Said, Spot, Wall
from twiceshy.kinds.waf.wall import wall_of
from twiceshy.languages import nginx
from twiceshy.languages.apache.mains import dialect_of as apache_dialect
from twiceshy.languages.seclang import files
from twiceshy.languages.seclang.dialect import Dialect
from twiceshy.languages.seclang.ruleset import Part, rule_set
from twiceshy.model.configuration import Configuration

RULES = ("modsecurity_rules", "modsecurity_rules_file", "modsecurity_rules_remote")
MOST_WALLS = 200
"""Different sets of rules in one configuration."""
_Key = tuple[nginx.Directive | str, ...]
_MODULE = "modsecurity"
_REDIRECTS = range(300, 400)
_REFUSALS = range(400, 600)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one main file comes to."""

    spots: tuple[Spot, ...]
    gaps: tuple[Gap, ...]


def seen_in(configuration: Configuration, promise: Promise) -> Seen | None:
    """The public locations; None when there is nothing of nginx."""
    mains = tuple(
        path
        for path in promise.files
        if apache_dialect(path, configuration.files.get(path, b"")) is None
    )
    if promise.files and not mains:
        return None
    trees = nginx.trees_of(configuration, mains)
    if not trees:
        return None
    spots: list[Spot] = []
    gaps: list[Gap] = []
    for tree in trees:
        look = _Look(configuration, promise, tree)
        spots += look.spots()
        gaps += (Gap(one.why, one.place) for one in tree.problems)
        gaps += look.unloaded()
    return Seen(tuple(spots), tuple(gaps))


@dataclass(eq=False)
class _Look:
    configuration: Configuration
    promise: Promise
    tree: nginx.Tree
    walls: dict[_Key, Wall] = field(default_factory=dict)
    uses_module: nginx.Directive | None = None

    def spots(self) -> Iterator[Spot]:
        servers = nginx.web_of(self.tree).servers
        public = [server for server in servers if server.is_public]
        # When all listen on loopback, something that is public stands before them.
        for server in public or servers:
            for location in server.every_location():
                if location.is_public:
                    spot = self._spot(server, location)
                    if spot is not None:
                        yield spot

    def unloaded(self) -> Iterator[Gap]:
        """ModSecurity's directives are used and nothing in the files loads it."""
        loads = any(_MODULE in one.first.rpartition("/")[2] for one in self.tree.top("load_module"))
        if self.uses_module is not None and not (loads or self.tree.within):
            why = (
                "no load_module line brings the module of ModSecurity: nginx starts with this only "
                "if it is built in"
            )
            yield Gap(why, self.uses_module.place)

    def _spot(self, server: nginx.Server, location: nginx.Location) -> Spot | None:
        answer = nginx.answered_before(server, location)
        if answer is not None and _is_harmless(answer, location):
            return None
        level = location.level
        switch = level.setting(_MODULE)
        is_on = switch is not None and switch.first.lower() == "on"
        directives = tuple(self._directives(level))
        if is_on and switch is not None:
            self.uses_module = self.uses_module or switch
        gaps = [
            Gap(f"{one.words} could not be read and may decide otherwise", one.place)
            for one in level.unread()
        ]
        if not level.is_whole and not gaps:
            gaps.append(Gap("the main file of nginx was not handed in", server.place))
        return Spot(
            location.title,
            location.text if location.match is not nginx.Match.IMPLIED else "",
            server.names,
            location.place,
            None if switch is None else Said(switch.words, switch.place, switch.first.lower()),
            is_on,
            self._wall(directives) if is_on else None,
            None if answer is None else Said(answer.words, answer.place),
            tuple(
                Said(f"{one.condition.words} {{ {one.does.words} }}", one.does.place)
                for one in nginx.sometimes_answered_before(server, location)
                if one.does.name == "return" and not _is_redirect_or_refusal(one.does)
            ),
            gaps=tuple(gaps),
        )

    def _directives(self, level: nginx.Level) -> Iterator[nginx.Directive]:
        for one in level.outwards():
            yield from one.own(*RULES)

    def _wall(self, directives: tuple[nginx.Directive, ...]) -> Wall:
        key = tuple(map(self._same, directives))
        if key not in self.walls:
            parts: tuple[Part, ...] = tuple(map(self._part, directives))
            if directives and len(self.walls) >= MOST_WALLS:
                why = f"there are more than the {MOST_WALLS} different sets of rules looked at"
                parts = (Part((files.Gap("", why, directives[0].place),)),)
            self.walls[key] = wall_of(rule_set(parts, Dialect.LIBRARY), self.promise.attacks)
        return self.walls[key]

    def _same(self, directive: nginx.Directive) -> nginx.Directive | str:
        """What makes two directives the same: the file they load, wherever it is asked for."""
        path = self.tree.resolved(directive.first)
        is_read = directive.name == "modsecurity_rules_file" and path in self.configuration.files
        return path if is_read else directive

    def _part(self, directive: nginx.Directive) -> Part:
        library = files.library_of(self.configuration)
        if directive.name == "modsecurity_rules_file":
            path = self.tree.resolved(directive.first)
            return Part(library.file(path, directive.place))
        if directive.name == "modsecurity_rules":
            return Part(library.inline(directive.first, directive.place))
        where = directive.args[1] if len(directive.args) > 1 else "elsewhere"
        why = f"rules are fetched from {where[:60]} when nginx starts"
        return Part((files.Gap("", why, directive.place),))


def _is_harmless(answer: nginx.Directive, location: nginx.Location) -> bool:
    """Whether nothing is served: a redirect, a refusal, or a fixed text at one address alone."""
    return _is_redirect_or_refusal(answer) or location.match is nginx.Match.EXACT


def _is_redirect_or_refusal(answer: nginx.Directive) -> bool:
    if answer.name == "rewrite":
        return True
    code = answer.first
    if not (code.isascii() and code.isdigit()):
        return True
    return int(code[:4]) in _REDIRECTS or int(code[:4]) in _REFUSALS
