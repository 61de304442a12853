from __future__ import annotations

import pytest

from twiceshy.reports.blocks import BOLD_LEVEL, Block, Shape, blocks_of
from twiceshy.reports.source import open_source


def _blocks(text: str) -> list[Block]:
    return blocks_of(open_source(text).lines)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("# Timeline", 1),
        ("##### Timeline", 5),
        ("#Timeline", 1),
        ("## Timeline ##", 2),
        ("**Timeline**", BOLD_LEVEL),
        ("**Timeline:**", BOLD_LEVEL),
        ("**Timeline**:", BOLD_LEVEL),
        ("__Timeline__", BOLD_LEVEL),
        ("Timeline\n========", 1),
        ("Timeline\n--------", 2),
        ("<h2>Timeline</h2>", 2),
        ("## :clock1: Timeline", 2),
        ("## ⏰ Timeline", 2),
    ],
)
def test_a_section_is_opened_in_many_ways(text: str, level: int) -> None:
    (block,) = _blocks(text)
    assert block.shape is Shape.HEADING
    assert block.level == level
    assert block.text.rstrip(":") == "Timeline"


@pytest.mark.parametrize("text", ["#42 was merged", "#!/bin/sh"])
def test_an_issue_number_or_a_script_is_no_heading(text: str) -> None:
    assert [block.shape for block in _blocks(text)] == [Shape.TEXT]


@pytest.mark.parametrize(
    "text",
    [
        "- it broke",
        "* it broke",
        "• it broke",
        "1. it broke",
        "2) it broke",
        "<li>it broke</li>",
        "- [ ] it broke",
    ],
)
def test_an_item_is_marked_in_many_ways(text: str) -> None:
    (block,) = _blocks(text)
    assert (block.shape, block.text) == (Shape.ITEM, "it broke")


@pytest.mark.parametrize(
    ("text", "done"), [("- [x] a b", True), ("- [ ] a b", False), ("- a b", None)]
)
def test_a_checkbox_says_whether_it_is_done(text: str, done: bool | None) -> None:
    assert _blocks(text)[0].done is done


@pytest.mark.parametrize("text", ["---", "***", "————————", "<hr>"])
def test_a_rule_says_nothing(text: str) -> None:
    assert [block.text for block in _blocks(f"{text}\n\nafter") if block.text] == ["after"]


@pytest.mark.parametrize(
    "text",
    [
        "| 10:00 | down |",
        "10:00 | down",
        "10:00\tdown",
        "<table><tr><td>10:00</td><td>down</td></tr></table>",
    ],
)
def test_a_row_has_cells(text: str) -> None:
    row = next(block for block in _blocks(text) if block.shape is Shape.ROW)
    assert [cell for cell in row.cells if cell] == ["10:00", "down"]


def test_a_wrapped_line_goes_on_with_its_statement() -> None:
    (block,) = _blocks("- the alarm rang and\n  nobody heard it")
    assert block.text == "the alarm rang and nobody heard it"


def test_a_number_glued_to_a_time_is_the_lists() -> None:
    (block,) = _blocks("10.12:30 PM it broke")
    assert block.text == "12:30 PM it broke"


def test_the_line_of_a_block_is_the_sources() -> None:
    assert [block.line for block in _blocks("# A\n\n- b\n\ntext")] == [1, 3, 5]


def test_merge_conflicts_keep_one_side() -> None:
    text = "<<<<<<< HEAD\n- mine\n=======\n- theirs\n>>>>>>> other\n- both"
    assert [block.text for block in _blocks(text)] == ["mine", "both"]


def test_comments_and_imports_are_read_past() -> None:
    text = "import A from 'a'\n<!-- - not this -->\n- this"
    assert [block.text for block in _blocks(text)] == ["this"]
