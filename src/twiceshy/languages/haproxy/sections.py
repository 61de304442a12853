"""HAProxy's configuration as sections and statements, and what `defaults` adds to each.

A proxy (`frontend`, `backend`, `listen`) takes over what the last `defaults` before it says, or the
one it names with `from` (Configuration Manual, section 4); `http-request`, `tcp-request`, `server`,
`bind` and `acl` are not taken over, except the rules of a named `defaults`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from twiceshy.languages.haproxy.lines import lines_of
from twiceshy.model.configuration import Configuration
from twiceshy.model.place import Place

SECTIONS = frozenset(
    {
        "global",
        "defaults",
        "frontend",
        "backend",
        "listen",
        "resolvers",
        "userlist",
        "peers",
        "mailers",
        "cache",
        "program",
        "http-errors",
        "ring",
        "log-forward",
        "fcgi-app",
        "crt-store",
        "crt-list",
        "traces",
        "acme",
    }
)
MOST_BYTES = 8 * 1024 * 1024
MOST_STATEMENTS = 200_000
_CONDITIONS = frozenset({".if", ".elif", ".else", ".endif"})
_MAIN = re.compile(r"/haproxy[^/]*\.cfg$|/haproxy/(?:.*/)?[^/]+\.cfg$")
_LOOKS = re.compile(
    rb"^[ \t]*(?:global|defaults|(?:frontend|backend|listen)[ \t]+\S+)[ \t\r]*(?:#.*)?$",
    re.MULTILINE,
)
RULES = ("http-request", "tcp-request", "http-response", "tcp-response", "http-after-response")


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of a section."""

    words: tuple[str, ...]
    place: Place

    @property
    def name(self) -> str:
        """Its keyword; `no` in front is kept: `no option forwardfor`."""
        return self.words[0]

    @property
    def text(self) -> str:
        """The line, shortened, for messages."""
        joined = " ".join(self.words)
        return joined if len(joined) <= 100 else f"{joined[:97]}..."  # noqa: PLR2004 - one line


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """One section of the file."""

    kind: str
    name: str
    """Empty for `global` and unnamed `defaults`."""
    place: Place
    statements: tuple[Statement, ...]
    defaults: Section | None = None
    """What it takes over from."""

    def own(self, *names: str) -> Iterator[Statement]:
        """The statements that begin with one of these words, in order."""
        return (one for one in self.statements if one.name in names)

    def setting(self, *words: str) -> Statement | None:
        """The last statement that begins with these words, here or else in its `defaults`.

        `no option x` undoes `option x`.
        """
        section: Section | None = self
        while section is not None:
            for one in reversed(section.statements):
                if one.words[: len(words)] == words:
                    return one
                if one.words[: len(words) + 1] == ("no", *words):
                    return None
            section = section.defaults
        return None

    def rules(self, *names: str) -> tuple[Statement, ...]:
        """`http-request` and its like: those of a named `defaults` first, then its own."""
        inherited = self.defaults.rules(*names) if self.defaults and self.defaults.name else ()
        return (*inherited, *self.own(*names))

    @property
    def title(self) -> str:
        """Such as `frontend www`."""
        return f"{self.kind} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not read: why, and where."""

    why: str
    place: Place
    is_fatal: bool
    """Whether HAProxy itself does not start with it."""

    def __str__(self) -> str:
        return f"{self.place}: {self.why}"


@dataclass(frozen=True, slots=True, eq=False)
class Proxies:
    """All sections of a configuration."""

    files: tuple[str, ...]
    sections: tuple[Section, ...]
    problems: tuple[Problem, ...]

    def of(self, *kinds: str) -> tuple[Section, ...]:
        """The sections of these kinds, in order."""
        return tuple(one for one in self.sections if one.kind in kinds)

    def named(self, name: str, *kinds: str) -> Section | None:
        """The section of that name among these kinds."""
        return next((one for one in self.of(*kinds) if one.name == name), None)


def dialect_of(path: str, content: bytes) -> str | None:
    """`haproxy` for a file that HAProxy reads as configuration, by its path and beginning."""
    if not path.endswith((".cfg", ".conf")):
        return None
    if _MAIN.search(path):
        return "haproxy"
    beginning = content[:65_536]
    return "haproxy" if path.endswith(".cfg") and _LOOKS.search(beginning) else None


@lru_cache(maxsize=8)  # several kinds and guards read the same configuration one after another
def read(configuration: Configuration, files: tuple[str, ...] = ()) -> Proxies:
    """All files of HAProxy in a configuration as one, in the order of their names; or `files`.

    HAProxy reads the files of a folder (`-f /etc/haproxy/conf.d`) in that order; its main file is
    named before the folder, so files in subfolders come last here.
    """
    wanted = files or tuple(
        sorted(
            (
                path
                for path, content in configuration.files.items()
                if dialect_of(path, content) == "haproxy"
            ),
            key=lambda path: (path.count("/"), path),
        )
    )
    reader = _Reader(configuration)
    for path in wanted:
        if path in configuration.files:
            reader.file(path, configuration.files[path])
    reader.end()
    present = tuple(path for path in wanted if path in configuration.files)
    return Proxies(present, tuple(reader.sections), tuple(reader.problems))


@dataclass(slots=True)
class _Reader:
    configuration: Configuration
    sections: list[Section] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    kind: str = ""
    name: str = ""
    place: Place | None = None
    defaults: Section | None = None
    inside: list[Statement] = field(default_factory=list)
    left: int = MOST_STATEMENTS

    def file(self, path: str, content: bytes) -> None:
        shown = self.configuration.shown(path)
        if len(content) > MOST_BYTES:
            why = f"the file is longer than the {MOST_BYTES // 1024 // 1024} MiB that are read"
            self.problems.append(Problem(why, Place(shown, 1), is_fatal=False))
            return
        for line in lines_of(content.decode("utf-8", "replace")):
            place = Place(shown, line.number, line.column)
            self.left -= 1
            if self.left < 0:
                why = f"there are more than the {MOST_STATEMENTS} statements that are read"
                self.problems.append(Problem(why, place, is_fatal=False))
                return
            if line.wrong:
                self.problems.append(Problem(line.wrong, place, is_fatal=True))
                continue
            self._statement(line.words, place)

    def end(self) -> None:
        if self.place is not None:
            section = Section(
                self.kind, self.name, self.place, tuple(self.inside), self._taken_over()
            )
            self.sections.append(section)
            if self.kind == "defaults":
                self.defaults = section
        self.kind, self.name, self.place, self.inside = "", "", None, []

    def _statement(self, words: tuple[str, ...], place: Place) -> None:
        if words[0] in SECTIONS:
            self.end()
            self.kind, self.name, self.place = words[0], " ".join(words[1:2]), place
            self.inside = [Statement(words, place)]
        elif words[0] in _CONDITIONS:
            why = f"{words[0]} decides as HAProxy starts whether the lines after it count"
            self.problems.append(Problem(why, place, is_fatal=False))
        elif self.place is None:
            why = f'"{words[0][:40]}" is outside any section'
            self.problems.append(Problem(why, place, is_fatal=True))
        else:
            self.inside.append(Statement(words, place))

    def _taken_over(self) -> Section | None:
        if self.kind not in {"frontend", "backend", "listen", "defaults"}:
            return None
        head = self.inside[0].words
        if "from" in head[2:-1]:
            name = head[head.index("from", 2) + 1]
            return next(
                (one for one in self.sections if one.kind == "defaults" and one.name == name), None
            )
        return None if self.kind == "defaults" else self.defaults
