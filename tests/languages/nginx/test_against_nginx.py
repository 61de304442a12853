"""What nginx takes and refuses, and in which order it reads its files."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.farm.daemons import Workplace, workplace
from tests.farm.fixtures import Need
from twiceshy.languages.nginx import read
from twiceshy.model.configuration import Configuration

TEXTS = [
    "set $a b;",
    'set $a "b c";',
    r'set $a "b\"c";',
    "set $a 'b';",
    "set $a b}c;",
    "set $a b#c;",
    "set $a ${b};",
    'set $a "b"c;',
    'set $a "b',
    "set $a b",
    "set $a b;}",
    "}",
    "{",
    ";",
    "set $a b;;",
    "set $a b\\",
    "set $a \\;",
    'if ($b = "c") { return 404; }',
    "if ($b = c ) { return 404; }",
    "location /x { return 404; }",
    "location /x { return 404;",
    "location /x { return 404; } }",
    "include FOLDER/none.conf;",
    "include FOLDER/none-*.conf;",
    "include FOLDER/self.conf;",
    'set $a b; # comment ; { } "',
    "set\n$a\nb\n;",
    "return 200 'a\nb';",
]


@pytest.fixture(scope="module")
def place() -> Iterator[Workplace]:
    with workplace() as one:
        yield one


def configuration_in(folder: Path) -> Configuration:
    files = {str(path): path.read_bytes() for path in folder.glob("**/*.conf")}
    none = f"{folder}/none.conf"
    return Configuration(files=files, unseen={none: "No such file or directory"})


def asked(program: str, main: Path, *options: str) -> subprocess.CompletedProcess[str]:
    argv = [program, *options, "-c", str(main), "-e", "stderr"]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("text", TEXTS)
def test_nginx_refuses_what_is_a_fatal_problem(need: Need, place: Workplace, text: str) -> None:
    (place.folder / "self.conf").write_text("location /y { }\ninclude self.conf;\n")
    inside = text.replace("FOLDER", str(place.folder))
    main = place.write(
        "nginx.conf",
        f"pid {place.folder}/pid;\nevents {{}}\n"
        f"http {{ access_log off; server {{ set $b c;\n{inside}\n}} }}\n",
    )
    done = asked(need("nginx"), main, "-t")
    tree = read(configuration_in(place.folder), str(main))
    assert (done.returncode != 0) is bool(tree.problems), (done.stderr, tree.problems)


def test_files_are_read_in_nginx_s_order(need: Need, place: Workplace) -> None:
    folder = place.subfolder("sites")
    for name in ("b.conf", "B.conf", "a-1.conf", "a_1.conf", "10.conf", "9.conf", "é.conf"):
        (folder / name).write_text("server { listen 127.0.0.1:8080; }\n")
    (folder / ".hidden.conf").write_text("}\n")
    main = place.write(
        "order.conf",
        f"pid {place.folder}/pid;\nevents {{}}\nhttp {{ access_log off; include sites/*.conf; }}\n",
    )
    done = asked(need("nginx"), main, "-T")
    theirs = re.findall(r"^# configuration file (.*):$", done.stdout, re.MULTILINE)
    ours = read(configuration_in(place.folder), str(main))
    assert len(theirs) == 8
    assert list(ours.files) == theirs
