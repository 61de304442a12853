"""The section `reports`: which files are learnt from, and by what name guards refer to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from twiceshy.estate import forms
from twiceshy.estate.document import Mapping, Refused, Scalar, Sequence
from twiceshy.estate.fields import Fields, Said
from twiceshy.estate.mistakes import Mistakes, shown
from twiceshy.model.estate import ReportSource
from twiceshy.model.ids import ReportId

KEYS = ("path", "id")
ENDINGS = frozenset({".md", ".markdown", ".txt", ".html"})
MOST_FILES = 10_000

_NAME = re.compile(forms.REPORT_NAME)
_NOT_IN_A_NAME = re.compile(r"[#\s]+")


@dataclass(frozen=True, slots=True)
class _Listed:
    """One file that the section leads to."""

    path: Path
    id: Said
    """The name it goes by, at the place that leads to it."""
    from_folder: bool


def read_report_sources(root: Fields) -> tuple[ReportSource, ...]:
    """Every report in the order of the file, folders opened, names unique.

    A file that is listed by itself and also lies in a listed folder goes by the name it has where
    it is listed by itself.
    """
    mistakes = root.mistakes
    listed = list(_listed(root))
    by_itself = {one.path for one in listed if not one.from_folder}
    sources: dict[str, ReportSource] = {}
    for one in listed:
        if one.from_folder and one.path in by_itself:
            continue
        earlier = sources.get(one.id.text)
        if earlier is not None:
            mistakes.add(
                one.id,
                f"two reports are called {shown(one.id.text)}: {earlier.path} and {one.path}",
                "give one of them a name of its own: {path: ..., id: ...}",
            )
            continue
        sources[one.id.text] = ReportSource(
            ReportId(one.id.text), str(one.path), mistakes.place(one.id)
        )
    return tuple(sources.values())


def _listed(root: Fields) -> Iterator[_Listed]:
    node = root.values.get("reports")
    if node is None or isinstance(node, Refused):
        return
    if isinstance(node, Mapping):
        root.mistakes.add(node, "'reports' must be a list, not a mapping", "- path/of/a/report.md")
        return
    if isinstance(node, Scalar) and node.value is None:
        return
    for item in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(item, Mapping):
            fields = Fields(item, "a report", KEYS, root.mistakes)
            fields.need("path")
            path, name = fields.said("path"), fields.said("id")
            if name is not None and _NAME.fullmatch(name.text) is None:
                fields.wrong("id", name, f"{shown(name.text)} has a space or # in it")
        else:
            path, name = root.said_at("reports", item), None
        if path is not None:
            yield from _files(path, name, root.mistakes)


def _files(said: Said, name: Said | None, mistakes: Mistakes) -> Iterator[_Listed]:
    path = Path(mistakes.file).parent / said.text
    try:
        if path.is_dir():
            if name is not None:
                mistakes.add(name, "a folder has no id of its own", "list the file by itself")
            yield from _folder(path, said, mistakes)
        elif path.exists():
            yield _Listed(path, name or _named(said, path), from_folder=False)
        else:
            near = mistakes.suggest(path.name, _neighbours(path))
            mistakes.add(
                said,
                f"there is no report {shown(said.text)}",
                near if near is not None and near.startswith("did you mean") else None,
            )
            # Guards that name it are not to blame.
            yield _Listed(path, name or _named(said, path), from_folder=False)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        mistakes.add(said, f"{shown(said.text)} cannot be opened: {reason}")


def _folder(folder: Path, said: Said, mistakes: Mistakes) -> Iterator[_Listed]:
    files = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in ENDINGS and not path.name.startswith(".") and path.is_file()
    )
    if len(files) > MOST_FILES:
        mistakes.add(said, f"{shown(said.text)} holds more than {MOST_FILES} reports")
        return
    for path in files:
        yield _Listed(path, _named(said, path), from_folder=True)


def _named(said: Said, path: Path) -> Said:
    """The file name without its ending, as it can stand in `<report>#<action>`."""
    name = _NOT_IN_A_NAME.sub("-", path.stem).strip("-") or "report"
    return Said(name, said.line, said.column)


def _neighbours(path: Path) -> list[str]:
    try:
        return sorted(one.name for one in path.parent.iterdir())
    except OSError:
        return []
