"""Bytes to lines: decoding, front matter, merge conflicts, comments, HTML and code fences.

Everything is bounded: characters, lines and the length of a line. What lies beyond the bounds is
not read, and `Source.unread_from` says from which line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from twiceshy.reports.markup import expand_tags

MAX_CHARACTERS = 500_000
MAX_LINES = 8_000
MAX_LINE_CHARACTERS = 4_000

_MERGE_MARKS = ("<<<<<<<", "|||||||", ">>>>>>>")
_FENCE = re.compile(r"\s{0,3}(?:[-*>]\s+)?(?P<mark>`{3,}|~{3,})")
_FRONT_KEY = re.compile(r"\s*[\"']?([A-Za-z_-]{1,40})[\"']?\s*[:=]\s*[\"']?(.*?)[\"']?\s*,?$")
_MDX = re.compile(
    r"(?:import\s.+\sfrom\s+[\"']|import\s+[\"']|export\s+(?:const|default|let|var|function)\b)"
)
# Control characters, and those that turn the direction of writing: neither reaches a terminal.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_TEMPLATE_TAG = re.compile(r"\{[%#{][^{}\n]{0,300}[%#}]\}")
_FRONT_LINES = 60


class Line(NamedTuple):
    """One logical line; several share a number when one source line holds several statements."""

    number: int
    text: str
    code: bool = False
    """From a fenced code block."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document as lines, with its front matter apart."""

    lines: tuple[Line, ...]
    front: Mapping[str, str]
    """Lower-case keys of YAML or TOML front matter."""
    unread_from: int | None = None
    """First line that was too much to read."""


def decode(data: bytes | str) -> str:
    """Text of any bytes: by byte order mark, else UTF-8, else Windows-1252; never fails."""
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    # A stray byte does not make a text Windows-1252: most of what is not ASCII has to fail.
    tolerant = data.decode("utf-8", errors="replace")
    strange = sum(1 for character in tolerant if character > "\x7f")
    if tolerant.count("\ufffd") * 2 <= strange:
        return tolerant
    return data.decode("cp1252", errors="replace")


def open_source(data: bytes | str) -> Source:
    """Read bytes into lines; never fails, whatever they are."""
    limit = MAX_CHARACTERS * 4
    text = decode(data[:limit])
    beyond = len(data) > limit or len(text) > MAX_CHARACTERS
    text = _CONTROL.sub(" ", text[:MAX_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n"))
    raw = text.split("\n", MAX_LINES)
    if len(raw) > MAX_LINES:
        beyond = True
        del raw[MAX_LINES:]
    body_from, front = _front_matter(raw)
    lines = _lines(raw, body_from)
    return Source(tuple(lines), MappingProxyType(front), len(raw) + 1 if beyond else None)


def _front_matter(raw: list[str]) -> tuple[int, dict[str, str]]:
    """Index of the first body line, and the keys before it."""
    first = next((index for index, line in enumerate(raw[:5]) if line.strip()), None)
    if first is None or raw[first].strip() not in ("---", "+++"):
        return 0, {}
    mark = raw[first].strip()
    keys: dict[str, str] = {}
    for index in range(first + 1, min(len(raw), first + _FRONT_LINES)):
        stripped = raw[index].strip()
        if stripped == mark or (mark == "---" and stripped == "..."):
            return (index + 1, keys) if keys else (0, {})
        match = _FRONT_KEY.fullmatch(raw[index][:400])
        if match is not None:
            keys[match[1].lower()] = match[2]
        elif stripped and not stripped.startswith(("-", "#", "[", "]", '"', "'")):
            return 0, {}
    return 0, {}


def _lines(raw: list[str], body_from: int) -> list[Line]:  # noqa: C901 - one case after the other, as a reader meets them
    out: list[Line] = []
    fence: str | None = None
    side: str | None = None
    in_comment = False
    html_depth = 0
    for index in range(body_from, len(raw)):
        number, text = index + 1, raw[index][:MAX_LINE_CHARACTERS].rstrip()
        # Of an unresolved merge the first side is read; a reader sees one report, not two.
        if text.startswith(_MERGE_MARKS) or (side and text == "======="):
            side = {"<": "ours", "|": "base", "=": "theirs", ">": None}[text[0]]
            continue
        if side in ("theirs", "base"):
            continue
        match = _FENCE.match(text) if "```" in text or "~~~" in text else None
        if match is not None and (fence is None or match["mark"].startswith(fence)):
            fence = None if fence is not None else match["mark"][:3]
            out.append(Line(number, ""))
            continue
        if fence is not None:
            out.append(Line(number, text, code=True))
            continue
        if in_comment or "<!--" in text:
            text, in_comment = _without_comments(text, in_comment=in_comment)
        if text.startswith(("import", "export")) and _MDX.match(text):
            continue
        if "{" in text:
            text = _TEMPLATE_TAG.sub("", text)
        while text.startswith(">"):
            text = text[1:].removeprefix(" ")
        if "<" in text:
            pieces, html_depth = expand_tags(text, html_depth)
            out.extend(Line(number, piece) for piece in pieces)
        else:
            out.append(Line(number, text))
    return out


def _without_comments(text: str, *, in_comment: bool) -> tuple[str, bool]:
    kept = ""
    while text:
        if in_comment:
            _, found, text = text.partition("-->")
            in_comment = not found
        else:
            before, found, text = text.partition("<!--")
            kept += before
            in_comment = bool(found)
    return kept, in_comment
