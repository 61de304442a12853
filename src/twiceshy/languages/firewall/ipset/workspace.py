"""Sets while lines are applied to them: create, add, del, flush, destroy, swap, rename."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType

from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ipset.boxes import Element, less_exceptions
from twiceshy.languages.firewall.ipset.cells import Cell, Part, UnknownCellError, cell
from twiceshy.languages.firewall.ipset.sets import LIST, PARTS, IpSet, Sets
from twiceshy.languages.firewall.iptables.numbers import number
from twiceshy.languages.firewall.iptables.unreadable import UnreadableError, refuse
from twiceshy.languages.firewall.iptables.words import words_of
from twiceshy.languages.firewall.ruleset import Problem
from twiceshy.model.place import Place

_OLD_NAMES = {"-N": "create", "n": "create", "-A": "add", "-D": "del", "-F": "flush"} | {
    "-X": "destroy",
    "-W": "swap",
    "-E": "rename",
}
_WITH_VALUE = frozenset(
    {
        "family", "hashsize", "maxelem", "bucketsize", "initval", "probes", "resize", "gc", "size",
        "range", "netmask", "bitmask", "markmask", "timeout", "packets", "bytes", "comment",
        "skbmark", "skbprio", "skbqueue", "before", "after",
    }
)  # fmt: skip
MOST_PROBLEMS = 100
_ADD_ALONE = 3
_OF_ELEMENTS = frozenset({"add", "create", "del"})
_SINGLE_NET = frozenset({"hash:net"})


@dataclass(slots=True)
class WorkSet:
    """A set that can still change."""

    type: str
    family: int
    netmask: int | None = None
    why_unknown: str = ""
    elements: dict[str, tuple[Element, bool] | None] = field(default_factory=dict)
    """By how they are written; whether it is an exception; None for what is not modelled."""

    @property
    def bits(self) -> int:
        """Of its addresses."""
        return 32 if self.family == 4 else 128  # noqa: PLR2004 - the families


class SetsWorkspace:
    """Sets while lines are applied to them."""

    def __init__(self) -> None:
        self.sets: dict[str, WorkSet] = {}
        self.problems: list[Problem] = []
        self.replaceable: frozenset[str] = frozenset()
        """Sets that are made anew when a file creates them again."""

    def finished(self, varying: frozenset[str] = frozenset()) -> Sets:
        """The sets as values."""
        made = {name: _finished(name, work) for name, work in self.sets.items()}
        return Sets(MappingProxyType(made), varying)

    @property
    def is_full(self) -> bool:
        """Whether there are so many problems that there is no use in reading on."""
        return len(self.problems) > MOST_PROBLEMS

    def line(self, text: str, place: Place) -> None:
        """Applies one line; what it cannot mean becomes a problem."""
        try:
            words = words_of(text)
            if len(words) == _ADD_ALONE and words[0] == "add":
                self._add(words[1], words[2], [])
            else:
                self.command(words)
        except UnreadableError as wrong:
            if len(self.problems) == MOST_PROBLEMS:
                more = f"there are more than {MOST_PROBLEMS} problems; the rest was not read"
                self.problems.append(Problem(place, more))
            if self.is_full:
                return
            short = text if len(text) <= 200 else text[:200] + "…"  # noqa: PLR2004 - a line's worth
            self.problems.append(Problem(place, f"{wrong.what}: `{short}`"))

    def command(self, words: list[str]) -> None:
        """Does what `add NAME ELEMENT` and its kin say."""
        is_tolerant = "-exist" in words[:2] or "-!" in words[:2]
        words = [word for word in words if word not in {"-exist", "-!", "-quiet", "-q"}]
        command = _OLD_NAMES.get(words[0], words[0]) if words else "quit"
        names = words[1:]
        if command in _OF_ELEMENTS:
            if len(names) < 2:  # noqa: PLR2004 - a set and an element or type
                refuse(f"`{command}` needs a set and what it is about")
            self._of_elements(command, names, is_tolerant=is_tolerant)
        else:
            self._of_sets(command, names)

    def _of_elements(self, command: str, names: list[str], *, is_tolerant: bool) -> None:
        if command == "add":
            self._add(names[0], names[1], names[2:])
        elif command == "create":
            self._create(names[0], names[1], names[2:], is_tolerant=is_tolerant)
        else:
            self._delete(names[0], names[1], is_tolerant=is_tolerant)

    def _of_sets(self, command: str, names: list[str]) -> None:
        match command, len(names):
            case "flush" | "destroy", 0:
                for work in self.sets.values():
                    work.elements.clear()
                if command == "destroy":
                    self.sets.clear()
            case "flush", _:
                self._of(names[0]).elements.clear()
            case "destroy", _:
                self._of(names[0])
                del self.sets[names[0]]
            case "swap" | "rename", 2:
                self._swap(names[0], names[1], is_rename=command == "rename")
            case (
                ("COMMIT" | "quit" | "save" | "list" | "test" | "version" | "-L" | "-S" | "-T"),
                _,
            ):
                pass
            case _:
                refuse("this is no command of ipset")

    def _of(self, name: str) -> WorkSet:
        found = self.sets.get(name)
        if found is None:
            refuse(f"there is no set `{name}`")
        return found

    def _swap(self, one: str, other: str, *, is_rename: bool) -> None:
        if is_rename:
            if other in self.sets:
                refuse(f"there is a set `{other}` already")
            self.sets[other] = self._of(one)
            del self.sets[one]
        else:
            self.sets[one], self.sets[other] = self._of(other), self._of(one)

    def _create(self, name: str, kind: str, options: list[str], *, is_tolerant: bool) -> None:
        if name in self.sets and name not in self.replaceable:
            if is_tolerant:
                return
            refuse(f"there is a set `{name}` already")
        self.replaceable -= {name}
        told = _options(options)
        work = WorkSet(kind, 6 if told.get("family") in {"inet6", "-6"} else 4)
        if kind not in PARTS and kind != LIST:
            work.why_unknown = f"sets of type {kind} are not modelled"
        if "timeout" in told:
            work.why_unknown = "its elements come and go with time"
        elif "bitmask" in told or told.get("markmask", "0xffffffff").lower() != "0xffffffff":
            work.why_unknown = "a mask of its elements is not modelled"
        elif "netmask" in told:
            work.netmask = min(number(told["netmask"], 8, "prefix length"), work.bits)
            if kind not in {"hash:ip", "bitmap:ip"}:
                work.why_unknown = "a mask of its elements is not modelled"
        self.sets[name] = work

    def _add(self, name: str, text: str, options: list[str]) -> None:
        work = self._of(name)
        if work.type == LIST:
            work.elements[text] = ((), False)
            if {"before", "after"} & set(options):
                work.why_unknown = "the order of its members is not modelled"
            return
        if work.type not in PARTS:
            return
        flags = _options(options) if options else {}
        try:
            element = _element(work, text, is_wildcard="wildcard" in flags)
        except UnknownCellError:
            work.elements[text] = None
        else:
            work.elements[text] = (element, "nomatch" in flags)

    def _delete(self, name: str, text: str, *, is_tolerant: bool) -> None:
        work = self._of(name)
        if text in work.elements:
            del work.elements[text]
            return
        wanted = None if work.type == LIST else _element(work, text, is_wildcard=False)
        for written, known in work.elements.items():
            if known is not None and known[0] == wanted:
                del work.elements[written]
                return
        if not is_tolerant:
            refuse(f"`{text}` is no element of `{name}`, as far as it is known")


def _options(words: list[str]) -> dict[str, str]:
    """Options with a value, and flags with an empty one."""
    told: dict[str, str] = {}
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word in _WITH_VALUE and at < len(words):
            told[word] = words[at]
            at += 1
        else:
            told[word] = ""
    return told


def _element(work: WorkSet, text: str, *, is_wildcard: bool) -> Element:
    parts = PARTS[work.type]
    if len(parts) == 1:
        only = cell(parts[0], text, work.family)
        if work.netmask is not None:
            only = only._replace(values=_widened(only, work))
        return (only,)
    words = text.split(",")
    if len(words) < len(parts):
        if work.type == "bitmap:ip,mac":
            raise UnknownCellError
        refuse(f"an element of {work.type} has {len(parts)} parts")
    if len(words) > len(parts):
        refuse(f"an element of {work.type} has {len(parts)} parts")
    cells = [cell(part, word, work.family) for part, word in zip(parts, words, strict=True)]
    if is_wildcard:
        cells[-1] = cells[-1]._replace(is_prefix=True)
    return tuple(cells)


def _widened(only: Cell, work: WorkSet) -> Intervals:
    span = (1 << (work.bits - (work.netmask or 0))) - 1
    assert only.values is not None
    return Intervals.of((low & ~span, high | span) for low, high in only.values.pairs)


def _finished(name: str, work: WorkSet) -> IpSet:
    size = len(work.elements)
    family = work.family
    if work.type == LIST:
        return IpSet(
            name, LIST, 0, size=size, members=tuple(work.elements), why_unknown=work.why_unknown
        )
    parts = PARTS.get(work.type, ())
    if Part.IP not in parts:
        family = 0
    why = work.why_unknown
    known = [one for one in work.elements.values() if one is not None]
    if not why and len(known) < size:
        why = "it holds an element that is not modelled"
    elements = tuple(element for element, _ in known)
    if any(is_exception for _, is_exception in known):
        if work.type in _SINGLE_NET:
            ranges = ((one[0].values or Intervals(), except_) for one, except_ in known)
            elements = ((Cell(Part.IP, less_exceptions(ranges, work.bits)),),)
        else:
            why = why or "its exceptions (nomatch) are not modelled"
    return IpSet(name, work.type, family, () if why else elements, size, (), why)
