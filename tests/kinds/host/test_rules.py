from __future__ import annotations

from datetime import UTC, datetime

import pytest

from twiceshy.kinds.host import KIND
from twiceshy.kinds.host.facts import HostFact, NameSeen, NameState, PortSeen, PortState, Promise
from twiceshy.kinds.host.rules import judge
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown, Verdict

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
NAME = "mail.example.org"


def port(number: int = 25, state: PortState = PortState.OPEN, at: str = "192.0.2.1") -> PortSeen:
    return PortSeen(at, number, state, f"it is {state}")


def found(*addresses: str, server: str | None = None) -> NameSeen:
    return NameSeen(NAME, NameState.FOUND, addresses, nameserver=server)


def missing(state: NameState, server: str | None = None) -> NameSeen:
    return NameSeen(NAME, state, why=f"it is {state}", nameserver=server)


def verdict_of(promise: Promise, *seen: NameSeen | PortSeen) -> Verdict:
    fact = HostFact(
        at=NOW,
        vantage="here",
        names=tuple(one for one in seen if isinstance(one, NameSeen)),
        ports=tuple(one for one in seen if isinstance(one, PortSeen)),
    )
    return judge(promise, fact, NOW)


def broken(verdict: Verdict) -> Broken:
    assert isinstance(verdict, Broken)
    return verdict


def test_names_that_resolve_and_ports_that_are_open_hold() -> None:
    assert verdict_of(Promise(), found("192.0.2.1"), port(25), port(587)) == Holds(
        "the name resolves, ports 25, 587 as promised at 1 address",
        (
            Evidence(f"name {NAME}", "resolves to 192.0.2.1"),
            Evidence("port 25 at 192.0.2.1", "it is open"),
            Evidence("port 587 at 192.0.2.1", "it is open"),
        ),
    )


def test_nothing_to_look_at_is_unknown() -> None:
    assert isinstance(verdict_of(Promise()), Unknown)


@pytest.mark.parametrize(
    "state", [PortState.REFUSED, PortState.TIMED_OUT, PortState.HOST_UNREACHABLE]
)
def test_a_port_that_does_not_accept_is_critical_when_it_is_all_there_is(state: PortState) -> None:
    verdict = broken(verdict_of(Promise(), found("192.0.2.1"), port(state=state)))
    assert verdict.severity is Severity.CRITICAL
    assert verdict.why == f"port 25 at 192.0.2.1: it is {state}"
    assert verdict.next_step


def test_some_ports_that_do_not_accept_are_serious_and_counted() -> None:
    dead = (port(587, PortState.REFUSED), port(993, PortState.TIMED_OUT))
    verdict = broken(verdict_of(Promise(), port(), *dead))
    assert verdict.severity is Severity.SERIOUS
    assert verdict.why == "port 587 at 192.0.2.1: it is refused (and 1 more)"


@pytest.mark.parametrize("state", [PortState.NO_ROUTE, PortState.CANNOT_LOOK])
def test_what_the_vantage_cannot_reach_is_unknown(state: PortState) -> None:
    verdict = verdict_of(Promise(), port(), port(at="2001:db8::1", state=state))
    assert isinstance(verdict, Unknown)
    assert "2001:db8::1" in verdict.why


@pytest.mark.parametrize("state", [PortState.NO_ROUTE, PortState.CANNOT_LOOK])
def test_what_the_vantage_cannot_reach_is_not_taken_for_shut(state: PortState) -> None:
    verdict = verdict_of(Promise(must_not_listen=(25,)), port(state=state))
    assert isinstance(verdict, Unknown)


def test_an_open_port_that_must_be_shut_is_serious() -> None:
    verdict = broken(verdict_of(Promise(must_not_listen=(5432,)), port(5432)))
    assert verdict.severity is Severity.SERIOUS
    assert verdict.why == "port 5432 at 192.0.2.1: it is open, promised shut"


def test_a_refusal_keeps_a_port_shut() -> None:
    verdict = verdict_of(Promise(must_not_listen=(5432,)), port(5432, PortState.REFUSED))
    assert isinstance(verdict, Holds)


