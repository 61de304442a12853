"""Actions listed in a table."""

from __future__ import annotations

import re

from twiceshy.reports.action_details import (
    IMPERATIVE,
    FoundAction,
    date_in,
    details_of,
    says_done,
    without_done,
)
from twiceshy.reports.blocks import Block
from twiceshy.reports.outline import Statement
from twiceshy.reports.when.days import Order

NOTHING = re.compile(
    r"^(?:none|n/?a|tbd|to be (?:done|determined|defined)|todo|nothing|-+|\.+|\?+)\W*$",
    re.IGNORECASE,
)


def columns_of(block: Block) -> dict[str, int]:
    """Columns of an action table by meaning, from its header row."""
    lowered = [cell.lower().strip(" *:") for cell in block.cells]
    columns: dict[str, int] = {}
    for index, cell in enumerate(lowered):
        if (
            re.search(
                r"\b(?:actions?|tasks?|what|measures?|items?|description|improvement|todo|step|work)\b",
                cell,
            )
            and "text" not in columns
        ):
            columns["text"] = index
        elif re.search(r"\b(?:owner|who|assignee|assigned|responsible|team|lead)\b", cell):
            columns["owner"] = index
        elif re.search(r"\b(?:due|deadline|date|when|by|eta|target|until)\b", cell):
            columns["due"] = index
        elif re.search(r"\b(?:status|state|done|progress)\b", cell):
            columns["status"] = index
    short = all(len(cell) <= 30 for cell in lowered)
    return (
        columns
        if "text" in columns
        and short
        and len(columns) + 1 >= min(len([c for c in lowered if c]), 2)
        and not IMPERATIVE.match(block.cells[columns["text"]] + " x x")
        else {}
    )


def action_of_row(
    statement: Statement, columns: dict[str, int], order: Order, group: str | None
) -> FoundAction | None:
    """The action in a row of a table; None for an empty row."""
    cells = statement.block.cells

    def cell(name: str) -> str:
        index = columns.get(name)
        return cells[index] if index is not None and index < len(cells) else ""

    text = cell("text") if columns else max(cells, key=len)
    if not text or NOTHING.match(text) or len(text) < 4:
        return None
    owner = cell("owner").strip(" -–?") or None
    due = date_in(cell("due"), order)
    status = cell("status")
    if not columns:
        owner, due, text = details_of(text, order)
        return FoundAction(
            text,
            statement.block.line,
            group,
            owner=owner,
            due=due,
            done=says_done(statement.text),
        )
    said = f"{status} {cell('due')}"
    done = bool(
        re.search(r"\b(?:done|complete|closed|finished)", said, re.IGNORECASE) or says_done(text)
    ) or bool(statement.block.done)
    return FoundAction(without_done(text).strip(), statement.block.line, group, done, owner, due)
