"""The files of an Apache configuration into one tree; nothing is read from any disk.

Apache reads line by line and decides as it goes: `<IfModule>` asks what has been loaded above it,
`<IfDefine>` and `${NAME}` what was defined above it or is handed to the program (`-D`), and
`IncludeOptional` that finds nothing is no error. A block whose test is false is read over without a
word; it is kept as `Untaken`, because that is how protection is lost with a configuration test that
says "Syntax OK".

Sources: httpd's server/config.c, server/core.c, server/util.c and the manual's pages on `Include`,
`<IfModule>`, `<IfDefine>`, `<IfVersion>` and `Define`. `<IfVersion>` is decided for 2.4.

Bounds: `MOST_BYTES` in one file; `MOST_LINES`, `MOST_INCLUDES` and `MOST_PATTERNS` in all; `DEEPEST`
sections and `DEEPEST_INCLUDE` files inside each other. What is beyond is a `Problem`.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from twiceshy.languages.apache.directive import Directive, directive_of
from twiceshy.languages.apache.lines import MOST_BYTES, Line, logical_lines
from twiceshy.languages.apache.testing import Known, answer_to
from twiceshy.languages.apache.tree import Node, Problem, Section, Tree, Untaken
from twiceshy.model.configuration import Configuration
from twiceshy.model.place import Place

MOST_LINES = 100_000
MOST_INCLUDES = 5000
MOST_PATTERNS = 500
"""Includes with a pattern, or of a folder."""
LONGEST_FILLED = 4096
"""Of a word in which variables are filled in."""
DEEPEST = 50
DEEPEST_INCLUDE = 20
TESTS = frozenset({"ifmodule", "ifdefine", "ifversion", "iffile", "ifdirective", "ifsection"})
ENVIRONMENT = "envvars"
"""The shell file beside the main one from which Debian starts Apache."""

_MAGIC = re.compile(r"[*?\[]")
_VARIABLE = re.compile(r"\$\{([^}]{1,200})\}")
_EXPORT = re.compile(r"^[ \t]*export[ \t]+(\w+)=([^\n#;]*)", re.MULTILINE)
_GIVEN = re.compile(r"-D[ \t]*([A-Za-z_]\w*)")


@lru_cache(maxsize=8)  # several guards read the same configuration one after another
def read(configuration: Configuration, main: str, defines: tuple[str, ...] = ()) -> Tree:
    """The tree that begins with the file `main` (absolute path); `defines` are given by `-D`."""
    return _Reader(configuration, main, defines).tree()


@dataclass(slots=True)
class _Open:
    """A section whose end has not come yet."""

    opening: Directive
    inside: list[Node]
    is_test: bool = False
    untaken: str | None = None
    """Why the test is false."""
    names: dict[str, None] = field(default_factory=dict)


class _Reader:
    def __init__(self, configuration: Configuration, main: str, defines: tuple[str, ...]) -> None:
        self.configuration = configuration
        self.main = main
        self.root = main.rpartition("/")[0] or "/"
        self.known = Known(dict.fromkeys(defines, ""))
        self.problems: list[Problem] = []
        self.untaken: list[Untaken] = []
        self.modules: list[tuple[str, Place]] = []
        self.files: dict[str, None] = {}
        self.way: list[str] = []
        self.left = MOST_LINES
        self.includes_left = MOST_INCLUDES
        self.patterns_left = MOST_PATTERNS
        self.open: list[_Open] = []
        self._take_environment()

    def tree(self) -> Tree:
        nodes: list[Node] = []
        self._file(self.main, Place(self.configuration.shown(self.main), 1), nodes)
        return Tree(
            self.main,
            tuple(nodes),
            tuple(self.problems),
            tuple(self.untaken),
            tuple(self.modules),
            tuple(self.files),
        )

    def _take_environment(self) -> None:
        path = f"{self.root}/{ENVIRONMENT}"
        text = self.configuration.files.get(path, b"")[:65536].decode("utf-8", "replace")
        lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
        for found in _EXPORT.finditer(lines):
            value = found[2].strip().strip("\"'").replace("$SUFFIX", "")
            if found[1] == "APACHE_ARGUMENTS":
                self.known.defined |= dict.fromkeys(_GIVEN.findall(value), "")
            elif "$" not in value and "`" not in value:
                self.known.environment[found[1]] = value

    def _problem(
        self, why: str, place: Place, into: list[Node] | None = None, **more: object
    ) -> None:
        problem = replace(Problem(why, place), **more)  # type: ignore[arg-type] # its own fields
        self.problems.append(problem)
        if into is not None:
            into.append(problem)

    def _file(self, path: str, asked: Place, into: list[Node]) -> None:
        content = self.configuration.files[path]
        shown = self.configuration.shown(path)
        if path in self.way:
            self._problem(f"{shown} includes itself", asked, into, is_loud=True)
            return
        if len(self.way) > DEEPEST_INCLUDE:
            why = f"includes are nested deeper than the {DEEPEST_INCLUDE} levels that are read"
            self._problem(why, asked, into)
            return
        if len(content) > MOST_BYTES:
            why = f"the file is longer than the {MOST_BYTES // 1024 // 1024} MiB that are read"
            self._problem(why, Place(shown, 1), into)
            return
        self.files[path] = None
        self.way.append(path)
        depth = len(self.open)
        text = content.decode("utf-8", "replace")
        for line in logical_lines(text, shown, comments_go_on=True):
            if self.left <= 0 and self.includes_left < 0:
                break
            if self.left <= 0:
                why = f"there are more than the {MOST_LINES} lines that are read"
                self._problem(why, line.at(0), self._target(into))
                break
            self.left -= 1
            self._line(line, into, depth)
        while len(self.open) > depth:
            # Apache takes the end of the file for the end of a test.
            unclosed = self.open[-1]
            self._close(into)
            if not unclosed.is_test:
                why = f"<{unclosed.opening.name}> is never closed"
                self._problem(why, unclosed.opening.place, into, is_loud=True)
        self.way.pop()

    def _target(self, into: list[Node]) -> list[Node]:
        return self.open[-1].inside if self.open else into

    def _is_read_over(self) -> bool:
        return any(one.untaken is not None for one in self.open)

    def _line(self, line: Line, into: list[Node], depth: int) -> None:
        if line.text.startswith("</"):
            name = line.text[2:].rstrip("> \t").lower()
            if len(self.open) <= depth or self.open[-1].opening.key != name:
                self._problem(
                    f"</{name[:40]}> closes nothing", line.at(0), self._target(into), is_loud=True
                )
            else:
                self._close(into)
            return
        if line.text.startswith("<"):
            self._opened(line, into)
            return
        directive = directive_of(line)
        if directive is None:
            return
        if self._is_read_over():
            for one in self.open:
                one.names[directive.key] = None
            return
        self._directive(self._filled(directive), into)

    def _opened(self, line: Line, into: list[Node]) -> None:
        inner = line.text[1:].rstrip()
        closed = inner.endswith(">")
        opening = directive_of(replace(line, text=inner.removesuffix(">"), column=line.column + 1))
        if opening is None or not closed or len(self.open) >= DEEPEST:
            too_deep = len(self.open) >= DEEPEST
            why = f"sections are nested deeper than {DEEPEST}" if too_deep else "malformed section"
            self._problem(why, line.at(0), self._target(into), is_loud=not too_deep)
            return
        found = _Open(self._filled(opening), [], opening.key in TESTS)
        if found.is_test and not self._is_read_over():
            answer = answer_to(found.opening, self.known)
            if answer.holds is None:
                self._problem(answer.why, opening.place, self._target(into))
            elif not answer.holds:
                found.untaken = answer.why
        self.open.append(found)

    def _close(self, into: list[Node]) -> None:
        done = self.open.pop()
        if done.untaken is not None:
            if not self._is_read_over():
                self.untaken.append(Untaken(done.opening, done.untaken, tuple(done.names)))
            return
        if self._is_read_over():
            return
        if done.is_test:
            self._target(into).extend(done.inside)
        else:
            self._target(into).append(Section(done.opening, tuple(done.inside)))

    def _filled(self, directive: Directive) -> Directive:
        if not any("${" in word.text for word in directive.words):
            return directive
        words = tuple(replace(word, text=self._spelled(word.text)) for word in directive.words)
        return replace(directive, words=words)

    def _spelled(self, text: str) -> str:
        """The text with its variables; as it is when it would become too long."""
        if "${" not in text or len(text) > LONGEST_FILLED:
            return text
        filled = _VARIABLE.sub(lambda found: self.known.value(found[1], found[0]), text)
        return filled if len(filled) <= LONGEST_FILLED else text

    def _directive(self, directive: Directive, into: list[Node]) -> None:
        words = [word.text for word in directive.words]
        match directive.key:
            case "include" | "includeoptional":
                for word in words:
                    self._include(directive, word, into)
                return
            case "serverroot" if words:
                self.root = words[0].rstrip("/") or "/"
            case "define" if words:
                self.known.defined[words[0]] = words[1] if len(words) > 1 else ""
            case "undefine" if words:
                self.known.defined.pop(words[0], None)
            case "loadmodule" if len(words) > 1:
                self.known.load(words[0], words[1])
                self.modules.append((words[0], directive.place))
            case "use":
                self._problem("macros are not read", directive.place, self._target(into))
        self._target(into).append(directive)

    def _include(self, include: Directive, name: str, into: list[Node]) -> None:
        target = self._target(into)
        if "${" in name:
            self._problem(f"{name} has a variable that is not known here", include.place, target)
            return
        path = normal(name if name.startswith("/") else f"{self.root}/{name}")
        self.includes_left -= 1
        if self.includes_left < 0:
            why = f"there are more than the {MOST_INCLUDES} includes that are followed"
            self._problem(why, include.place, target)
            self.left = 0
            return
        if path in self.configuration.files:
            self._file(path, include.place, target)
            return
        self.patterns_left -= 1
        if self.patterns_left < 0:
            why = f"there are more than the {MOST_PATTERNS} patterns that are followed"
            self._problem(why, include.place, target)
            return
        found = list(matching(path, self.configuration))
        if not found:
            self._absent(include, path, target)
        for one in found:
            if one in self.configuration.files:
                self._file(one, include.place, target)
            else:
                why = f"{self.configuration.shown(one)} could not be read: "
                self._problem(why + self.configuration.unseen[one], include.place, target, path=one)

    def _absent(self, include: Directive, path: str, target: list[Node]) -> None:
        shown = self.configuration.shown(path)
        optional = include.key == "includeoptional"
        reason = next(
            (
                self.configuration.unseen[one]
                for one in _upwards(path)
                if one in self.configuration.unseen
            ),
            None,
        )
        folder = path.rpartition("/")[0]
        listed = _MAGIC.search(path) and not _MAGIC.search(folder)
        if reason is not None and "no such file" not in reason.lower():
            self._problem(f"{shown} could not be read: {reason}", include.place, target, path=path)
        elif reason is not None or (listed and next(self.configuration.under(folder), None)):
            why = f"nothing is there that {shown} finds"
            self._problem(
                why, include.place, target, path=path, is_absent=True, is_loud=not optional
            )
        else:
            why = f"{shown} was not part of what was handed in"
            self._problem(why, include.place, target, path=path)


def matching(pattern: str, configuration: Configuration) -> Iterator[str]:
    """The files that an include finds: by name, by pattern, or all below a folder; sorted."""
    known = sorted({*configuration.files, *configuration.unseen}, key=str.encode)
    wanted = pattern.split("/")
    tests = [re.compile(fnmatch.translate(step)).match for step in wanted]
    for path in known:
        steps = path.split("/")
        is_file = len(steps) == len(wanted) or len(steps) > len(wanted)
        if path in configuration.unseen and "no such file" in configuration.unseen[path].lower():
            continue
        if is_file and all(
            test(step) and (step[:1] != "." or form[:1] == ".")
            for test, step, form in zip(tests, steps, wanted, strict=False)
        ):
            yield path


def normal(path: str) -> str:
    """An absolute path without `.`, `..` and empty steps."""
    steps: list[str] = []
    for step in path.split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in {"", "."}:
            steps.append(step)
    return "/" + "/".join(steps)


def _upwards(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]
