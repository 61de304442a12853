"""Pieces put into the text of an estate file, where every other character stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from twiceshy.estate.spans import Node, read_spans

_COMMENT_BELOW = re.compile(r"(?:[ \t]*\r?\n)*[ \t]+#[^\n]*(?:\n|\Z)")


_DOCUMENT_END = re.compile(r"^\.\.\.(?=\s|\Z)", re.MULTILINE)
"""Cannot stand at the start of a line of a block scalar either: YAML 1.2, rule c-forbidden."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An entry of a section, written in both styles."""

    lines: tuple[str, ...]
    """Block style, not indented."""
    flow: str
    """As it stands between brackets or braces."""


@dataclass(frozen=True, slots=True)
class Section:
    """Pieces for a section of the file."""

    name: str
    pieces: tuple[Piece, ...]
    brackets: str
    """`[]` for a list, `{}` for a mapping."""
    gap: bool = False
    """Whether an empty line goes before each piece."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """Put `text` in place of what is from `start` to `end`."""

    start: int
    end: int
    text: str


def insert(
    text: str, sections: Iterable[Section], refs: Iterable[tuple[str, tuple[str, ...]]]
) -> str:
    """`text` with `sections` added to, and `refs` (YAML) joined to the `because` of those guards."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    bare = text.removeprefix("\ufeff")
    newline = "\r\n" if "\r\n" in bare else "\n"
    top = read_spans(bare)
    edits = [edit for id_, joined in refs for edit in _joined(bare, top, id_, joined)]
    missing: list[str] = []
    for section in sections:
        if not section.pieces:
            continue
        if top.get(section.name) is None and not top.is_flow:
            missing += ["", f"{section.name}:", *_indented(_block(section, first=True), 2)]
        else:
            edits.append(_added(bare, top, section))
    # Of two edits at one place the one listed first comes to stand first.
    ordered = sorted(enumerate(edits), key=lambda pair: (pair[1].start, pair[0]), reverse=True)
    for _, edit in ordered:
        bare = bare[: edit.start] + edit.text.replace("\n", newline) + bare[edit.end :]
    if missing:
        end = _DOCUMENT_END.search(bare)
        before, after = (bare[: end.start()], bare[end.start() :]) if end else (bare, "")
        before = before if before.endswith(("\n", "\r")) or not before else before + newline
        bare = before + newline.join([*missing, ""]) + after
    return mark + bare


def _block(section: Section, *, first: bool) -> list[str]:
    lines: list[str] = []
    for number, piece in enumerate(section.pieces):
        if section.gap and not (first and number == 0):
            lines.append("")
        lines += piece.lines
    return lines


def _indented(lines: Iterable[str], column: int) -> list[str]:
    return [f"{' ' * column}{line}" if line else "" for line in lines]


def _added(text: str, top: Node, section: Section) -> _Edit:
    node = top.get(section.name)
    flow = ", ".join(piece.flow for piece in section.pieces)
    whole = f"{section.brackets[0]}{flow}{section.brackets[1]}"
    if node is None:
        return _inside(top, f'"{section.name}": {whole}')
    if node.shape == "scalar":
        return _instead(text, node, whole)
    if node.is_flow:
        return _inside(node, flow)
    return _below(text, node, _indented(_block(section, first=False), node.column))


def _instead(text: str, node: Node, whole: str) -> _Edit:
    """In place of a value; one that is left out belongs right after its colon."""
    if node.end > node.start:
        return _Edit(node.start, node.end, whole)
    at = text.index(":", node.key_end) + 1
    return _Edit(at, at, f" {whole}")


def _inside(node: Node, flow: str) -> _Edit:
    """At the end of what is between brackets."""
    if node.last is None:
        return _Edit(node.start + 1, node.start + 1, flow)
    return _Edit(node.last.end, node.last.end, f", {flow}")


def _below(text: str, node: Node, lines: list[str]) -> _Edit:
    """Whole lines after a block, and after the comments that stand indented below it."""
    at = _next_line(text, node)
    while (match := _COMMENT_BELOW.match(text, at)) is not None:
        at = match.end()
    lead = "" if at == 0 or text[at - 1] in "\r\n" else "\n"
    return _Edit(at, at, lead + "\n".join(lines) + "\n")


def _next_line(text: str, node: Node) -> int:
    """The start of the line after a node."""
    deepest = node
    while deepest.last is not None and not deepest.is_flow:
        deepest = deepest.last
    if deepest.is_block_scalar and deepest.end and text[deepest.end - 1] == "\n":
        return deepest.end
    found = text.find("\n", node.end)
    return len(text) if found < 0 else found + 1


def _joined(text: str, top: Node, id_: str, refs: tuple[str, ...]) -> list[_Edit]:
    """One more reference, or more, in the `because` of the guard called `id_`."""
    guards = top.get("guards")
    for guard in guards.items if guards is not None else ():
        said = guard.get("id")
        if said is not None and said.text == id_:
            return [_join(text, guard, refs)]
    return []


def _join(text: str, guard: Node, refs: tuple[str, ...]) -> _Edit:
    because = guard.get("because")
    flow = ", ".join(refs)
    if because is None:
        if guard.is_flow:
            return _inside(guard, f'"because": [{flow}]')
        return _below(text, guard, _indented([f"because: [{flow}]"], guard.column))
    if because.shape == "scalar":
        old = text[because.start : because.end]
        whole = f"[{old}, {flow}]" if because.text else f"[{flow}]"
        return _instead(text, because, whole)
    if because.is_flow:
        return _inside(because, flow)
    return _below(text, because, _indented([f"- {ref}" for ref in refs], because.column))
