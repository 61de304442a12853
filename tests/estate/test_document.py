from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twiceshy.estate import document
from twiceshy.estate.document import Mapping, Node, Scalar, Sequence, read_document
from twiceshy.estate.mistakes import InvalidEstate, Mistakes


def plain(node: Node) -> Any:
    match node:
        case Scalar(value):
            return value
        case Sequence(items):
            return [plain(item) for item in items]
        case Mapping(entries):
            return {key: plain(value) for key, (_, value) in entries.items()}
        case _:
            return "refused"


def read(text: str | bytes) -> tuple[Any, list[str]]:
    mistakes = Mistakes("f")
    node = read_document(text if isinstance(text, bytes) else text.encode(), mistakes)
    return plain(node), [str(mistake) for mistake in mistakes.found]


def stopped(text: str | bytes) -> str:
    with pytest.raises(InvalidEstate) as refusal:
        read(text)
    return str(refusal.value.mistakes[-1])


def test_every_node_knows_its_line_and_column() -> None:
    node = read_document("a:\n  - é: {b: 'c'}\n".encode(), Mistakes("f"))
    assert isinstance(node, Mapping)
    key, items = node.entries["a"]
    assert (key.line, key.column, items.line, items.column) == (1, 1, 2, 3)
    assert isinstance(items, Sequence)
    inner = items.items[0]
    assert isinstance(inner, Mapping)
    value = inner.entries["é"][1]
    assert (value.line, value.column) == (2, 8)
    assert isinstance(value, Mapping)
    assert value.entries["b"][1] == Scalar("c", "c", 2, 12)


def test_words_in_braces_may_hold_colons_and_question_marks_as_yaml_1_2_says() -> None:
    text = "{a: env:NAME, b: https://x/?a=b, c: [ready?, '::1', ::2], \"d\":1, e: b::1, ? f : g, h:i: j}"
    assert read(text) == (
        {
            "a": "env:NAME",
            "b": "https://x/?a=b",
            "c": ["ready?", "::1", "::2"],
            "d": 1,
            "e": "b::1",
            "f": "g",
            "h:i": "j",
        },
        [],
    )


@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "b: ",
                ": ",
                ":",
                "?",
                "? ",
                ", ",
                "{",
                "}",
                "[",
                "]",
                "'",
                '"',
                " ",
                "1",
                "\n",
                "\n  ",
                "- ",
            ]
        ),
        max_size=14,
    ).map("".join)
)
@settings(max_examples=400, deadline=None)
def test_the_c_parser_reads_what_the_pure_one_reads(text: str) -> None:
    """Where both read a text, they read the same; the words are the ones where they differed."""

    def with_parser(*, pure: bool) -> object:
        source = document.event_source

        def event_source(hidden: str) -> Callable[[], Any]:
            # The pure parser knows YAML 1.2: it needs nothing hidden from it.
            return source(text, pure=True) if pure else source(hidden)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(document, "event_source", event_source)
            try:
                return read(text)
            except InvalidEstate:
                return None

    fast, pure = with_parser(pure=False), with_parser(pure=True)
    if fast is not None and pure is not None:
        assert fast == pure


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "f:1:1: the file is empty"),
        ("# only words\n", "f:1:1: the file is empty"),
        ("a: 1\n---\nb: 2\n", "f:2:1: a second document begins here"),
        ("a:\n\tb: 1\n", "f:2:1: not valid YAML: found character that cannot start any token"),
        ("a: [1, 2\n", "f:2:1: not valid YAML: did not find expected ',' or ']'"),
        ("a: b: c\n", "f:1:5: not valid YAML: mapping values are not allowed in this context"),
        ("a: \x00b\n", "f:1:4: the character U+0000 is not allowed in YAML"),
        ("é:\n é: \x07\n", "f:2:5: the character U+0007 is not allowed in YAML"),
        (b"a: 1\nb: \xe9\n", "f:2:4: byte 0xe9 is not UTF-8 (save the file as UTF-8)"),
        ("a: 1".encode("utf-16"), "f:1:1: byte 0xff is not UTF-8 (save the file as UTF-8)"),
        ("a: 1".encode("utf-16-le"), "f:1:2: the character U+0000 is not allowed in YAML"),
        ("%YAML 1.1\n---\na: yes\n", "f:1:1: this line begins with a YAML directive, which is"),
        ("%TAG ! x\n" * 9 + "---\na: 1\n", "f:1:1: this line begins with a YAML directive"),
        ("a: 1\n...\n%TAG ! x\n---\n", "f:3:1: this line begins with a YAML directive"),
        ("[" * 41 + "]" * 41, "f:1:41: this is nested more than 40 levels deep"),
        ("- " * 41 + "a", "f:1:81: this is nested more than 40 levels deep"),
        ("[" * 1_000_000, "f:1:41: this is nested more than 40 levels deep"),
        ("- " * 1_000_000, "f:1:81: this is nested more than 40 levels deep"),
        ("{a: " * 300_000, "f:1:161: this is nested more than 40 levels deep"),
        ("? " * 1_000_000, "f:1:81: this is nested more than 40 levels deep"),
        ("a: *b", "f:1:4: not valid YAML"),
    ],
    ids=lambda value: str(value)[:20].encode("unicode_escape").decode(),
)
def test_what_cannot_be_read_on_is_told_with_its_place(text: str | bytes, told: str) -> None:
    if text == "a: *b":
        assert read(text) == (
            {"a": "refused"},
            ["f:1:4: aliases (*) are not used here (write the value out)"],
        )
    else:
        assert stopped(text).startswith(told)


