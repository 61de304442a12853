from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from twiceshy.cli.render.paper import Paper, cells, clean, cut, fold, pad, paper_for


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_what_is_piped_is_100_columns_wide_and_has_no_colour() -> None:
    paper = paper_for(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), {})
    assert paper == Paper(100, colour=False, unicode=True)


def test_a_terminal_has_colour_unless_the_user_does_not_want_it() -> None:
    assert paper_for(Terminal(), {}).colour
    assert paper_for(Terminal(), {"NO_COLOR": ""}).colour
    assert not paper_for(Terminal(), {"NO_COLOR": "1"}).colour
    assert not paper_for(Terminal(), {"TERM": "dumb"}).colour


def test_paper_of_another_encoding_takes_ascii_only() -> None:
    paper = paper_for(io.TextIOWrapper(io.BytesIO(), encoding="latin-1"), {})
    assert paper.plain("✓ naïve …") == "+ na?ve ~"


def test_nothing_that_steers_a_terminal_is_left() -> None:
    assert clean("a\x1b[31mred\x07\r\nb\u202ec\u200bd  e") == "a[31mred bcd e"


@given(st.text(max_size=60))
def test_clean_text_is_printable_and_on_one_line(text: str) -> None:
    assert clean(text).isprintable()
    assert clean(clean(text)) == clean(text)


def test_wide_characters_take_two_columns() -> None:
    assert cells("証明書") == 6
    assert pad("証明書", 5) == "証明…"
    assert cut("certificate", 5) == "cert…"


@given(st.text(max_size=200), st.integers(5, 40))
def test_folding_keeps_every_character_within_the_columns(text: str, columns: int) -> None:
    lines = fold(clean(text), columns)
    assert all(0 < cells(line) <= columns for line in lines if cells(line))
    assert "".join("".join(lines).split()) == "".join(clean(text).split())


@given(st.text(max_size=60), st.integers(3, 40))
def test_padding_fills_exactly_the_columns(text: str, columns: int) -> None:
    assert cells(pad(clean(text), columns)) == columns
