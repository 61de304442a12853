from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from twiceshy.kinds.http.facts import Answer, Failed, Failure, Phase, Promise
from twiceshy.kinds.http.rules import judge
from twiceshy.model.fact import Unseen
from twiceshy.model.verdict import Broken, Holds, Unknown

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
NAME = "shop.example.org"


def trusting(authority: Any) -> Promise:
    return Promise(roots=str(authority.roots))


def test_a_valid_certificate_holds_with_the_time_of_the_handshake(
    talk: Any, look_at: Any, the_address: Any, answer_page: Any, authority: Any
) -> None:
    fact = look_at(
        {"127.0.0.1": talk.says(answer_page())},
        trusting(authority),
        scheme="https",
        tls=authority.server(NAME),
    )
    assert isinstance(judge(Promise(), fact, NOW), Holds)
    seen = the_address(fact)
    assert seen.hops[0].latency.tls_ms is not None
    assert seen.without_verification is None


def test_the_name_is_asked_for_in_the_handshake(
    talk: Any, look_at: Any, answer_page: Any, authority: Any
) -> None:
    asked: list[str | None] = []
    tls = authority.server(NAME)
    tls.sni_callback = lambda _, name, __: asked.append(name)
    look_at({"127.0.0.1": talk.says(answer_page())}, trusting(authority), scheme="https", tls=tls)
    assert asked == [NAME]


def test_an_address_in_the_url_is_checked_against_the_certificate(
    talk: Any, look_at: Any, answer_page: Any, authority: Any
) -> None:
    fact = look_at(
        {"127.0.0.1": talk.says(answer_page())},
        trusting(authority),
        scheme="https",
        name="127.0.0.1",
        tls=authority.server("127.0.0.1"),
    )
    assert isinstance(judge(Promise(), fact, NOW), Holds)


@pytest.mark.parametrize(
    ("certificate", "code", "says"),
    [
        (
            {"names": [NAME], "starts": timedelta(days=-90), "ends": timedelta(days=-2)},
            Failure.TLS_EXPIRED,
            "the certificate, or one above it, has expired",
        ),
        (
            {"names": [NAME], "starts": timedelta(days=1)},
            Failure.TLS_NOT_YET_VALID,
            "the certificate is not valid yet",
        ),
        (
            {"names": ["www.example.org"]},
            Failure.TLS_WRONG_NAME,
            "the certificate is not for this name",
        ),
        (
            {"names": [NAME], "self_signed": True},
            Failure.TLS_UNTRUSTED,
            "the certificate is self-signed",
        ),
    ],
)
def test_a_refused_certificate_is_told_with_the_answer_behind_it(
    *,
    certificate: dict[str, Any],
    code: Failure,
    says: str,
    talk: Any,
    look_at: Any,
    the_address: Any,
    answer_page: Any,
    authority: Any,
) -> None:
    tls = authority.server(*certificate.pop("names"), **certificate)
    handler = talk.says(answer_page(b"oops", "503 Service Unavailable"))
    fact = look_at({"127.0.0.1": handler}, trusting(authority), scheme="https", tls=tls)
    seen = the_address(fact)
    assert isinstance(seen.outcome, Failed)
    assert (seen.outcome.code, seen.outcome.phase) == (code, Phase.TLS)
    assert isinstance(seen.without_verification, Answer)
    assert seen.without_verification.status == 503
    verdict = judge(Promise(), fact, NOW)
    assert isinstance(verdict, Broken)
    assert verdict.why.endswith(f"{says}; without verification it answers 503")


def test_an_unknown_authority_is_untrusted(
    *,
    talk: Any,
    look_at: Any,
    the_address: Any,
    answer_page: Any,
    authority: Any,
    tmp_path: Path,
) -> None:
    tls = authority.server(NAME)
    other = authority.server_file("other.example.org", self_signed=True).read_text()
    (tmp_path / "other.pem").write_text(other[: other.index("-----BEGIN PRIVATE KEY")])
    fact = look_at(
        {"127.0.0.1": talk.says(answer_page())},
        Promise(roots="other.pem"),
        scheme="https",
        tls=tls,
    )
    outcome = the_address(fact).outcome
    assert isinstance(outcome, Failed)
    assert outcome.code is Failure.TLS_UNTRUSTED


