"""Inline markup taken off: emphasis, links, images, emoji, HTML tags turned into lines."""

from __future__ import annotations

import html
import re

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>h[1-6]|li|ul|ol|p|br|hr|div|tr|td|th|table|thead|tbody|strong|b|em|i|u|code|"
    r"pre|a|img|span|font|center|section|article|header|footer|main|body|html|head|title|meta|link|"
    r"details|summary|blockquote|sub|sup|small|figure|figcaption|dl|dt|dd|video|source|picture|kbd)\b"
    r"[^<>]{0,600}>",
    re.IGNORECASE,
)
_BREAKS = frozenset(
    {"p", "br", "div", "table", "section", "article", "center", "blockquote", "summary"}
)
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,1000}\)")
_LINK = re.compile(r"\[([^\]\n]{1,300})\]\([^)\n]{0,1000}\)")
# The colon stands before the look behind it: a literal in front lets a search skip to it.
_SHORTCODE = re.compile(r":(?<![\w:]:)[a-z][a-z0-9_+-]{1,40}:(?![\w:])")
_EMPHASIS = re.compile(r"\*{1,3}|(?<![\w])_{1,2}(?=\S)|(?<=\S)_{1,2}(?![\w])|`+|~~")
_SYMBOLS = re.compile(
    "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\ufe0e\ufe0f\u200b-\u200d\u20e3]+"
)
_SPACES = re.compile(r"[ \t\u00a0]+")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!~>|-])")


def expand_tags(line: str, depth: int) -> tuple[list[str], int]:
    """HTML in one source line as Markdown lines, and the list depth after it.

    Headings become `#` lines, list items `-` lines indented by depth, table cells `|` columns,
    rules `---`, paragraphs and breaks new lines; tags that only style disappear.
    """
    out: list[str] = [""]
    at = 0
    for match in _TAG.finditer(line):
        out[-1] += line[at : match.start()]
        at = match.end()
        name, closing = match["name"].lower(), bool(match["close"])
        if name[0] == "h" and name[1:].isdigit():
            out.append("" if closing else "#" * int(name[1:]) + " ")
        elif name == "li":
            out.append("" if closing else "  " * max(depth - 1, 0) + "- ")
        elif name in ("ul", "ol"):
            depth = max(depth - 1, 0) if closing else min(depth + 1, 12)
            out.append("")
        elif name == "hr":
            out += ["", "---", ""]
        elif name == "tr":
            out.append("" if closing else "|")
        elif name in ("td", "th"):
            out[-1] += " |" if closing else " "
        elif name in ("strong", "b"):
            out[-1] += "**"
        elif name in _BREAKS:
            out.append("")
    out[-1] += line[at:]
    return [text for text in out if text.strip()] or [""], depth


def plain(text: str) -> str:
    """The text as a reader sees it: no emphasis marks, link targets, images or emoji."""
    if "[" in text:
        text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    if "&" in text:
        text = html.unescape(text)
    if text.count(":") > 1:
        text = _SHORTCODE.sub("", text)
    if not text.isascii():
        text = _SYMBOLS.sub(" ", text)
    if "*" in text or "_" in text or "`" in text or "~" in text:
        text = _EMPHASIS.sub("", text)
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    if "  " in text or "\t" in text or not text.isascii():
        text = _SPACES.sub(" ", text)
    return text.strip()