@pytest.mark.parametrize("answer", [PortState.OPEN, PortState.REFUSED])
def test_silence_keeps_a_port_shut_when_the_host_answers_elsewhere(answer: PortState) -> None:
    promise = Promise(must_not_listen=(5432, 22))
    silent = port(5432, PortState.TIMED_OUT)
    other = port(25, answer) if answer is PortState.OPEN else port(22, answer)
    assert isinstance(verdict_of(promise, silent, other), Holds)


def test_silence_alone_is_unknown() -> None:
    promise = Promise(must_not_listen=(5432,))
    silent = port(5432, PortState.TIMED_OUT)
    verdict = verdict_of(promise, silent, port(25, at="192.0.2.2"))
    assert isinstance(verdict, Unknown)
    assert "the host answered on no other port either" in verdict.why


def test_a_shut_port_does_not_soften_a_dead_one() -> None:
    promise = Promise(listens=(25,), must_not_listen=(5432,))
    verdict = verdict_of(promise, port(25, PortState.REFUSED), port(5432, PortState.REFUSED))
    assert broken(verdict).severity is Severity.CRITICAL


def test_a_name_that_does_not_exist_is_critical() -> None:
    verdict = broken(verdict_of(Promise(), missing(NameState.NOT_FOUND)))
    assert verdict.severity is Severity.CRITICAL
    assert verdict.why == f"name {NAME}: it is not_found"


@pytest.mark.parametrize("state", [NameState.UNSEEN, NameState.NOT_ASKED])
def test_a_name_nobody_answers_for_is_unknown(state: NameState) -> None:
    assert isinstance(verdict_of(Promise(), missing(state)), Unknown)


@pytest.mark.parametrize(
    ("families", "addresses", "holds"),
    [
        ("any", ("192.0.2.1",), True),
        ("any", ("2001:db8::1",), True),
        ("both", ("192.0.2.1", "2001:db8::1"), True),
        ("both", ("192.0.2.1",), False),
        ("both", ("2001:db8::1",), False),
        ("ipv4", ("2001:db8::1",), False),
        ("ipv6", ("192.0.2.1",), False),
        ("ipv6", ("192.0.2.1", "2001:db8::1"), True),
    ],
)
def test_a_name_has_the_promised_families(
    families: str, addresses: tuple[str, ...], *, holds: bool
) -> None:
    promise = Promise(families=families)  # type: ignore[arg-type]  # a parametrized literal
    verdict = verdict_of(promise, found(*addresses))
    assert isinstance(verdict, Holds if holds else Broken)


@pytest.mark.parametrize(
    ("addresses", "holds"),
    [
        (("192.0.2.1", "2001:db8::1"), True),
        (("2001:db8::1", "192.0.2.1"), True),
        (("192.0.2.1",), False),
        (("192.0.2.1", "2001:db8::1", "192.0.2.9"), False),
    ],
)
def test_a_name_resolves_to_the_promised_addresses_and_no_others(
    addresses: tuple[str, ...], *, holds: bool
) -> None:
    promise = Promise(addresses=("192.0.2.1", "2001:0DB8::1"))
    verdict = verdict_of(promise, found(*addresses))
    assert isinstance(verdict, Holds if holds else Broken)
    if isinstance(verdict, Broken):
        assert verdict.severity is Severity.SERIOUS


def test_a_silent_name_server_is_broken_when_another_one_answers() -> None:
    silent = missing(NameState.UNSEEN, "192.0.2.53")
    verdict = broken(verdict_of(Promise(), silent, found("192.0.2.1", server="192.0.2.54")))
    assert verdict.severity is Severity.SERIOUS
    assert verdict.why == (
        f"name {NAME}, asked 192.0.2.53: it is unseen, while another name server answers"
    )


def test_a_name_server_that_could_not_be_asked_is_unknown() -> None:
    unasked = missing(NameState.NOT_ASKED, "2001:db8::53")
    verdict = verdict_of(Promise(), unasked, found("192.0.2.1", server="192.0.2.54"))
    assert isinstance(verdict, Unknown)


def test_name_servers_that_are_all_silent_are_unknown() -> None:
    silent = (missing(NameState.UNSEEN, "192.0.2.53"), missing(NameState.UNSEEN, "192.0.2.54"))
    assert isinstance(verdict_of(Promise(), *silent), Unknown)


def test_the_kind_is_named_by_what_users_type() -> None:
    assert KIND.id == "host"
    assert KIND.promise is Promise
