from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from twiceshy.kinds.host.facts import HostFact, NameState, PortState, Promise
from twiceshy.kinds.host.rules import judge
from twiceshy.model.estate import Endpoint, Estate, Host, Service
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, HostId, KindId, ServiceId
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown
from twiceshy.probes.host import look
from twiceshy.probes.view import View

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


def seen(
    target: str,
    promise: Promise,
    *,
    hosts: tuple[Host, ...] = (),
    services: tuple[Service, ...] = (),
    seconds: float = 5,
) -> HostFact | Unseen:
    estate = Estate(
        "twiceshy.yaml",
        hosts={host.id: host for host in hosts},
        services={service.id: service for service in services},
    )
    guard = Guard(GuardId("g"), KindId("host"), target, promise, timedelta(minutes=5))
    return asyncio.run(look(guard, estate, View("here", seconds, lambda: NOW)))


def fact(answer: HostFact | Unseen) -> HostFact:
    assert isinstance(answer, HostFact), answer
    return answer


@contextlib.contextmanager
def listening(*addresses: str) -> Iterator[int]:
    """A port that accepts connections at these addresses; a silent one has no room for more."""
    with contextlib.ExitStack() as stack:
        port = 0
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            server = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind((address, port))
            server.listen()
            port = server.getsockname()[1]
        yield port


@contextlib.contextmanager
def closed_port() -> Iterator[int]:
    """A port that is taken, so that nobody else gets it, and on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@contextlib.contextmanager
def silent_port() -> Iterator[int]:
    """A port whose queue is full: the kernel drops every further connection request."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def test_the_ports_of_a_host_are_looked_at_at_each_address() -> None:
    host = Host(HostId("mail-1"), addresses=("127.0.0.1", "127.0.0.2", "::1"))
    with listening("127.0.0.1", "127.0.0.2", "::1") as port:
        promise = Promise(listens=(port,))
        answer = fact(seen("mail-1", promise, hosts=(host,)))
    assert [(one.address, one.port, one.state) for one in answer.ports] == [
        ("127.0.0.1", port, PortState.OPEN),
        ("127.0.0.2", port, PortState.OPEN),
        ("::1", port, PortState.OPEN),
    ]
    assert isinstance(judge(promise, answer, NOW), Holds)


def test_a_service_that_listens_on_one_address_alone_is_found() -> None:
    host = Host(HostId("mail-1"), addresses=("127.0.0.1", "127.0.0.2"))
    with listening("127.0.0.1") as port:
        promise = Promise(listens=(port,))
        verdict = judge(promise, fact(seen("mail-1", promise, hosts=(host,))), NOW)
    assert isinstance(verdict, Broken)
    assert verdict.severity is Severity.SERIOUS
    assert verdict.why == f"port {port} at 127.0.0.2: the connection is refused"


def test_a_port_that_must_be_shut_is_looked_at_too() -> None:
    host = Host(HostId("mail-1"), addresses=("127.0.0.1",))
    with listening("127.0.0.1") as port, closed_port() as shut:
        promise = Promise(listens=(port,), must_not_listen=(shut,))
        kept = judge(promise, fact(seen("mail-1", promise, hosts=(host,))), NOW)
        wrong = Promise(must_not_listen=(port,))
        verdict = judge(wrong, fact(seen("mail-1", wrong, hosts=(host,))), NOW)
    assert isinstance(kept, Holds)
    assert isinstance(verdict, Broken)
    assert "promised shut" in verdict.why


def test_silence_breaks_a_promise_to_listen_and_names_the_vantage() -> None:
    host = Host(HostId("mail-1"), addresses=("127.0.0.1",))
    with silent_port() as port:
        promise = Promise(listens=(port,))
        answer = fact(seen("mail-1", promise, hosts=(host,), seconds=0.5))
    assert answer.ports[0].state is PortState.TIMED_OUT
    assert answer.ports[0].why.startswith("no answer in 0.")
    assert answer.ports[0].why.endswith(" s from here")
    assert isinstance(judge(promise, answer, NOW), Broken)


def test_a_local_host_without_addresses_is_this_one() -> None:
    with listening("127.0.0.1") as port:
        promise = Promise(listens=(port,))
        answer = fact(seen("here", promise, hosts=(Host(HostId("here")),)))
    assert [(one.address, one.state) for one in answer.ports] == [("127.0.0.1", PortState.OPEN)]


def test_a_host_reached_by_name_is_looked_up() -> None:
    host = Host(HostId("mail-1"), reach="ssh://ops@localhost:22")
    with listening("127.0.0.1") as port:
        promise = Promise(listens=(port,))
        answer = fact(seen("mail-1", promise, hosts=(host,)))
    (name,) = answer.names
    assert (name.name, name.state) == ("localhost", NameState.FOUND)
    assert ("127.0.0.1", PortState.OPEN) in {(one.address, one.state) for one in answer.ports}


def test_the_endpoints_of_a_service_are_the_ports_to_look_at() -> None:
    with listening("127.0.0.1", "127.0.0.3") as port:
        mail = Service(
            ServiceId("mail"),
            endpoints=(
                Endpoint("smtp", f"smtp://127.0.0.1:{port}"),
                Endpoint("web", f"http://mail.example.org:{port}/", addresses=("127.0.0.3",)),
            ),
        )
        answer = fact(seen("mail", Promise(), services=(mail,)))
    assert answer.names == ()
    assert [(one.address, one.port) for one in answer.ports] == [
        ("127.0.0.1", port),
        ("127.0.0.3", port),
    ]


def test_a_service_without_endpoints_stands_for_its_hosts() -> None:
    host = Host(HostId("mail-1"), addresses=("127.0.0.1",))
    mail = Service(ServiceId("mail"), hosts=(host.id,))
    with listening("127.0.0.1") as port:
        promise = Promise(listens=(port,))
        answer = fact(seen("mail", promise, hosts=(host,), services=(mail,)))
    assert answer.ports[0].state is PortState.OPEN


def test_a_name_that_cannot_be_one_is_unknown() -> None:
    answer = fact(seen("tcp://a..b:25", Promise()))
    assert answer.names[0].state is NameState.NOT_ASKED
    assert answer.ports == ()
    assert isinstance(judge(Promise(), answer, NOW), Unknown)


def test_an_address_without_a_way_to_it_is_unknown() -> None:
    host = Host(HostId("mail-1"), addresses=("fe80::1",))
    promise = Promise(listens=(25,))
    assert isinstance(judge(promise, fact(seen("mail-1", promise, hosts=(host,))), NOW), Unknown)


def test_many_ports_take_turns_and_all_are_seen() -> None:
    host = Host(HostId("mail-1"), addresses=("127.0.0.1",))
    with listening("127.0.0.1") as port:
        others = tuple(one for one in range(1, 400) if one != port)
        promise = Promise(listens=(port, *others))
        answer = fact(seen("mail-1", promise, hosts=(host,), seconds=30))
    assert len(answer.ports) == 400
    assert answer.ports[0].state is PortState.OPEN


def test_more_ports_than_one_look_takes_are_never_green() -> None:
    host = Host(HostId("mail-1"), addresses=("127.0.0.1",))
    promise = Promise(must_not_listen=tuple(range(1, 2051)))
    answer = fact(seen("mail-1", promise, hosts=(host,), seconds=30))
    assert [one.state for one in answer.ports[2048:]] == [PortState.CANNOT_LOOK] * 2


def test_a_target_that_names_nothing_is_unseen() -> None:
    answer = seen("nosuch", Promise(listens=(25,)))
    assert isinstance(answer, Unseen)
    assert answer.why == "nosuch names no host, and no service with endpoints or hosts"
