"""Lines, words and places of SecLang, and where its two readers differ."""

from __future__ import annotations

from twiceshy.languages.apache.lines import logical_lines, words_of
from twiceshy.languages.seclang.statement import statements_of


def test_lines_that_end_in_a_backslash_go_on() -> None:
    (one,) = statements_of('SecAction \\\n  "id:1,\\\n  pass"', "f")
    assert one.name == "SecAction"
    assert [word.text for word in one.words] == ["id:1,  pass"]
    assert (one.place.line, one.place.column) == (1, 1)


def test_a_place_inside_a_long_line_is_that_of_its_own_line() -> None:
    (one,) = statements_of('SecAction \\\n  "id:1,\\\n  pass"', "f")
    word = one.words[0]
    place = one.line.at(word.start + word.text.index("pass"))
    assert (place.line, place.column) == (3, 3)


def test_quotes_keep_spaces_and_escaped_quotes() -> None:
    (one,) = statements_of(r'SecRule ARGS "a \"b\" \d" ' + "'id:1,msg:\\'x\\''", "f")
    assert [word.text for word in one.words] == ["ARGS", r'a "b" \d', "id:1,msg:'x'"]


def test_a_string_that_never_ends_is_marked() -> None:
    (one,) = statements_of('SecRule ARGS "a', "f")
    assert not one.words[-1].is_closed


def test_a_comment_goes_on_in_apache_alone() -> None:
    text = "# off \\\nSecRuleEngine On\n"
    library = [line.text for line in logical_lines(text, "f", comments_go_on=False)]
    apache = [line.text for line in logical_lines(text, "f", comments_go_on=True)]
    assert library == ["SecRuleEngine On"]
    assert apache == []


def test_windows_line_ends_and_empty_lines_are_nothing() -> None:
    found = list(statements_of("\r\n  SecRuleEngine On\r\n\r\n", "f", first=7))
    assert [(one.name, one.first, one.place.line, one.place.column) for one in found] == [
        ("SecRuleEngine", "On", 8, 3)
    ]


def test_words_of_a_line_from_the_middle() -> None:
    (line,) = logical_lines("one two 'three four'", "f", comments_go_on=False)
    assert [word.text for word in words_of(line, 4)] == ["two", "three four"]
