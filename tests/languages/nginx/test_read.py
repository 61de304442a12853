"""Includes, places, and what could not be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.languages.nginx.conftest import MAIN, ReadMain
from twiceshy.languages.nginx import Directive, Trouble, read, trees_of
from twiceshy.languages.nginx.parse import DEEPEST, MOST_BYTES, MOST_DIRECTIVES, parse
from twiceshy.model.configuration import Configuration
from twiceshy.model.place import Place


def names(directives: tuple[Directive, ...] | None) -> list[str]:
    return [one.name for one in directives or ()]


def test_an_included_file_stands_in_place_of_its_include(read_main: ReadMain) -> None:
    tree = read_main(
        "events {}\nhttp {\n  include conf.d/*.conf;\n  sendfile on;\n}\n",
        {
            "/etc/nginx/conf.d/b.conf": b"server { listen 2; }\n",
            "/etc/nginx/conf.d/a.conf": b"\nserver { listen 1; }\n",
            "/etc/nginx/conf.d/.hidden.conf": b"server { listen 3; }\n",
            "/etc/nginx/conf.d/deep/c.conf": b"server { listen 4; }\n",
        },
    )
    assert tree.problems == ()
    http = tree.directives[1]
    assert names(http.block) == ["server", "server", "sendfile"]
    assert http.block is not None
    assert http.block[0].place == Place("/etc/nginx/conf.d/a.conf", 2, 1)
    assert tree.files == (MAIN, "/etc/nginx/conf.d/a.conf", "/etc/nginx/conf.d/b.conf")


def test_a_pattern_may_match_nothing(read_main: ReadMain) -> None:
    assert read_main("include sites-enabled/*;").problems == ()


def test_a_name_that_was_not_handed_in_is_unseen_and_stays(read_main: ReadMain) -> None:
    tree = read_main("events {}\nhttp {\n  include tls.conf;\n}\n")
    (problem,) = tree.problems
    assert problem.trouble is Trouble.UNSEEN
    assert problem.place == Place(MAIN, 3, 3)
    assert names(tree.directives[1].block) == ["include"]


def test_a_name_that_is_not_there_stops_nginx(read_main: ReadMain) -> None:
    why = {"/etc/nginx/tls.conf": "tls.conf: No such file or directory"}
    (problem,) = read_main("include tls.conf;", unseen=why).problems
    assert (problem.trouble, problem.is_fatal) == (Trouble.MISSING, True)


def test_a_file_that_could_not_be_read_says_why(read_main: ReadMain) -> None:
    why = {"/etc/nginx/tls.conf": "Permission denied"}
    (problem,) = read_main("include tls.conf;", unseen=why).problems
    assert problem.trouble is Trouble.UNSEEN
    assert problem.why.endswith("Permission denied")


def test_what_every_package_ships_needs_not_be_handed_in(read_main: ReadMain) -> None:
    assert read_main("events {}\nhttp { include mime.types; }").problems == ()


def test_a_file_that_includes_itself_is_a_cycle(read_main: ReadMain) -> None:
    tree = read_main(
        "include a.conf;",
        {"/etc/nginx/a.conf": b"\ninclude b.conf;", "/etc/nginx/b.conf": b"include a.conf;"},
    )
    (problem,) = tree.problems
    assert (problem.trouble, str(problem.place)) == (Trouble.CYCLE, "/etc/nginx/b.conf:1:1")


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        ("events {\n", 'the block of "events" is never closed', 1),
        ("events {}\n}\n", 'unexpected "}"', 2),
        ("user root\n", '"user" is not ended by ";"', 1),
        ("events {}\nhttp {\n  sendfile on\n}\n", 'unexpected "}"', 4),
        (";", 'unexpected ";"', 1),
        ("{ }", 'unexpected "{"', 1),
        ('events {}\nlog_format x "a', "the string that begins here never ends", 2),
    ],
)
def test_what_nginx_does_not_load_is_a_problem_with_its_line(
    read_main: ReadMain, text: str, why: str, line: int
) -> None:
    (problem,) = read_main(text).problems
    assert problem.trouble is Trouble.SYNTAX
    assert problem.why.startswith(why)
    assert problem.place.line == line


def test_an_included_file_closes_its_own_braces(read_main: ReadMain) -> None:
    (problem,) = read_main("include a.conf; }", {"/etc/nginx/a.conf": b"events {"}).problems[:1]
    assert "never closed" in problem.why or "unexpected" in problem.why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("http { server { proxy_pass http://a; } }", "not allowed here"),
        ("http { server { listen 80; server_tokens off\ngzip on; } }", "number of arguments"),
        ("http { server { location / { gzip maybe; } } }", "invalid value"),
    ],
)
def test_a_known_directive_in_the_wrong_place_is_refused(
    read_main: ReadMain, text: str, why: str
) -> None:
    found = read_main(text).problems
    assert {one.trouble for one in found} == {Trouble.REFUSED}
    assert why in found[0].why


def test_too_deep_too_long_and_too_many_end_with_a_problem(read_main: ReadMain) -> None:
    for text in (
        b"a {" * (DEEPEST + 2),
        b" " * (MOST_BYTES + 1),
        b"a;" * (MOST_DIRECTIVES + 1),
    ):
        assert read_main(text).problems[0].trouble is Trouble.TOO_MUCH


def test_files_that_include_each_other_twice_do_not_grow_without_bound(
    read_main: ReadMain,
) -> None:
    files = {
        f"/etc/nginx/{depth}.conf": f"include {depth + 1}.conf; include {depth + 1}.conf;".encode()
        for depth in range(40)
    }
    files["/etc/nginx/40.conf"] = b"a;"
    tree = read_main("include 0.conf;", files)
    assert Trouble.TOO_MUCH in {one.trouble for one in tree.problems}


def test_sites_without_a_main_file_are_parts_of_an_http() -> None:
    files = {
        "/etc/nginx/sites-available/shop": b"server { listen 443 ssl; }",
        "/etc/nginx/snippets/tls.conf": b"ssl_protocols TLSv1.3;",
    }
    (tree,) = trees_of(Configuration(files=files))
    assert (tree.within, tree.files) == ("http", ("/etc/nginx/sites-available/shop",))


def test_an_enabled_site_is_read_once() -> None:
    files = {
        "/etc/nginx/sites-available/shop": b"server { listen 443 ssl; }",
        "/etc/nginx/sites-enabled/shop": b"server { listen 443 ssl; }",
    }
    (tree,) = trees_of(Configuration(files=files))
    assert tree.files == ("/etc/nginx/sites-enabled/shop",)


def test_other_files_are_not_nginx_s() -> None:
    files = {
        "/etc/postfix/main.cf": b"listen = 80\n",
        "/etc/nginx/modsec/main.conf": b"SecRuleEngine On\n",
        "/etc/nginx/mime.types": b"types { text/html html; }\n",
    }
    assert trees_of(Configuration(files=files)) == ()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_raising(content: bytes) -> None:
    parse(content, "x")
    configuration = Configuration(files={MAIN: content, "/etc/nginx/a": content})
    read(configuration, MAIN)
    trees_of(configuration)


@given(st.text(st.sampled_from("ab{};\"'\\ \n#$*?[include "), max_size=80))
def test_any_text_of_its_signs_is_read_without_raising(text: str) -> None:
    content = text.encode()
    read(Configuration(files={MAIN: content, "/etc/nginx/a": content}), MAIN)
