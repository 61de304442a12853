"""Scripts of iptables, ip6tables and ipset commands, applied to the rules that are there."""

from __future__ import annotations

import re
from collections.abc import Iterable

from twiceshy.languages.firewall.conditions import Opaque
from twiceshy.languages.firewall.ipset import Sets
from twiceshy.languages.firewall.ipset.workspace import SetsWorkspace
from twiceshy.languages.firewall.iptables.assembly import assembled
from twiceshy.languages.firewall.iptables.line import Line, LineReader
from twiceshy.languages.firewall.iptables.names import BASE_CHAINS
from twiceshy.languages.firewall.iptables.rule import made
from twiceshy.languages.firewall.iptables.save import Saved, SaveReader, rules_of
from twiceshy.languages.firewall.iptables.unreadable import UnreadableError, refuse
from twiceshy.languages.firewall.iptables.words import told
from twiceshy.languages.firewall.iptables.workspace import MOST_PROBLEMS, Workspace, WorkTable
from twiceshy.languages.firewall.ruleset import Problem, Rule, Table, TableFamily
from twiceshy.languages.firewall.shell.script import Command, Script
from twiceshy.model.place import Place

MOST_BYTES = 1024 * 1024
_TOOL = re.compile(r"(?:.*/)?(ip6?tables|ipset)(-nft|-legacy)?(-restore)?\Z")
_SAVING = re.compile(r"(?:.*/)?(ip6?tables(-nft|-legacy)?-save)\Z")
_HARMLESS = frozenset(
    {
        "true", ":", "echo", "printf", "set", "modprobe", "sysctl", "sleep", "logger", "unset",
        "cd", "umask", "date", "mkdir", "chmod", "touch", "cp", "cat", "ip", "route", "wait",
        "shift",
    }
)  # fmt: skip
"""Commands that change no rule of a packet filter."""
_KEEPING = frozenset({"-n", "--noflush"})
_QUIET = frozenset({"-w", "--wait", "-c", "--counters", "-v", "--verbose"})
_IF_THERE = frozenset({"-N", "-F", "-X", "-E", "-Z", "-L", "-S"})


def apply_commands(data: bytes, file: str, tables: Iterable[Table], sets: Sets) -> Saved:
    """The tables after the script has run; what is not iptables' stays as it is."""
    given = tuple(tables)
    if len(data) > MOST_BYTES:
        what = f"the script is larger than {MOST_BYTES // 1024} KB and was not read"
        return Saved(given, (Problem(Place(file, 1), what),))
    run = _Run(file, given, sets)
    Script(run.command, run.report).play(data.decode("utf-8", "replace"))
    return run.finished()


def apply_to_sets(data: bytes, space: SetsWorkspace, file: str) -> None:
    """The ipset commands of the script alone; what the rest does is reported with the rules."""

    def run(command: Command) -> bool | None:
        words = _without_sudo(command.words)
        tool = _TOOL.match(words[0]) if words else None
        if tool is None or tool[1] != "ipset":
            return True
        before = len(space.problems)
        given = command.given
        if given is not None and given.is_document and "restore" in words:
            for number, line in enumerate(given.text.split("\n"), given.line):
                space.line(line, Place(file, number))
        else:
            space.line(told(words[1:]), Place(file, command.line))
        if command.is_forgiven:
            del space.problems[before:]
        return len(space.problems) == before

    if len(data) <= MOST_BYTES:
        Script(run, lambda _line, _what: None).play(data.decode("utf-8", "replace"))


def _without_sudo(words: list[str]) -> list[str]:
    return words[1:] if words[:1] in (["sudo"], ["exec"], ["command"]) else words


