"""The actions a report promises: one per listed measure or task, with owner, due date and kind."""

from __future__ import annotations

import re
from collections.abc import Sequence

from twiceshy.model.ids import ActionId
from twiceshy.model.report import Action
from twiceshy.reports.action_details import (
    IMPERATIVE,
    FoundAction,
    details_of,
    found_in,
    is_detail,
    with_detail,
)
from twiceshy.reports.action_kinds import kind_of
from twiceshy.reports.action_rows import NOTHING, action_of_row, columns_of
from twiceshy.reports.blocks import Shape
from twiceshy.reports.outline import Outline, Statement
from twiceshy.reports.rewording import first_said
from twiceshy.reports.vocabulary import Part, part_named
from twiceshy.reports.when.days import Order

_SHOULD = re.compile(r"\b(?:will|should|must|need(?:s|ed)? to|going to|plan(?:s|ned)? to|to be|ought to|has to|have to|recommend|be (?:added|introduced|implemented|conducted|updated))\b", re.IGNORECASE)  # fmt: skip
_NO_MORE = re.compile(r"^(?:no|never|always|only|every|all|each|sound)\b", re.IGNORECASE)
_INTRO = re.compile(
    r"^(?:we|i) (?:will|are going to) do (?:\w+ ){1,3}things\b|^(?:to (?:prevent|avoid|improve|ensure|mitigate|address|reduce|minimi[sz]e|help|make sure|further)[^.]{0,160}(?:following|:|measures|actions|steps|tasks|implemented|taken|improvements)[^.]*[.:]?$"
    r"|(?:the )?following\b|here (?:are|is)\b|below\b|(?:several|some|a number of|these|the) (?:\w+ ){0,3}(?:measures|actions|steps|improvements|tasks)\b[^.]*(?:identified|taken|planned|implemented|proposed|put in place|recommended|agreed)[^.]*[.:]?$)",
    re.IGNORECASE,
)  # fmt: skip
_OUTRO = re.compile(
    r"^(?:in (?:conclusion|summary)|overall|by (?:implementing|addressing|following|taking|doing|adopting|learning|applying|focusing|executing|completing|putting)|with these|these (?:measures|actions|steps|changes|improvements|tasks)|this (?:post-?mortem|incident|report|outage|experience)|to conclude|through these|thank|we (?:apologi[sz]e|are confident|believe|hope|aim|are committed|remain|learned)|finally, we (?:apolog|thank)|our (?:commitment|goal|aim)|implementing these|together|as a result|lessons?|conclusion|note:|disclaimer|p\.?s\.?)\b"
    r"|^(?:advanced |updated |final )?post-?mortem(?: report)?$|^(?:end of|the end)\b|^(?:that's all|stay tuned|happy)\b",
    re.IGNORECASE,
)  # fmt: skip
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-Z0-9\"'])")
_PROMISES = re.compile(
    r"(?<=[.!?;])\s+(?=[A-Z0-9\"'])|,?\s+and\s+(?=(?:we|the [\w -]{2,30}?)\s(?:will|shall)\b)"
)
_TASK_NAME = re.compile(
    r"^(?:tasks?|actions?|steps?|measures?|items?|todo|improvements?)\s*(?:#?\d+|[a-z])?\s*[:.)-]\s+",
    re.IGNORECASE,
)


def actions_of(outline: Outline, order: Order) -> tuple[Action, ...]:
    """Every action of a report, duplicates linked to the one they reword."""
    found = _listed(outline.of(Part.ACTIONS), order)
    if not found:
        lessons = [s for s in outline.of(Part.LESSONS) if s.block.shape is Shape.ITEM]
        found = [
            f
            for f in _listed(lessons, order)
            if IMPERATIVE.match(_strip(f.text)) or _SHOULD.search(f.text)
        ]
    if not found:
        found = _promised_in_prose(outline, order)
    same = first_said([(f.text, f.group) for f in found])
    return tuple(
        Action(
            id=ActionId(f"a{index}"),
            text=f.text,
            kind=kind_of(f.text),
            line=f.line,
            owner=f.owner,
            due=f.due,
            same_as=None if earlier is None else ActionId(f"a{earlier + 1}"),
            done=f.done,
        )
        for index, (f, earlier) in enumerate(zip(found, same, strict=True), start=1)
    )