def test_without_verification_any_certificate_is_good_enough(
    talk: Any, look_at: Any, answer_page: Any, authority: Any
) -> None:
    promise = Promise(verify=False)
    tls = authority.server("www.example.org", self_signed=True)
    handlers = {"127.0.0.1": talk.says(answer_page())}
    fact = look_at(handlers, promise, scheme="https", tls=tls)
    assert isinstance(judge(promise, fact, NOW), Holds)


def test_secrets_are_not_sent_to_a_server_whose_certificate_is_refused(
    talk: Any, look_at: Any, answer_page: Any, authority: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "hunter2")
    promise = Promise(roots=str(authority.roots), headers={"Authorization": "env:SHOP_TOKEN"})
    tls = authority.server("www.example.org")
    look_at({"127.0.0.1": talk.says(answer_page())}, promise, scheme="https", tls=tls)
    (request,) = talk.requests
    assert b"hunter2" not in request


def test_plain_http_on_a_tls_port_is_told(look_at: Any, the_address: Any, answer_page: Any) -> None:
    async def plain(reader: Any, writer: Any) -> None:
        await reader.read(1)
        writer.write(answer_page(b"", "400 Bad Request"))
        await writer.drain()
        await reader.read()

    outcome = the_address(look_at({"127.0.0.1": plain}, scheme="https")).outcome
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.why) == (
        Failure.TLS_NOT_SPOKEN,
        "what answers there does not speak TLS",
    )


def test_a_handshake_refused_with_an_alert_is_told(look_at: Any, the_address: Any) -> None:
    async def alert(reader: Any, writer: Any) -> None:
        await reader.read(1)
        writer.write(b"\x15\x03\x03\x00\x02\x02\x70")  # fatal, unrecognized_name (RFC 6066)
        await writer.drain()
        await reader.read()

    outcome = the_address(look_at({"127.0.0.1": alert}, scheme="https")).outcome
    assert isinstance(outcome, Failed)
    assert outcome.code is Failure.TLS_ALERT
    assert "unrecognized name" in outcome.why


def test_a_handshake_that_is_cut_off_is_told(look_at: Any, the_address: Any) -> None:
    async def hang_up(reader: Any, _: Any) -> None:
        await reader.read(1)

    outcome = the_address(look_at({"127.0.0.1": hang_up}, scheme="https")).outcome
    assert isinstance(outcome, Failed)
    assert outcome.phase is Phase.TLS
    assert outcome.code in {Failure.CLOSED, Failure.RESET}


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "No such file"), ("not a certificate", "no certificates in PEM form"), ("", "PEM")],
)
def test_roots_that_cannot_be_read_are_unseen(
    content: str | None, why: str, look_at: Any, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "roots.pem").write_text(content)
    promise = Promise(roots="roots.pem")
    unseen = look_at({}, promise, scheme="https", addresses=("127.0.0.1",))
    assert isinstance(unseen, Unseen)
    assert why in unseen.why


def test_roots_that_are_a_pipe_are_unseen_at_once(look_at: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    unseen = look_at({}, Promise(roots="pipe"), scheme="https", addresses=("127.0.0.1",))
    assert isinstance(unseen, Unseen)
    assert "not a regular file" in unseen.why


def test_a_redirect_to_https_without_roots_is_unknown_instead_of_untrusted(
    talk: Any, look_at: Any, answer_page: Any
) -> None:
    there = answer_page(b"", "302 Found", f"Location: https://{NAME}/")
    fact = look_at({"127.0.0.1": talk.says(there)}, Promise(roots="nosuch.pem"))
    verdict = judge(Promise(), fact, NOW)
    assert isinstance(verdict, Unknown)
    assert "the roots could not be read" in verdict.why


def test_a_host_without_roots_does_not_call_every_server_untrusted(
    look_at: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "empty"))
    unseen = look_at({}, scheme="https", addresses=("127.0.0.1",))
    assert isinstance(unseen, Unseen)
    assert "no trusted root certificates" in unseen.why
    assert not isinstance(judge(Promise(), look_at({}, addresses=("127.0.0.1",)), NOW), Unknown)
