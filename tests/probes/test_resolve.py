from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import textwrap
import threading
from datetime import UTC, datetime

import pytest

from twiceshy.model.estate import Endpoint
from twiceshy.model.fact import Unseen
from twiceshy.probes import resolve
from twiceshy.probes.resolve import NoAddress, Unresolved, addresses_of, look_up, unresolved
from twiceshy.probes.view import View

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
VIEW = View("here", 5, lambda: NOW)


def found(endpoint: Endpoint) -> tuple[str, ...] | Unseen:
    return asyncio.run(addresses_of(endpoint, VIEW))


def test_given_addresses_stand_before_any_look_up() -> None:
    endpoint = Endpoint("web", "https://nosuch.invalid/", addresses=("192.0.2.1", "2001:db8::1"))
    assert found(endpoint) == ("192.0.2.1", "2001:db8::1")


@pytest.mark.parametrize(
    ("url", "address"),
    [("https://192.0.2.7/", "192.0.2.7"), ("smtp://[2001:db8::7]:25", "2001:db8::7")],
)
def test_a_literal_address_is_taken_as_it_is(url: str, address: str) -> None:
    assert found(Endpoint("web", url)) == (address,)


def test_the_hosts_file_counts() -> None:
    answer = found(Endpoint("web", "http://localhost/"))
    assert isinstance(answer, tuple)
    assert set(answer) & {"127.0.0.1", "::1"}
    assert len(answer) == len(set(answer))


@pytest.mark.parametrize("name", ["a" * 70 + ".example.org", "a..b"])
def test_what_cannot_be_a_host_name_is_unseen_and_not_asked_for(name: str) -> None:
    assert asyncio.run(look_up(name, 5)) == Unresolved(
        NoAddress.NOT_A_NAME, f"{name[:60]!r} cannot be a host name"
    )


def test_a_failed_look_up_is_unseen_with_the_reason_and_the_time() -> None:
    answer = found(Endpoint("web", "https://a..b/"))
    assert answer == Unseen(
        "'a..b' cannot be a host name", NOW, "here", "Correct the host in the URL."
    )


@pytest.mark.parametrize(
    ("number", "code", "is_an_answer"),
    [
        (socket.EAI_NONAME, NoAddress.NO_SUCH_NAME, True),
        (socket.EAI_NODATA, NoAddress.NAME_WITHOUT_ADDRESS, True),
        (socket.EAI_AGAIN, NoAddress.NO_ANSWER, False),
        (socket.EAI_FAIL, NoAddress.NO_ANSWER, False),
        (socket.EAI_SYSTEM, NoAddress.NO_ANSWER, False),
    ],
)
def test_the_resolvers_codes_are_told_apart(
    number: int, code: NoAddress, *, is_an_answer: bool
) -> None:
    told = unresolved("shop.example.org", socket.gaierror(number, "words of the system"))
    assert told.code is code
    assert told.is_an_answer is is_an_answer
    assert "shop.example.org" in told.why


def test_the_time_out_holds_while_the_system_still_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def hang(name: str) -> tuple[str, ...]:
        release.wait(30)
        return (name,)

    monkeypatch.setattr(resolve, "_ask_the_system", hang)
    try:
        answer = asyncio.run(look_up("slow.example.org", 0.05))
    finally:
        release.set()
    assert answer == Unresolved(
        NoAddress.TIMED_OUT, "looking up slow.example.org was not answered in 0.05 s"
    )


def test_a_look_up_that_hangs_does_not_keep_the_process_alive() -> None:
    script = textwrap.dedent("""
        import asyncio, threading
        from twiceshy.probes import resolve
        resolve._ask_the_system = lambda name: threading.Event().wait()
        print(asyncio.run(resolve.look_up("slow.example.org", 0.05)).code)
    """)
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "timed_out\n", "")