def _listed(statements: Sequence[Statement], order: Order) -> list[FoundAction]:
    columns: dict[str, int] = {}
    out: list[FoundAction] = []
    titled = _titled(statements)
    if titled:
        return [found_in(s, s.text, order, s.heading) for s in titled]
    listed = {id(s) for s in statements if s.block.shape in (Shape.ITEM, Shape.ROW)}

    by_heading = _lists_by_heading(statements)
    for index, statement in enumerate(statements):
        block = statement.block
        following = statements[index + 1] if index + 1 < len(statements) else None
        if block.shape is Shape.ROW:
            header = columns_of(block)
            if header:
                columns = header
            else:
                found = action_of_row(statement, columns, order, by_heading.get(index))
                out += [found] if found is not None else []
            continue
        if out and block.shape is Shape.ITEM and is_detail(statement.text):
            out[-1] = with_detail(out[-1], statement.text, order)
            continue
        out += _from_text(statement, following, order, by_heading.get(index), has_list=bool(listed))
    return out


def _titled(statements: Sequence[Statement]) -> list[Statement]:
    """The headings of a section whose measures are headings with their text below."""
    headings = [s for s in statements if s.block.shape is Shape.HEADING and s.group == s.block.text]
    if len(headings) < 2 or any(s.block.shape in (Shape.ITEM, Shape.ROW) for s in statements):
        return []
    told = {s.group for s in statements if s.block.shape is Shape.TEXT}
    return headings if all(h.group in told for h in headings) else []


_INLINE_LIST = re.compile(r"(?:^|[\s,;])\(?(?:\d{1,2}|[a-h])\)\s+")


def _inline(text: str) -> list[str]:
    """The parts of `(1) this, (2) that` or `this; that; those`, or the text alone."""
    if len(_INLINE_LIST.findall(text)) > 1:
        return [p.strip(" ,;.") for p in _INLINE_LIST.split(text) if p.strip(" ,;.")]
    if text.count(";") > 0 and text.count(". ") == 0:
        return [p.strip(" .") for p in text.split(";") if p.strip(" .")]
    return [text]


def _lists_by_heading(statements: Sequence[Statement]) -> dict[int, str]:
    """Which list each statement stands in: a name per heading and introduction."""
    names: dict[int, str] = {}
    for index, statement in enumerate(statements):
        names[index] = f"{statement.heading}/{statement.group or ''}"
    return names


def _introduces(text: str) -> bool:
    """Whether a text only says that measures follow."""
    return text.endswith(":") or _INTRO.match(text) is not None


def _strip(text: str) -> str:
    name = _TASK_NAME.match(text)
    return text if name is None else text[name.end() :]


