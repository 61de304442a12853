"""master.cf: one service on each line, with the settings that are its own (master(5))."""

from __future__ import annotations

import re
from dataclasses import dataclass

from twiceshy.languages.postfix.lines import MOST_BYTES, Line, logical_lines
from twiceshy.languages.postfix.setting import Problem, Setting, split
from twiceshy.model.place import Place

MOST_SERVICES = 1_000
TYPES = ("inet", "unix", "unix-dgram", "fifo", "pass")
_FIELDS = ("service", "type", "private", "unpriv", "chroot", "wakeup", "maxproc", "command")
_ASSIGNMENT = re.compile(r"\{?\s*([^\s={}]+)\s*=\s*(.*?)\s*\}?\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Service:
    """One line: the server, where it listens, and its own settings."""

    name: str
    """Of `inet`: `[host:]port`, such as `submission` or `127.0.0.1:10025`."""
    type: str
    is_chrooted: bool
    command: str
    """Such as `smtpd`."""
    place: Place
    fields: tuple[str, ...] = ()
    """All eight columns and what follows the command, as written."""
    overrides: tuple[Setting, ...] = ()
    """Its `-o name=value`, in order; the last one counts."""

    @property
    def title(self) -> str:
        """As people name it, such as `submission/inet`."""
        return f"{self.name}/{self.type}"

    @property
    def port(self) -> str:
        """Of `inet`: the port or its name."""
        return self.name.rpartition(":")[2]

    @property
    def is_smtpd(self) -> bool:
        """Whether it takes mail from other machines by SMTP."""
        return self.command == "smtpd" and self.type in {"inet", "pass"}


@dataclass(frozen=True, slots=True)
class MasterFile:
    """What one master.cf says, in its order."""

    services: tuple[Service, ...]
    problems: tuple[Problem, ...] = ()


def read_master(content: bytes, shown: str) -> MasterFile:
    """Read one master.cf; `shown` is its name in places."""
    if len(content) > MOST_BYTES:
        why = f"the file is longer than the {MOST_BYTES // 1024 // 1024} MiB that are read"
        return MasterFile((), (Problem(why, Place(shown, 1), is_fatal=False),))
    services: list[Service] = []
    problems: list[Problem] = []
    for line in logical_lines(content.decode("utf-8", "replace"), shown):
        if len(services) >= MOST_SERVICES:
            why = f"there are more than the {MOST_SERVICES} services that are read"
            problems.append(Problem(why, line.at(0), is_fatal=False))
            break
        found = _service(line)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            services.append(found[0])
            problems += found[1]
    return MasterFile(tuple(services), tuple(problems))


def _service(  # noqa: PLR0911 - one return per field
    line: Line,
) -> tuple[Service, list[Problem]] | Problem:
    words = [(text, start) for text, start in split(line.text.replace(",", "\0"))]
    words = [(text.replace("\0", ","), start) for text, start in words]
    if line.is_orphan:
        return Problem("the first line begins with white space", line.at(0))
    if len(words) < len(_FIELDS):
        missing = _FIELDS[len(words)]
        why = f"{words[0][0][:40]!r} has {len(words)} of {len(_FIELDS)} fields: no {missing}"
        return Problem(why, line.at(0))
    fields = [text for text, _ in words[: len(_FIELDS)]]
    if fields[1] not in TYPES:
        why = f"{fields[1][:20]!r} is no service type (allowed: {', '.join(TYPES)})"
        return Problem(why, line.at(words[1][1]))
    for index, allowed in ((2, "yn-"), (3, "yn-"), (4, "yn-")):
        if fields[index] not in allowed:
            why = f"{_FIELDS[index]} must be y, n or -, not {fields[index][:20]!r}"
            return Problem(why, line.at(words[index][1]))
    if not re.fullmatch(r"\d+\??|-", fields[5]):
        return Problem(f"wakeup must be seconds, not {fields[5][:20]!r}", line.at(words[5][1]))
    if not re.fullmatch(r"\d+|-", fields[6]):
        return Problem(f"maxproc must be a number, not {fields[6][:20]!r}", line.at(words[6][1]))
    overrides, problems = _overrides(line, words[len(_FIELDS) :])
    whole = Service(
        fields[0],
        fields[1],
        fields[4] == "y",
        fields[7].rpartition("/")[2],
        line.at(0),
        (*fields, *(text for text, _ in words[len(_FIELDS) :])),
        tuple(overrides),
    )
    return whole, problems


def _overrides(line: Line, words: list[tuple[str, int]]) -> tuple[list[Setting], list[Problem]]:
    found: list[Setting] = []
    problems: list[Problem] = []
    waiting = False
    for text, start in words:
        if not waiting:
            if text == "-o":
                waiting = True
                continue
            if not text.startswith("-o"):
                continue
            text, start = text[2:], start + 2  # noqa: PLW2901 - `-oname=value`
        waiting = False
        match = _ASSIGNMENT.match(text)
        if match is None:
            problems.append(Problem(f"-o {text[:40]!r} is not name=value", line.at(start)))
            continue
        found.append(
            Setting(match[1], match[2], line, start + match.start(1), start + match.start(2))
        )
    if waiting:
        problems.append(Problem("-o is followed by nothing", line.at(words[-1][1])))
    return found, problems
