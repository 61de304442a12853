from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from twiceshy.kinds.http import KIND
from twiceshy.kinds.http.facts import (
    AddressSeen,
    Answer,
    EndpointSeen,
    Failed,
    Failure,
    Hop,
    HttpFact,
    Latency,
    NameState,
    Phase,
    Promise,
    TextSeen,
)
from twiceshy.kinds.http.next_steps import after_failure
from twiceshy.kinds.http.rules import judge
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown, Verdict

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
URL = "https://shop.example.org:443/"
GOOD = Answer(
    status=200,
    headers=(("server", "nginx"),),
    body_bytes=5,
    body_complete=True,
    body_sha256="0" * 64,
    body_sample="hello",
)


def answered(
    address: str = "192.0.2.1",
    answer: Answer = GOOD,
    total_ms: float = 120,
    location: str | None = None,
) -> AddressSeen:
    latency = Latency(10, 20, total_ms - 31, total_ms)
    hop = Hop(URL, address, answer.status, location, latency)
    return AddressSeen(address, answer, (hop,), total_ms)


def failed(
    code: Failure = Failure.REFUSED, address: str = "192.0.2.2", phase: Phase = Phase.CONNECT
) -> AddressSeen:
    return AddressSeen(address, Failed(code, phase, f"it is {code}", URL))


def verdict_of(promise: Promise, *addresses: AddressSeen, left_out: int = 0) -> Verdict:
    endpoint = EndpointSeen(URL, NameState.FOUND, addresses=addresses, left_out=left_out)
    return judge(promise, HttpFact(at=NOW, vantage="here", endpoints=(endpoint,)), NOW)


def broken(verdict: Verdict) -> Broken:
    assert isinstance(verdict, Broken)
    return verdict


def test_a_good_answer_holds_with_its_time() -> None:
    assert verdict_of(Promise(), answered()) == Holds(
        f"{URL}: status 200 in 120 ms", (Evidence(f"{URL} at 192.0.2.1", "status 200 in 120 ms"),)
    )


def test_several_addresses_hold_with_the_slowest() -> None:
    verdict = verdict_of(Promise(), answered(), answered("2001:db8::1", total_ms=300))
    assert isinstance(verdict, Holds)
    assert verdict.summary == f"{URL}: status 200 in 300 ms, the slowest of 2 addresses"
    assert len(verdict.evidence) == 2


def test_it_is_critical_when_the_only_address_fails() -> None:
    verdict = broken(verdict_of(Promise(), failed()))
    assert verdict.severity is Severity.CRITICAL
    assert verdict.why == f"{URL} at 192.0.2.2: it is refused"
    assert "ss -ltnp" in (verdict.next_step or "")


def test_it_is_serious_when_some_addresses_fail_and_names_them() -> None:
    verdict = broken(verdict_of(Promise(), answered(), failed()))
    assert verdict.severity is Severity.SERIOUS
    assert verdict.why == f"{URL} at 1 of 2 addresses (192.0.2.2): it is refused"
    assert [piece.what for piece in verdict.evidence] == [
        f"{URL} at 192.0.2.2",
        f"{URL} at 192.0.2.1",
    ]


def test_one_good_address_is_enough_when_that_is_the_promise() -> None:
    verdict = verdict_of(Promise(every_address=False), answered(), failed())
    assert isinstance(verdict, Holds)
    assert verdict.evidence[0].found == "it is refused"


def test_it_is_critical_when_not_one_of_enough_addresses_is_good() -> None:
    verdict = broken(verdict_of(Promise(every_address=False), failed(), failed(address="::1")))
    assert verdict.severity is Severity.CRITICAL


def test_an_address_without_a_route_is_unknown_and_named() -> None:
    verdict = verdict_of(Promise(), answered(), failed(Failure.NO_ROUTE, "2001:db8::1"))
    assert isinstance(verdict, Unknown)
    assert verdict.why == f"{URL}: it is no_route"
    assert (verdict.next_step or "").startswith("Look from a host with a way to 2001:db8::1")


