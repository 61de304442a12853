"""The words of one rule or command, told apart: which option belongs to which module or target.

As iptables' own getopt does it: options of the module loaded last win, those of earlier modules
follow, `-p tcp` brings the options of `-m tcp` with it, `!` negates the option after it (before
1.4.3: the argument after the option). Long options may be shortened while they stay unambiguous.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from twiceshy.languages.firewall.iptables.matches.asked import Clause, Module
from twiceshy.languages.firewall.iptables.matches.modules import IMPLIED_BY, MODULES
from twiceshy.languages.firewall.iptables.matches.opaque import UNKNOWN_MODULE
from twiceshy.languages.firewall.iptables.targets import TARGETS, Extension
from twiceshy.languages.firewall.iptables.unreadable import refuse

MOST_WORDS = 4096
"""Of one line; iptables itself takes 255."""


def _base(**names: int) -> dict[str, tuple[str, int]]:
    """`_base(s__source__src=1)`: the short spelling is the canonical one."""
    table: dict[str, tuple[str, int]] = {}
    for name, arity in names.items():
        short, *longs = name.split("__")
        table["-" + short] = ("-" + short, arity)
        table.update({"--" + long.replace("_", "-"): ("-" + short, arity) for long in longs})
    return table


MATCHING = _base(
    s__source__src=1,
    d__destination__dst=1,
    p__protocol=1,
    i__in_interface=1,
    o__out_interface=1,
    f__fragment__fragments=0,
    m__match=1,
    j__jump=1,
    g__goto=1,
)
COMMANDS = _base(
    A__append=1,
    I__insert=1,
    D__delete=1,
    R__replace=1,
    C__check=1,
    P__policy=2,
    N__new__new_chain=1,
    X__delete_chain=0,
    F__flush=0,
    Z__zero=0,
    E__rename_chain=2,
    L__list=0,
    S__list_rules=0,
)
"""Those of arity 0 may be followed by a chain."""
SETTINGS = {
    **_base(
        t__table=1,
        c__set_counters=2,
        w__wait=0,
        W__wait_interval=1,
        v__verbose=0,
        n__numeric=0,
        x__exact=0,
        M__modprobe=1,
        h__help=0,
        V__version=0,
    ),
    "-4": ("-4", 0),
    "-6": ("-6", 0),
    "--ipv4": ("-4", 0),
    "--ipv6": ("-6", 0),
    "--line-numbers": ("--line-numbers", 0),
}
BASE: Mapping[str, tuple[str, int]] = {**MATCHING, **COMMANDS, **SETTINGS}
ONCE = frozenset({"-s", "-d", "-p", "-i", "-o", "-f"})


@dataclass(slots=True)
class Segment:
    """A module or target of the line with its options."""

    name: str
    module: Module | Extension
    clauses: list[Clause] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """One line, told apart."""

    command: str = ""
    """`-A`, or empty when there is none."""
    arguments: tuple[str, ...] = ()
    """The chain, and what else follows the command."""
    table: str | None = None
    only_family: int | None = None
    """`-4` or `-6`: the other family's tool skips the line."""
    base: dict[str, tuple[bool, str]] = field(default_factory=dict)
    """`-s`, `-d`, `-p`, `-i`, `-o`, `-f`: whether negated, and the argument."""
    segments: list[Segment] = field(default_factory=list)
    target: Segment | None = None
    """Of a known target; `jump` has its name in any case."""
    jump: str | None = None
    is_goto: bool = False


