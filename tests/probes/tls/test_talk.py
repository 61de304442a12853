"""Dialogs in the clear: any answers a server may give come to an end, with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twiceshy.kinds.certificate.facts import Failure
from twiceshy.model.endpoint_url import STARTTLS_SCHEMES
from twiceshy.probes.tls.starttls import talk_for
from twiceshy.probes.tls.talk import MOST_LINE_BYTES, MOST_LINES, Talk

SCHEMES = sorted(STARTTLS_SCHEMES)
_LDAP_OK = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"
_MYSQL = b"\x0a8.0.1\x00" + bytes(4) + b"12345678\x00" + b"\xff\xff" + bytes(13)
_WORDS = st.sampled_from(
    [
        b"220 ready\r\n",
        b"220-more\r\n",
        b"250-STARTTLS\r\n",
        b"250 STARTTLS\r\n",
        b"250 OK\r\n",
        b"454 later\r\n",
        b"* OK ready\r\n",
        b"* PREAUTH hello\r\n",
        b"* CAPABILITY IMAP4rev1 STARTTLS\r\n",
        b"A1 OK done\r\n",
        b"a2 OK begin\r\n",
        b"a2 BAD no\r\n",
        b"+OK\r\n",
        b"-ERR\r\n",
        b"S",
        b"N",
        _LDAP_OK,
        _MYSQL,
        b"\n",
        b"\x30\x84\xff\xff\xff\xff",
        b"\xff" * 9,
    ]
)
_ANSWERS = st.lists(st.one_of(_WORDS, st.binary(max_size=80)), max_size=12)


def play(scheme: str, *answers: bytes) -> tuple[Talk, bytes]:
    """Play the answers until the talk has an outcome; the talk, and all that was sent."""
    talk = talk_for(scheme, "192.0.2.1")
    sent = talk.start()
    for answer in answers:
        if talk.ready or talk.outcome is not None:
            break
        sent += talk.receive(answer)
    return talk, sent


@given(scheme=st.sampled_from(SCHEMES), answers=_ANSWERS)
@settings(max_examples=400, deadline=None)
def test_any_answers_are_taken_without_a_stumble(scheme: str, answers: list[bytes]) -> None:
    talk, sent = play(scheme, *answers)
    assert not (talk.ready and talk.outcome)
    assert len(sent) < 1000
    if talk.outcome is not None:
        assert talk.outcome.detail.isprintable()


@given(scheme=st.sampled_from(SCHEMES), answers=_ANSWERS)
@settings(max_examples=200, deadline=None)
def test_it_does_not_matter_how_the_answers_are_cut_up(scheme: str, answers: list[bytes]) -> None:
    """Byte by byte ends as in one piece, except that what follows an agreement is then unseen."""
    whole, _ = play(scheme, b"".join(answers))
    pieces, _ = play(scheme, *(bytes([byte]) for byte in b"".join(answers)))
    if not pieces.ready:
        assert whole.outcome == pieces.outcome


@pytest.mark.parametrize("scheme", ["smtp", "imap", "pop3"])
def test_a_line_without_end_is_given_up(scheme: str) -> None:
    talk, _ = play(scheme, *([b"2" * 500] * (MOST_LINE_BYTES // 500 + 1)))
    assert talk.outcome is not None
    assert talk.outcome.failure is Failure.OTHER_PROTOCOL


def test_lines_without_number_are_given_up() -> None:
    talk, _ = play("smtp", *([b"220-more\r\n"] * (MOST_LINES + 1)))
    assert talk.outcome is not None
    talk, _ = play("imap", b"* OK\r\n", *([b"* noise\r\n"] * (2 * MOST_LINES + 2)))
    assert talk.outcome is not None


@pytest.mark.parametrize(
    ("scheme", "answers"),
    [
        ("smtp", (b"220-hello\r\n220 x\r\n", b"250-PIPELINING\r\n250 starttls\r\n", b"220 go\r\n")),
        ("submission", (b"220 x\n", b"250 STARTTLS\n", b"220 go\n")),
        (
            "imap",
            (b"* OK x\r\n", b"* CAPABILITY IMAP4 STARTTLS\r\na1 OK\r\n", b"* x\r\na2 OK go\r\n"),
        ),
        ("pop3", (b"+OK x\r\n", b"+OK go\r\n")),
        ("ldap", (_LDAP_OK,)),
        ("postgres", (b"S",)),
        ("mysql", (len(_MYSQL).to_bytes(3, "little") + b"\0" + _MYSQL,)),
    ],
)
def test_a_server_that_agrees_is_ready_for_tls(scheme: str, answers: tuple[bytes, ...]) -> None:
    talk, _ = play(scheme, *answers)
    assert talk.ready, talk.outcome


@pytest.mark.parametrize(
    ("scheme", "answers", "words"),
    [
        ("smtp", (b"220 x\r\n", b"250 OK\r\n"), "does not offer STARTTLS"),
        ("smtp", (b"220 x\r\n", b"502 what\r\n"), "answers EHLO with 502 what"),
        ("smtp", (b"220 x\r\n", b"250 STARTTLS\r\n", b"454 no key\r\n"), "refuses it: 454 no key"),
        ("imap", (b"* PREAUTH\r\n",), "logged in already, without TLS"),
        ("imap", (b"* OK\r\n", b"* CAPABILITY IMAP4\r\na1 OK\r\n"), "does not offer"),
        (
            "imap",
            (b"* OK\r\n", b"* CAPABILITY STARTTLS\r\na1 OK\r\n", b"a2 NO broken\r\n"),
            "refuses it: NO broken",
        ),
        ("pop3", (b"+OK\r\n", b"-ERR unknown\r\n"), "refuses STLS: -ERR unknown"),
        ("ldap", (b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00",), "result 2"),
        ("postgres", (b"N",), "without TLS"),
        ("postgres", (b"E",), "with an error"),
    ],
)
def test_a_server_that_will_not_is_told_apart(
    scheme: str, answers: tuple[bytes, ...], words: str
) -> None:
    talk, _ = play(scheme, *answers)
    assert talk.outcome is not None
    assert talk.outcome.failure is Failure.STARTTLS_NOT_OFFERED
    assert words in talk.outcome.detail


@pytest.mark.parametrize(
    ("scheme", "answer"),
    [
        ("smtp", b"554 go away\r\n"),
        ("smtp", b"* OK imap\r\n"),
        ("imap", b"220 smtp\r\n"),
        ("pop3", b"HTTP/1.1 400 Bad Request\r\n"),
        ("ldap", b"HTTP/1.1 400 Bad Request\r\n"),
        ("ldap", b"\x30\x03\x02\x01\x01"),
        ("postgres", b"H"),
        ("mysql", b"220 smtp\r\n" * 9),
        ("mysql", b"\x05\x00\x00\x00\xff\x69\x04no"),
    ],
)
def test_another_protocol_says_nothing_about_tls(scheme: str, answer: bytes) -> None:
    talk, _ = play(scheme, answer)
    assert talk.outcome is not None
    assert talk.outcome.failure is Failure.OTHER_PROTOCOL


def test_words_slipped_in_before_tls_are_noticed() -> None:
    talk, _ = play("smtp", b"220 x\r\n", b"250 STARTTLS\r\n", b"220 go\r\n250 injected\r\n")
    assert talk.outcome is not None
    assert "went on in the clear" in talk.outcome.detail


def test_a_client_that_gives_up_says_goodbye() -> None:
    _, sent = play("smtp", b"220 x\r\n", b"250 OK\r\n")
    assert sent.endswith(b"QUIT\r\n")
    _, sent = play("imap", b"* OK\r\n", b"* CAPABILITY IMAP4\r\na1 OK\r\n")
    assert sent.endswith(b"LOGOUT\r\n")


def test_the_greeting_names_us_by_our_address() -> None:
    for own, literal in (("192.0.2.1", b"[192.0.2.1]"), ("2001:db8::1", b"[IPv6:2001:db8::1]")):
        talk = talk_for("smtp", own)
        talk.start()
        assert talk.receive(b"220 x\r\n") == b"EHLO " + literal + b"\r\n"