def test_an_unseen_address_is_named_beside_a_broken_one() -> None:
    verdict = broken(verdict_of(Promise(), failed(), failed(Failure.NO_ROUTE, "2001:db8::1")))
    assert verdict.severity is Severity.CRITICAL
    assert any("2001:db8::1" in piece.what for piece in verdict.evidence)


def test_all_other_addresses_unseen_and_one_enough_is_unknown() -> None:
    verdict = verdict_of(
        Promise(every_address=False), failed(), failed(Failure.NO_ROUTE, "2001:db8::1")
    )
    assert isinstance(verdict, Unknown)


def test_addresses_beyond_the_limit_are_never_green() -> None:
    verdict = verdict_of(Promise(), answered(), left_out=3)
    assert isinstance(verdict, Unknown)
    assert verdict.evidence[-1].found == "3 more addresses were not looked at"


@pytest.mark.parametrize(
    ("state", "kind"), [(NameState.NOT_FOUND, Broken), (NameState.UNSEEN, Unknown)]
)
def test_a_name_that_does_not_exist_is_broken_and_one_not_answered_for_is_unknown(
    state: NameState, kind: type[Verdict]
) -> None:
    endpoint = EndpointSeen(URL, state, "the reason")
    verdict = judge(Promise(), HttpFact(at=NOW, vantage="here", endpoints=(endpoint,)), NOW)
    assert isinstance(verdict, kind)
    assert isinstance(verdict, Broken | Unknown)
    assert verdict.why == "the reason"


def test_no_endpoint_at_all_is_unknown() -> None:
    verdict = judge(Promise(), HttpFact(at=NOW, vantage="here", endpoints=()), NOW)
    assert isinstance(verdict, Unknown)


def test_the_worst_endpoint_speaks_and_the_others_are_in_the_evidence() -> None:
    endpoints = tuple(
        EndpointSeen(f"http://{name}/", NameState.FOUND, addresses=(seen,))
        for name, seen in (
            ("good", answered()),
            ("late", answered(total_ms=6000)),
            ("dead", failed()),
        )
    )
    verdict = broken(judge(Promise(), HttpFact(at=NOW, vantage="here", endpoints=endpoints), NOW))
    assert verdict.severity is Severity.CRITICAL
    assert verdict.why == "http://dead/ at 192.0.2.2: it is refused (and 1 more endpoint)"
    assert len(verdict.evidence) == 3


def test_a_wrong_status_is_broken_with_what_to_do() -> None:
    verdict = broken(verdict_of(Promise(), answered(answer=replace(GOOD, status=502))))
    assert verdict.severity is Severity.CRITICAL
    assert "status 502, promised 2xx" in verdict.why
    assert "proxy" in (verdict.next_step or "")


@pytest.mark.parametrize(
    ("total_ms", "severity"), [(2001, Severity.WARNING), (6001, Severity.SERIOUS)]
)
def test_a_late_answer_is_a_warning_and_a_very_late_one_serious(
    total_ms: float, severity: Severity
) -> None:
    verdict = broken(verdict_of(Promise(within_ms=2000), answered(total_ms=total_ms)))
    assert verdict.severity is severity
    assert f"answered in {total_ms} ms, promised 2000 ms (the first byte took" in verdict.why


def test_without_a_limit_no_answer_is_late() -> None:
    assert isinstance(verdict_of(Promise(within_ms=None), answered(total_ms=1e6)), Holds)


def test_a_missing_text_is_broken() -> None:
    answer = replace(GOOD, texts=(TextSeen("basket", found=False),))
    verdict = broken(verdict_of(Promise(contains="basket"), answered(answer=answer)))
    assert verdict.severity is Severity.CRITICAL
    assert "the body lacks 'basket'" in verdict.why


def test_a_text_missing_from_the_part_that_was_read_is_unknown() -> None:
    answer = replace(GOOD, body_complete=False, texts=(TextSeen("basket", found=False),))
    assert isinstance(verdict_of(Promise(contains="basket"), answered(answer=answer)), Unknown)
    assert isinstance(verdict_of(Promise(not_contains="basket"), answered(answer=answer)), Unknown)
    assert isinstance(verdict_of(Promise(), answered(answer=answer)), Holds)