class LineReader:
    """Reads the words of one line."""

    def __init__(self, words: list[str]) -> None:
        if len(words) > MOST_WORDS:
            refuse(f"it has more than {MOST_WORDS} words")
        self._words = words
        self._next = 0
        self._negated = False
        self._line = Line()
        self._loaded: list[Segment] = []

    def read(self) -> Line:
        """The whole line."""
        words, base = self._words, BASE
        while self._next < len(words):
            word = words[self._next]
            self._next += 1
            known = base.get(word)
            if known is not None:
                self._take_base(*known)
            elif word == "!":
                self._negated = not self._negated
            elif word[:1] == "-":
                self._take_option(word)
            else:
                refuse(f"`{word}` is not expected here")
        if self._negated:
            refuse("a `!` negates nothing")
        return self._line

    def _values(self, option: str, arity: int) -> tuple[str, ...]:
        words, start = self._words, self._next
        if arity and start < len(words) and words[start] == "!":
            self._negated = not self._negated
            start += 1
        end = start + arity
        if end > len(words):
            refuse(f"`{option}` needs {'an argument' if arity == 1 else f'{arity} arguments'}")
        self._next = end
        return tuple(words[start:end])

    def _take_base(self, option: str, arity: int) -> None:
        if option in COMMANDS:
            self._take_command(option, arity)
            return
        values = self._values(option, arity)
        negated, self._negated = self._negated, False
        match option:
            case "-m":
                self._load(Segment(values[0], MODULES.get(values[0], UNKNOWN_MODULE)))
            case "-j" | "-g":
                self._take_target(option, values[0])
            case "-t":
                self._line.table = values[0]
            case "-4" | "-6":
                self._line.only_family = int(option[1])
            case "-w":
                self._skip_seconds()
            case _ if option in ONCE:
                if option in self._line.base:
                    refuse(f"`{option}` stands twice")
                self._line.base[option] = (negated, values[0] if values else "")
                return
            case _:
                pass
        if negated:
            refuse(f"`{option}` cannot be negated")

    def _skip_seconds(self) -> None:
        if self._next < len(self._words) and self._words[self._next].isdigit():
            self._next += 1

    def _take_command(self, option: str, arity: int) -> None:
        if self._line.command:
            refuse(f"`{self._line.command}` and `{option}` cannot stand in one line")
        if self._negated:
            refuse(f"`{option}` cannot be negated")
        least = self._values(option, arity)
        most = {"-I": 1, "-D": 1, "-R": 1, "-X": 1, "-F": 1, "-Z": 2, "-L": 2, "-S": 2}
        more: list[str] = []
        for _ in range(most.get(option, 0)):
            if self._next < len(self._words) and self._words[self._next][:1] not in {"-", "!"}:
                more.append(self._words[self._next])
                self._next += 1
        self._line.command = option
        self._line.arguments = (*least, *more)

    def _take_target(self, option: str, name: str) -> None:
        if self._line.jump is not None:
            refuse("it has two targets")
        self._line.jump = name
        self._line.is_goto = option == "-g"
        if option == "-j":
            extension = TARGETS.get(name)
            self._line.target = Segment(name, extension or _UNKNOWN_TARGET)
            self._loaded.append(self._line.target)

    def _load(self, segment: Segment) -> None:
        self._loaded.append(segment)
        self._line.segments.append(segment)

    def _take_option(self, word: str) -> None:
        for segment in reversed(self._loaded):
            known = segment.module.options.get(word)
            if known is not None:
                self._add(segment, *known)
                return
        implied = self._implied()
        if implied is not None and word in implied.module.options:
            self._load(implied)
            self._add(implied, *implied.module.options[word])
            return
        if self._is_respelled(word, implied):
            return
        for segment in reversed(self._loaded):
            if segment.module.open:
                self._add_unknown(segment, word)
                return
        if not self._loaded:
            refuse(f"`{word}` is an option of no module in this line")
        self._add_unknown(self._loaded[-1], word)

    def _implied(self) -> Segment | None:
        negated, protocol = self._line.base.get("-p", (False, ""))
        name = IMPLIED_BY.get(protocol.lower())
        if name is None or negated or any(one.name == name for one in self._loaded):
            return None
        return Segment(name, MODULES[name])

    def _add(self, segment: Segment, option: str, arity: int) -> None:
        values = self._values(option, arity)
        if not segment.module.open and any(one.option == option for one in segment.clauses):
            refuse(f"`{option}` stands twice")
        segment.clauses.append(Clause(option, self._negated, values))
        self._negated = False

    def _add_unknown(self, segment: Segment, option: str) -> None:
        """What follows an option that nobody knows is its argument while it looks like one."""
        words, start = self._words, self._next
        while self._next < len(words) and words[self._next][:1] not in {"-", "!"}:
            self._next += 1
        values = tuple(words[start : self._next])
        segment.clauses.append(Clause(option, self._negated, values))
        self._negated = False

    def _is_respelled(self, word: str, implied: Segment | None) -> bool:
        """`--dport=22`, `-ptcp`, `--destination-p 22`: puts the plain spelling in its place."""
        if not word.startswith("--"):
            short = word[:2]
            if short in BASE and len(word) > 2:  # noqa: PLR2004 - a dash and a letter
                rest = word[2:] if BASE[short][1] else "-" + word[2:]
                self._put_back(short, rest)
                return True
            return False
        name, equals, value = word.partition("=")
        spellings: list[str] = [*BASE]
        for segment in (*self._loaded, *((implied,) if implied else ())):
            spellings += segment.module.options
        full = name if name in spellings else _only_one_beginning_with(name, spellings)
        if full is None or full == word:
            return False
        self._put_back(full, *((value,) if equals else ()))
        return True

    def _put_back(self, *words: str) -> None:
        self._next -= 1
        self._words[self._next : self._next + 1] = words


def _only_one_beginning_with(name: str, spellings: Iterable[str]) -> str | None:
    if len(name) < len("--x"):
        return None
    fitting = {spelling for spelling in spellings if spelling.startswith(name)}
    return fitting.pop() if len(fitting) == 1 else None


def _read_nothing(*_: object) -> tuple[None, tuple[()]]:
    return None, ()


_UNKNOWN_TARGET = Extension({}, _read_nothing, open=True)
"""A chain, or a target of this host's own: its options are kept for the text."""
