from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twiceshy.kinds.http.read import (
    LONGEST_VALUE,
    MOST_HEADERS,
    SAMPLE_CHARACTERS,
    absolute,
    kept_headers,
    sample_of,
    text_of,
)


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("grüß".encode(), "", "grüß"),
        ("grüß".encode("latin-1"), "text/html; charset=ISO-8859-1", "grüß"),
        ("здраво".encode("cp1251"), 'text/html; charset="windows-1251"', "здраво"),
        ("grüß".encode("utf-16"), "text/plain;charset=utf-16", "grüß"),
        (b"gr\xfc\xdf", "text/html", "gr\ufffd\ufffd"),
        (b"abc", "text/html; charset=nonsense", "abc"),
        (b"abc-", "text/html; charset=punycode", "abc-"),
        (b"abc", "text/html; charset=hex", "abc"),
    ],
)
def test_a_body_is_read_in_its_charset(body: bytes, content_type: str, text: str) -> None:
    assert text_of(body, content_type) == text


@given(body=st.binary(max_size=200), content_type=st.text(max_size=60))
def test_any_body_of_any_type_is_text_and_a_sample(body: bytes, content_type: str) -> None:
    sample = sample_of(text_of(body, content_type))
    assert len(sample) <= SAMPLE_CHARACTERS
    assert sample.isprintable()


@given(charset=st.sampled_from(["utf-7", "idna", "rot13", "raw_unicode_escape", "utf-16", "hz"]))
def test_any_charset_python_knows_is_survived(charset: str) -> None:
    assert isinstance(text_of(b"\x80+\\u12 ~{a", f"text/html; charset={charset}"), str)


def test_a_sample_is_one_line_without_terminal_codes_or_secrets() -> None:
    text = "<p>\x1b[31mHello\n\n  you</p> token=hunter2 " + "x" * 5000
    sample = sample_of(text, secrets=("hunter2",))
    assert sample.startswith("<p>\ufffd[31mHello you</p> token=*** xxx")
    assert len(sample) == SAMPLE_CHARACTERS


def test_headers_are_kept_without_cookies_and_credentials() -> None:
    kept = kept_headers(
        [
            (b"Server", b"nginx"),
            (b"Set-Cookie", b"session=hunter2"),
            (b"AUTHORIZATION", b"Bearer hunter2"),
            (b"X-Echo", b"you sent hunter2"),
        ],
        promised=(),
        secrets=("hunter2",),
    )
    assert kept == (("server", "nginx"), ("x-echo", "you sent ***"))


def test_headers_are_bounded_and_promised_ones_are_kept_in_full() -> None:
    raw = [(b"x-%d" % number, b"v" * 1000) for number in range(500)]
    raw.append((b"Strict-Transport-Security", b"max-age=" + b"1" * 1000))
    kept = kept_headers(raw, promised=["strict-transport-security"])
    assert len(kept) == MOST_HEADERS + 1
    assert len(kept[0][1]) == LONGEST_VALUE
    assert kept[-1] == ("strict-transport-security", "max-age=" + "1" * 1000)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/login", "https://shop.example.org/login"),
        ("login?next=%2F", "https://shop.example.org/a/login?next=%2F"),
        ("//www.example.org", "https://www.example.org/"),
        ("HTTP://WWW.Example.org:80/#top", "http://www.example.org/"),
        ("https://shop.example.org:8443/", "https://shop.example.org:8443/"),
        ("https://[2001:DB8::1]/", "https://[2001:db8::1]/"),
        ("", "https://shop.example.org/a/b"),
        ("ftp://shop.example.org/", None),
        ("javascript:alert(1)", None),
        ("https://user:pass@shop.example.org/", None),
        ("https://shop.example.org:99999/", None),
        ("https://[::1", None),
        ("http:///", None),
        ("/" + "x" * 3000, None),
        ("/\x1b[31m", None),
    ],
)
def test_a_location_is_made_absolute_or_refused(location: str, url: str | None) -> None:
    assert absolute("https://shop.example.org/a/b", location) == url


@given(location=st.text(max_size=60))
def test_any_location_leads_to_the_web_or_nowhere(location: str) -> None:
    url = absolute("https://shop.example.org/", location)
    assert url is None or url.startswith(("http://", "https://"))