def test_a_text_nobody_looked_for_is_unknown() -> None:
    assert isinstance(verdict_of(Promise(contains="basket"), answered()), Unknown)
    assert isinstance(verdict_of(Promise(not_contains="basket"), answered()), Unknown)


def test_a_forbidden_text_is_broken_even_in_part_of_a_body() -> None:
    answer = replace(GOOD, body_complete=False, texts=(TextSeen("Fatal error", found=True),))
    verdict = broken(verdict_of(Promise(not_contains="Fatal error"), answered(answer=answer)))
    assert "holds 'Fatal error', which must not be there" in verdict.why


@pytest.mark.parametrize(
    ("promised", "says"),
    [
        ({"Server": "nginx"}, None),
        ({"Server": "apache"}, "the header Server is 'nginx', promised 'apache'"),
        ({"X-Frame-Options": "DENY"}, "the header X-Frame-Options is missing"),
    ],
)
def test_a_header_is_promised_with_its_value(promised: dict[str, str], says: str | None) -> None:
    verdict = verdict_of(Promise(has_headers=promised), answered())
    if says is None:
        assert isinstance(verdict, Holds)
    else:
        assert broken(verdict).severity is Severity.WARNING
        assert says in broken(verdict).why


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("https://www.example.org/", None),
        ("https://evil.example.org/", "redirects to https://evil.example.org/"),
        (None, "no redirect, promised one to https://www.example.org"),
    ],
)
def test_a_redirect_leads_where_it_was_promised_to(location: str | None, says: str | None) -> None:
    answer = replace(GOOD, status=301)
    promise = Promise(redirect_to="https://www.example.org")
    verdict = verdict_of(promise, answered(answer=answer, location=location))
    if says is None:
        assert isinstance(verdict, Holds)
    else:
        assert says in broken(verdict).why


def test_a_relative_promised_redirect_is_one_on_the_same_server() -> None:
    seen = answered(answer=replace(GOOD, status=302), location="https://shop.example.org/login")
    assert isinstance(verdict_of(Promise(redirect_to="/login"), seen), Holds)


def test_a_refused_certificate_is_told_with_what_lies_behind_it() -> None:
    seen = replace(
        failed(Failure.TLS_EXPIRED, phase=Phase.TLS),
        without_verification=replace(GOOD, status=503),
    )
    verdict = broken(verdict_of(Promise(), seen))
    assert verdict.severity is Severity.CRITICAL
    assert verdict.why.endswith("it is tls_expired; without verification it answers 503")
    assert verdict.next_step == "Renew the certificate and reload the server."


def test_a_failure_down_the_chain_names_the_url_it_failed_at() -> None:
    first = answered(answer=replace(GOOD, status=301), location="http://www.example.org/")
    dead = Failed(Failure.REFUSED, Phase.CONNECT, "refused", "http://www.example.org/")
    verdict = broken(verdict_of(Promise(), replace(first, outcome=dead, total_ms=None)))
    assert verdict.why.endswith("refused, after 1 redirect, at http://www.example.org/")


@pytest.mark.parametrize("code", list(Failure))
@pytest.mark.parametrize("phase", list(Phase))
def test_every_failure_has_a_next_step(code: Failure, phase: Phase) -> None:
    step = after_failure(Failed(code, phase, "why", URL), "192.0.2.1")
    assert step.endswith(".")
    assert "{" not in step


@pytest.mark.parametrize("code", list(Failure))
def test_a_failure_is_never_green(code: Failure) -> None:
    verdict = verdict_of(Promise(), answered(), failed(code))
    assert isinstance(verdict, Unknown if code.is_unseen else Broken)
    assert type(verdict) in get_args(Verdict)


def test_the_kind_is_named_by_what_users_type() -> None:
    assert KIND.id == "http"
    assert KIND.promise is Promise