def test_a_tab_gets_its_own_hint() -> None:
    assert stopped("a:\n  b:\n\t  c: 1\n").endswith("(indent with spaces, not tabs)")


def test_size_and_number_of_values_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert stopped(b"#" * (document.MAX_BYTES + 1)) == "f:1:1: the file is larger than 16 MiB"
    monkeypatch.setattr(document, "MAX_VALUES", 100)
    assert stopped("[a, " + "b, " * 200 + "]") == "f:1:299: the file has more than 100 values"


def test_what_can_be_read_past_is_told_and_the_rest_is_read() -> None:
    text = """\
a: &anchor [1, 2]
b: *anchor
c: !!python/object/apply:os.system [id]
<<: {d: 1}
e: .inf
f: 1
f: 2
? [g]
: 1
~: nothing
h: "\\0"
i: 99999999999999999999999999999999999999999
j: ok
"""
    assert read(text) == (
        {
            "a": [1, 2],
            "b": "refused",
            "c": "refused",
            "e": "refused",
            "f": 1,
            "h": "refused",
            "i": "refused",
            "j": "ok",
        },
        [
            "f:1:4: anchors (&) are not used here",
            "f:2:4: aliases (*) are not used here (write the value out)",
            "f:3:4: tags (!) are not used here (write the plain value)",
            "f:4:1: merge keys (<<) are not used here (write the values out)",
            "f:5:4: .inf is not a finite number (put quotes around it if it is text)",
            "f:7:1: the key 'f' is given twice (first on line 6)",
            "f:8:3: a key is a word",
            "f:10:1: a key is a word",
            "f:11:4: an escape stands for no character (remove it)",
            "f:12:4: the number 9999999999… is too long (put quotes around it if it is text)",
        ],
    )


def test_an_alias_bomb_is_told_and_not_unfolded() -> None:
    text = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    _, told = read(text)
    assert len(told) == 61


def test_lines_end_where_editors_end_them() -> None:
    node = read_document("a: x # \u2028\u0085\r\nb: y\rc: z".encode(), Mistakes("f"))
    assert isinstance(node, Mapping)
    assert [key.line for key, _ in node.entries.values()] == [1, 2, 3]


def test_a_byte_order_mark_is_no_character() -> None:
    assert read("\ufeffversion: 1".encode()) == ({"version": 1}, [])


def test_yaml_1_2_may_be_said() -> None:
    assert read("%YAML 1.2 # of course\n---\na: 1\n...\n") == ({"a": 1}, [])