def _from_text(  # noqa: C901, PLR0911, PLR0912 - the order of the questions is the rule
    statement: Statement,
    following: Statement | None,
    order: Order,
    group: str | None,
    *,
    has_list: bool,
) -> list[FoundAction]:
    block, text = statement.block, statement.text.strip()
    if not text or NOTHING.match(text) or _OUTRO.match(text):
        return []
    deeper = (
        following is not None
        and following.block.shape is Shape.ITEM
        and following.block.level > block.level
    )
    if block.shape is Shape.HEADING:
        named = statement.label is not None and bool(statement.label.value)
        return (
            [found_in(statement, text, order, group)]
            if named and IMPERATIVE.match(_strip(text))
            else []
        )
    if block.shape is Shape.ITEM:
        if _only_introduces(statement, deeper=deeper):
            return []
        if is_detail(text):
            return []  # _listed hands it to the action above
        return [found_in(statement, text, order, group)]
    if _introduces(text):
        return []
    if (
        len(parts := _inline(text)) > 1
        and statement.label is not None
        and statement.block.shape is not Shape.ITEM
    ):
        return [found_in(statement, part, order, group) for part in parts]
    label = statement.label
    if label is not None and label.value and len(label.value) > 12:
        name = part_named(label.name)
        spread = [s.strip() for s in _SENTENCE.split(label.value) if s.strip()]
        if name in (Part.GROUP, Part.ACTIONS) and _ordered(spread) > 1:
            return [found_in(statement, s, order, group) for s in spread if not _OUTRO.match(s)]
        if (
            name in (None, Part.GROUP, Part.ACTIONS)
            or IMPERATIVE.match(label.value)
            or _SHOULD.search(label.value)
        ):
            return [found_in(statement, text, order, group)]
    if block.text.endswith(":"):
        return []
    if has_list and not IMPERATIVE.match(_strip(text)):
        return []
    sentences = [s.strip() for s in _SENTENCE.split(text) if s.strip()]
    if len(sentences) == 1:
        promised = (
            IMPERATIVE.match(_strip(text))
            or _SHOULD.search(text)
            or _ING.match(text)
            or (not has_list and not _TELLS_PAST.search(text))
        )
        return [found_in(statement, text, order, group)] if promised and len(text) > 8 else []
    if _ordered(sentences) and label is None:
        return [found_in(statement, s, order, group) for s in sentences if not _OUTRO.match(s)]
    if IMPERATIVE.match(_strip(sentences[0])):
        kept = [s for s in sentences if not _OUTRO.match(s)]
        return [found_in(statement, " ".join(kept), order, group)]
    return [
        found_in(statement, sentence, order, group)
        for sentence in sentences
        if not _OUTRO.match(sentence)
        and not _introduces(sentence)
        and (IMPERATIVE.match(sentence) or _SHOULD.search(sentence) or _NO_MORE.match(sentence))
    ]


_ING = re.compile(r"\w+ing\b")
_TELLS_PAST = re.compile(r"\b(?:was|were|had|did|has been|have been)\b", re.IGNORECASE)


def _ordered(sentences: Sequence[str]) -> int:
    """How many measures a paragraph lists, one a sentence; 0 when it is prose about one."""
    orders = sum(1 for s in sentences if IMPERATIVE.match(_strip(s)) or _NO_MORE.match(s))
    return orders if orders >= max(2, len(sentences) - 1) else 0


def _only_introduces(statement: Statement, *, deeper: bool) -> bool:
    """An item that is a group's name above its list, not a measure of its own."""
    text = statement.text.rstrip()
    label = statement.label
    bare = text.rstrip(":").strip()
    if text.endswith(":") and deeper:
        return not IMPERATIVE.match(bare) or bare.count(" ") < 1
    if text.endswith(":"):
        return not IMPERATIVE.match(bare)
    if not deeper:
        return False
    if label is not None and not label.value:
        return not IMPERATIVE.match(bare)
    return bare.count(" ") <= 3 and not IMPERATIVE.match(bare)


_PROMISE = re.compile(
    r"\b(?:we|i|the (?:[\w-]+ ){0,3}team|they|our team|everyone)\s(?:will|shall|plan to|are going to|have decided to|want to|'ll|intend to|promised? to|agreed to)\b|(?:^|\s)(?:in (?:the )?future|from now on|to prevent this|so that (?:it|this) (?:does not|never) happen)",
    re.IGNORECASE,
)


def _promised_in_prose(outline: Outline, order: Order) -> list[FoundAction]:
    """Without any section of actions: sentences that promise something for the future."""
    out = []
    for statement in outline.statements:
        if (
            statement.part
            in (Part.TIMELINE, Part.IMPACT, Part.DURATION, Part.ASIDE, Part.CONCLUSION)
            or statement.block.code
        ):
            continue
        for sentence in _PROMISES.split(statement.text):
            if _PROMISE.search(sentence) and len(sentence) > 20 and not _introduces(sentence):
                owner, due, text = details_of(sentence.strip(), order)
                out.append(FoundAction(text, statement.block.line, None, owner=owner, due=due))
    return out[:60]