class _Run:
    def __init__(self, file: str, tables: tuple[Table, ...], sets: Sets) -> None:
        self._file = file
        self._tables = tables
        self._sets = sets
        self._problems: list[Problem] = []
        self._spaces: dict[tuple[TableFamily, str], Workspace] = {}

    def report(self, line: int, what: str) -> None:
        """What the script does there is not known."""
        if len(self._problems) <= MOST_PROBLEMS:
            self._problems.append(Problem(Place(self._file, line), what))

    def finished(self) -> Saved:
        """All tables: those that were touched in their new form."""
        changed = {
            (table.family, table.source, table.name): table
            for (_, source), space in self._spaces.items()
            for table in assembled(space, source)
        }
        tables = [changed.pop((one.family, one.source, one.name), one) for one in self._tables]
        problems = [problem for space in self._spaces.values() for problem in space.problems]
        return Saved((*tables, *changed.values()), (*self._problems, *problems))

    def command(self, command: Command) -> bool | None:
        """Runs one command: whether it succeeds, None when that is not known."""
        words = _without_sudo(command.words)
        name = words[0].rpartition("/")[2] if words else ":"
        is_restoring = name.endswith("-restore") or words[:2] == ["ipset", "restore"]
        if command.given is not None and not is_restoring:
            self.report(command.line, f"what `{name}` reads is not followed")
            return None
        tool = _TOOL.match(name)
        if tool is None:
            if name in _HARMLESS or _SAVING.match(name):
                return True
            self.report(command.line, f"what `{name}` does is not known")
            return None
        if tool[1] == "ipset":
            return True
        family = TableFamily.IP if tool[1] == "iptables" else TableFamily.IP6
        space = self._space(family, tool[2])
        if tool[3]:
            return self._restore(space, command, words[1:])
        return self._change(space, command, words)

    def _restore(self, space: Workspace, command: Command, words: list[str]) -> bool | None:
        given = command.given
        options = [word for word in words if word[:1] == "-"]
        if given is None or not given.is_document or not set(options) <= _KEEPING | _QUIET:
            self.report(command.line, "only a document that stands in the script is restored")
            return None
        reader = SaveReader(
            space,
            self._file,
            rules_of(space.family, self._sets),
            line=given.line,
            keeps=bool(_KEEPING & set(options)),
        )
        reader.read(given.text)
        return True

    def _space(self, family: TableFamily, variant: str | None) -> Workspace:
        sources = [table.source for table in self._tables if table.family is family]
        sources += [source for one, source in self._spaces if one is family]
        if variant:
            source = f"iptables{variant}"
        else:
            usual = ("iptables-nft", "iptables", "iptables-legacy")
            source = next((one for one in usual if one in sources), "iptables")
        if (family, source) not in self._spaces:
            mine = (one for one in self._tables if (one.family, one.source) == (family, source))
            self._spaces[family, source] = Workspace.of(family, mine)
        return self._spaces[family, source]

    def _change(self, space: Workspace, command: Command, words: list[str]) -> bool:
        place = Place(self._file, command.line)
        text = told(words)
        table: WorkTable | None = None
        line, rule = Line(), None
        try:
            line = LineReader(list(words[1:])).read()
            name = line.table or "filter"
            if name not in BASE_CHAINS:
                refuse(f"`{name}` is no table; there are {' '.join(BASE_CHAINS)}")
            table = space.tables.get(name) or space.begin(name, None)
            if line.command in {"-A", "-I", "-R", "-D", "-C"}:
                rule = made(rules_of(space.family, self._sets).parts(line), place, text)
            if line.command == "-C":
                assert rule is not None
                return space.found(table, line.arguments[0], rule) is not None
            space.change(table, line, rule, place, is_strict=True)
        except UnreadableError as wrong:
            if command.is_forgiven and _may_be_missing(line, rule):
                return False
            chain = line.arguments[0] if line.arguments else ""
            if table is None:
                space.problem(place, f"{wrong.what}: `{text}`")
            else:
                space.unreadable(table, chain, place, text, wrong.what, first=line.command != "-A")
            return False
        return True


def _may_be_missing(line: Line, rule: Rule | None) -> bool:
    """Whether it does nothing when what it is about is not there, and that can be told for sure."""
    if line.command == "-D" and rule is not None and len(line.arguments) == 1:
        return not any(isinstance(one, Opaque) for one in rule.conditions)
    return line.command in _IF_THERE
