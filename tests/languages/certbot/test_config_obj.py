"""Renewal configurations read as certbot reads them, by ConfigObj."""

from __future__ import annotations

import json
import random
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twiceshy.languages.certbot.config_obj import Section, read_config_obj

DOCUMENTS = 1500
KEYS = ("a", "b", "webroot_path", '"q k"', "'k'", "x y", "a.b")
PIECES = (
    *("v", "/var/www/html", "30 days", '"quoted"', "'s q'", '"a, b"', "x#y", "#c", " ", ", "),
    *(",", "", "=", "]", "[", "it's", "%", "é", "a b", " # comment", '"""t"""', "'''u'''"),
)
SECTIONS = (
    *("[s]", "[[t]]", "[ s2 ]", "[[ u ]] # c", "[[[v]]]", "[s] x", "[[s]", "['q']", '["q"]'),
    *("[a]b]", "[]", "[ ]", "[a #c]"),
)
CONFIGOBJ = """
import sys, json, configobj
def plain(section):
    return {k: plain(v) if isinstance(v, dict) else v for k, v in section.items()}
found = []
for document in json.load(sys.stdin):
    try:
        found.append(plain(configobj.ConfigObj(document.split("\\n"), interpolation=False)))
    except configobj.ConfigObjError:
        found.append(None)
json.dump(found, sys.stdout)
"""


def plain(section: Section) -> dict[str, object]:
    settings: dict[str, object] = {
        key: one.value if isinstance(one.value, str) else list(one.value)
        for key, one in section.settings.items()
    }
    return settings | {key: plain(one) for key, one in section.sections.items()}


def test_it_reads_what_certbot_writes_with_lines() -> None:
    text = b"# c\nversion = 2.1.0\n[renewalparams]\nwebroot_path = /srv/www,\n[[webroot_map]]\na.b = /srv\n"
    document = read_config_obj(text)
    assert document.faults == ()
    params = document.top.sections["renewalparams"]
    assert (params.line, params.settings["webroot_path"].value) == (3, ("/srv/www",))
    assert params.settings["webroot_path"].line == 4
    assert params.sections["webroot_map"].settings["a.b"].text == "/srv"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a = 1\nnonsense\n", 2, "neither a section nor a setting"),
        ("a = 1\na = 2\n", 2, "set twice"),
        ("[s]\n[s]\n", 2, "two sections s"),
        ("[[deep]]\n", 1, "nested too deep"),
        ("[s]]\n", 1, "do not match"),
        ('a = "open\n', 1, "has no end"),
        ("a = b, , c\n", 1, "empty item"),
        ('a = """no\nend\n', 1, "has no end"),
        ("= b\n", 1, "neither a section nor a setting"),
        ("\xff", 1, ""),
    ],
)
def test_a_bad_line_is_a_fault_with_its_number(text: str, line: int, why: str) -> None:
    faults = read_config_obj(text.encode("latin-1")).faults
    assert faults[0].line == line
    assert why in faults[0].why


def test_a_file_that_is_far_too_long_is_a_fault() -> None:
    assert "more than any" in read_config_obj(b"a = 1\n" * 1_000_000).faults[0].why


def test_hostile_lines_take_no_longer_than_their_length() -> None:
    for line in (
        "[" * 100_000,
        "]" * 100_000,
        "[a" + "]" * 100_000 + "x",
        "a = " + '" ' * 50_000 + "x",
    ):
        assert read_config_obj(line.encode()).faults
    assert read_config_obj(b"a = " + b"x," * 100_000).top.settings["a"].items[-1] == "x"


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_at_fault(data: bytes) -> None:
    document = read_config_obj(data)
    assert document.faults or document.top.line == 1


@given(st.lists(st.sampled_from([*KEYS, *PIECES, *SECTIONS, "\n", " = "]), max_size=40))
def test_any_text_is_read_or_at_fault(pieces: list[str]) -> None:
    document = read_config_obj("".join(pieces).encode())
    assert all(fault.line >= 1 for fault in document.faults)


def document_of(chance: random.Random) -> str:
    lines = []
    for _ in range(chance.randint(1, 5)):
        what = chance.random()
        if what < 0.15:
            lines.append(chance.choice(SECTIONS))
        elif what < 0.2:
            lines.append(chance.choice(["", "# c", "junk", "=v", "  ", "''=1"]))
        else:
            value = "".join(chance.choice(PIECES) for _ in range(chance.randint(0, 4)))
            lines.append(f"{chance.choice(['', '  '])}{chance.choice(KEYS)} = {value}")
    return "\n".join(lines)


def test_it_agrees_with_configobj_itself() -> None:
    python = "/usr/bin/python3"
    chance = random.Random(7)
    documents = [document_of(chance) for _ in range(DOCUMENTS)]
    try:
        done = subprocess.run(
            [python, "-W", "ignore", "-c", CONFIGOBJ],
            input=json.dumps(documents),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    except FileNotFoundError:
        pytest.skip("needs the system's Python")
    if "No module named" in done.stderr:
        pytest.skip("ConfigObj is not installed for the system's Python")
    apart = []
    for document, theirs in zip(documents, json.loads(done.stdout), strict=True):
        read = read_config_obj(document.encode())
        ours = None if read.faults else plain(read.top)
        # Quotes that open inside of a list are the one thing it reads more generously.
        if ours != theirs and not (ours is None and "has no end" in read.faults[0].why):
            apart.append((document, theirs, ours, read.faults))
    assert not apart
