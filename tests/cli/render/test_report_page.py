from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from twiceshy.cli.render.paper import Paper, cells
from twiceshy.cli.render.report_bar import bar_runs
from twiceshy.cli.render.report_page import Cell, Piece, Raw, folded, paint, table
from twiceshy.reports.spent import Phase, Spent, Stretch

PAPER = Paper(60)


def test_columns_fold_between_words_and_stay_under_each_other() -> None:
    rows: list[tuple[Cell, ...]] = [
        (Piece("a1", "dim"), "one two three four five six"),
        ("a2", "short"),
    ]

    assert list(table(rows, (4, 12), PAPER)) == [
        "  a1    one two",
        "        three four",
        "        five six",
        "  a2    short",
    ]


def test_a_column_set_flush_right_ends_where_it_should() -> None:
    assert list(table([("1 h", "x"), ("25 min", "y")], (-6, 3), PAPER)) == [
        "     1 h  x",
        "  25 min  y",
    ]


def test_colour_is_only_added_around_the_text() -> None:
    assert paint([("a", "bold"), ("  ", "")], Paper(60, colour=True)) == "\x1b[1ma\x1b[0m"
    assert paint([("a", "bold"), ("  ", "")], PAPER) == "a"


def test_pieces_follow_each_other_with_a_blank_between() -> None:
    (line,) = folded((Piece("65%", "bold"), Raw("  "), Piece("mail")), 40)

    assert "".join(text for text, _ in line) == "65%   mail"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.integers(2, 40))
def test_no_line_is_wider_than_its_column_and_no_control_character_is_left(
    text: str, width: int
) -> None:
    for line in folded(Piece(text), width):
        shown = "".join(run for run, _ in line)
        assert cells(shown) <= width
        assert "\x1b" not in shown


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 500), min_size=1, max_size=20), st.integers(20, 120))
def test_a_bar_is_as_wide_as_asked_and_shows_every_stretch(minutes: list[int], width: int) -> None:
    ends = [sum(minutes[: number + 1]) for number in range(len(minutes))]
    stretches = tuple(
        Stretch(Phase.INVESTIGATION, end - length, end)
        for end, length in zip(ends, minutes, strict=True)
    )
    runs = bar_runs(Spent(ends[-1], stretches), width, PAPER)

    assert sum(len(run.text) for run in runs) == width
    assert all(run.text for run in runs)
