"""HAProxy's file: words, sections, what is taken over, conditions."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.farm.fixtures import Need
from twiceshy.languages.haproxy import (
    Always,
    Proxies,
    binds_of,
    certificate_path,
    condition_of,
    read,
)
from twiceshy.languages.haproxy.lines import lines_of
from twiceshy.model.configuration import Configuration

MAIN = "/etc/haproxy/haproxy.cfg"


def proxies_of(text: str | bytes) -> Proxies:
    content = text.encode() if isinstance(text, str) else text
    return read(Configuration(files={MAIN: content}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  server a 192.0.2.1:80 check # b", ("server", "a", "192.0.2.1:80", "check")),
        (r"a b\ c", ("a", "b c")),
        ('a "b c" d"e f"', ("a", "b c", "de f")),
        (r"a 'b \n c' \#d", ("a", r"b \n c", "#d")),
        (r'a "b\"c"', ("a", 'b"c')),
        (r"a b\tc", ("a", "b\tc")),
    ],
)
def test_a_line_is_cut_into_words(text: str, expected: tuple[str, ...]) -> None:
    (line,) = lines_of(text)
    assert (line.words, line.wrong) == (expected, "")


def test_an_open_quote_is_wrong() -> None:
    (line,) = lines_of('a "b')
    assert line.wrong


def test_a_proxy_takes_over_the_defaults_before_it() -> None:
    proxies = proxies_of(
        "defaults\n  mode http\n  option httplog\nfrontend a\n  no option httplog\n"
        "defaults second\n  mode tcp\nfrontend b\nfrontend c from second\n"
    )
    a, b, c = proxies.of("frontend")
    modes = [one.setting("mode") for one in (a, b, c)]
    assert [one.words[1] for one in modes if one is not None] == ["http", "tcp", "tcp"]
    assert a.setting("option", "httplog") is None


def test_problems_have_their_line() -> None:
    proxies = proxies_of("server a b\nfrontend x\n  bind 'a\n.if feature(X)\n")
    assert [(one.place.line, one.is_fatal) for one in proxies.problems] == [
        (1, True),
        (3, True),
        (4, False),
    ]


def test_binds_are_read() -> None:
    proxies = proxies_of(
        "frontend a\n  bind *:80,127.0.0.1:81\n  bind :443 ssl crt a.pem crt b.pem alpn h2\n"
        "  bind /run/x.sock\n  bind [::1]:82\n  bind ipv4@192.0.2.1:83 accept-proxy\n"
    )
    binds = binds_of(proxies.of("frontend")[0])
    assert [(one.socket, one.is_public) for one in binds] == [
        ("*:80", True),
        ("127.0.0.1:81", False),
        ("*:443", True),
        ("/run/x.sock", False),
        ("[::1]:82", False),
        ("ipv4@192.0.2.1:83", True),
    ]
    assert (binds[2].is_ssl, binds[2].crt) == (True, ("a.pem", "b.pem"))


def test_a_certificate_is_looked_for_in_its_base() -> None:
    settings = proxies_of("global\n  crt-base /etc/ssl\n").of("global")[0]
    assert certificate_path("a.pem", settings, MAIN) == "/etc/ssl/a.pem"
    assert certificate_path("/b.pem", settings, MAIN) == "/b.pem"
    assert certificate_path("a.pem", None, MAIN) == "/etc/haproxy/a.pem"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("", Always.TRUE),
        ("if TRUE", Always.TRUE),
        ("if FALSE", Always.FALSE),
        ("if !TRUE", Always.FALSE),
        ("if ! FALSE", Always.TRUE),
        ("unless TRUE", Always.FALSE),
        ("if { always_false }", Always.FALSE),
        ("if !{ always_false }", Always.TRUE),
        ("if { src 192.0.2.1 }", Always.DEPENDS),
        ("if { src 192.0.2.1 } FALSE", Always.FALSE),
        ("if { src 192.0.2.1 } or TRUE", Always.TRUE),
        ("if { src 192.0.2.1 } || FALSE", Always.DEPENDS),
        ("if never", Always.FALSE),
        ("unless never", Always.TRUE),
        ("if sometimes", Always.DEPENDS),
        ("if sometimes never", Always.FALSE),
        ("if { bool(false) }", Always.FALSE),
        ("if { bool(true) }", Always.TRUE),
    ],
)
def test_a_condition_that_is_constant_is_seen(condition: str, expected: Always) -> None:
    section = proxies_of(
        "frontend a\n  acl never always_false\n  acl sometimes path_beg /a\n"
        "  acl sometimes always_false\n"
    ).of("frontend")[0]
    words = ("http-request", "deny", *condition.split())
    assert condition_of(words, section).value is expected


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("frontend a\n  mode http\n  bind 127.0.0.1:1\n", True),
        ("frontend a\n  mode http\n  bind 127.0.0.1:1 # 'x\n", True),
        ("frontend a\n  mode http\n  bind '127.0.0.1:1\n", False),
        ('frontend a\n  mode http\n  bind "127.0.0.1:1\n', False),
        ("mode http\n", False),
    ],
)
def test_haproxy_refuses_what_is_a_fatal_problem(
    need: Need, tmp_path: Path, text: str, is_right: bool
) -> None:
    path = tmp_path / "haproxy.cfg"
    path.write_text(text)
    done = subprocess.run([need("haproxy"), "-c", "-f", path], capture_output=True, check=False)
    assert (done.returncode == 0) is is_right, done.stderr
    assert any(one.is_fatal for one in proxies_of(text).problems) is not is_right


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_raising(content: bytes) -> None:
    for section in proxies_of(content).sections:
        binds_of(section)
        for one in section.statements:
            condition_of(one.words, section)
