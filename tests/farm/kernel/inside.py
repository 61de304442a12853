"""The part that runs inside: three network namespaces, and packets sent and caught by one process.

    src ==eth0,eth1== fw ==wan0,wan1== dst

Started under `unshare` by `sandbox.py`, it serves requests from standard input to standard output,
each a pickled tuple behind its length, and ends with its parent. Everything that it makes, rule
sets too, belongs to namespaces of its own and ends with it.

All packets of a batch go through the kernel in the order they were sent, on one processor: the
answer to an ARP request sent last has come when all that the firewall lets through has arrived.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from tests.farm.kernel.messages import (
    ADDRESSES4,
    ADDRESSES6,
    INSIDE,
    INTERFACES,
    MACS,
    OUTSIDE,
    PEER_MACS,
    PEERS4,
    PEERS6,
    PREFIX4,
    Caught,
    Done,
    Shot,
    read_message,
    write_message,
)

TABLE_OUT, TABLE_BACK, TABLE_OWN = 100, 101, 102
"""Routing tables for what comes from inside, from outside, and from the firewall itself."""

_CLONE_NEWNET = 0x40000000
_ETH_ALL, _ETH_ARP, _ETH_IP4, _ETH_IP6 = 3, 0x0806, 0x0800, 0x86DD
_SOL_PACKET, _IGNORE_OUTGOING = 263, 23
_RECEIVE_BUFFER = 64 * 1024 * 1024
_RCVBUFFORCE = 33
_FENCE_EVERY = 48
_FENCE_SECONDS = 10.0
_IPV6_HDRINCL = 36
_PROTOCOLS = (1, 2, 6, 17, 47, 50, 51, 58, 89, 103, 112, 132, 136)
"""What is caught of all that is let in to the firewall itself."""
_LIBC = ctypes.CDLL(None, use_errno=True)


def enter(namespace: str) -> None:
    """Go on in the network namespace of this name."""
    descriptor = os.open(f"/run/netns/{namespace}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _LIBC.setns(descriptor, _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(descriptor)


@contextmanager
def within(namespace: str) -> Iterator[None]:
    """In another namespace for a while, then back to the firewall's."""
    enter(namespace)
    try:
        yield
    finally:
        enter("fw")


def run(argv: Sequence[str], given: str = "") -> Done:
    """A command in the namespace we are in."""
    path = os.pathsep.join(("/usr/sbin", "/sbin", os.environ.get("PATH", "/usr/bin:/bin")))
    ended = subprocess.run(
        argv,
        input=given.encode(),
        capture_output=True,
        check=False,
        env={**os.environ, "PATH": path, "LC_ALL": "C"},
    )
    return Done(
        ended.returncode,
        ended.stdout.decode("utf-8", "replace"),
        ended.stderr.decode("utf-8", "replace"),
    )


def ip(*lines: str, family: str = "-4") -> None:
    """Several `ip` commands in one call."""
    done = run(("ip", family, "-batch", "-"), "\n".join(lines) + "\n")
    if done.code != 0:
        raise RuntimeError(done.complaint)


def settings(values: dict[str, str]) -> None:
    """Write below /proc/sys/net, as far as the kernel has them."""
    for name, value in values.items():
        path = Path("/proc/sys/net") / name
        if path.exists():
            path.write_text(value)


def build() -> None:
    """The three namespaces, their links, addresses, neighbours and routes; ends in `fw`."""
    Path("/run/netns").mkdir(exist_ok=True)
    for name in ("src", "fw", "dst"):
        done = run(("ip", "netns", "add", name))
        if done.code != 0:
            raise RuntimeError(done.complaint)
    for name in ("src", "dst", "fw"):
        enter(name)
        quiet = {"ipv6/conf/default/accept_dad": "0", "ipv6/conf/all/accept_dad": "0"}
        settings(quiet | {"ipv6/conf/default/router_solicitations": "0"})
        ip("link set lo up")
    settings(
        {
            "ipv4/ip_forward": "1",
            "ipv6/conf/all/forwarding": "1",
            "ipv4/conf/all/accept_local": "1",
            "ipv4/conf/all/send_redirects": "0",
            "ipv4/conf/default/send_redirects": "0",
            "ipv4/icmp_ratelimit": "0",
            "ipv6/icmp/ratelimit": "0",
            "ipv4/icmp_msgs_per_sec": "10000000",
            "ipv4/icmp_msgs_burst": "1000000",
            "ipv4/icmp_echo_ignore_all": "1",
            "ipv6/icmp/echo_ignore_all": "1",
            # Sequence numbers here are the packets' own numbers, and UDP-Lite's checksum is
            # held against UDP's.
            "netfilter/nf_conntrack_tcp_be_liberal": "1",
            "netfilter/nf_conntrack_checksum": "0",
        }
    )
    for at, name in enumerate(INTERFACES):
        side = "src" if name in INSIDE else "dst"
        ip(
            f"link add {name} address {MACS[at]} type veth"
            f" peer name {name} address {PEER_MACS[at]} netns {side}",
            f"link set {name} up",
            f"addr add {ADDRESSES4[at]}/{PREFIX4} broadcast + dev {name}",
            f"neigh replace {PEERS4[at]} lladdr {PEER_MACS[at]} dev {name}",
        )
        with within(side):
            ip(f"link set {name} up")
        ip(
            f"addr add {ADDRESSES6[at]}/64 dev {name} nodad",
            f"neigh replace {PEERS6[at]} lladdr {PEER_MACS[at]} dev {name}",
            family="-6",
        )
        settings({f"ipv4/conf/{name}/send_redirects": "0"})
    settings({"ipv4/conf/all/rp_filter": "0", "ipv4/conf/default/rp_filter": "0"})
    settings({f"ipv4/conf/{name}/rp_filter": "0" for name in INTERFACES})
    rules = [f"rule add pref 90 iif {name} lookup {TABLE_OUT}" for name in INSIDE]
    rules += [f"rule add pref 91 iif {name} lookup {TABLE_BACK}" for name in OUTSIDE]
    rules += [f"rule add pref 92 iif lo lookup {TABLE_OWN}"]
    ip(*rules)
    ip(*rules, family="-6")
    route("eth0", "wan0")


def route(inside: str, outside: str) -> None:
    """What comes from inside leaves by `outside`, what comes from outside by `inside`."""
    tables = ((TABLE_OUT, outside), (TABLE_OWN, outside), (TABLE_BACK, inside))
    for family, peers in (("-4", PEERS4), ("-6", PEERS6)):
        ip(
            *(
                f"route replace default via {peers[INTERFACES.index(name)]} dev {name}"
                f" table {table} onlink"
                for table, name in tables
            ),
            family=family,
        )


def hush(version: int, *, is_quiet: bool) -> None:
    """Whether the firewall's own kernel says nothing of itself: no resets and no ICMP errors.

    Their routes are looked up by protocol; those of packets that bring their own IP header by
    IPPROTO_RAW (raw_sendmsg in net/ipv4/raw.c, rawv6_sendmsg in net/ipv6/raw.c), and those of
    packets that rules redirect by none.
    """
    what = "add" if is_quiet else "del"
    protocols = ("tcp", "icmp" if version == 4 else "ipv6-icmp")
    rules = (f"rule {what} pref 80 iif lo ipproto {one} blackhole" for one in protocols)
    ip(*rules, family=f"-{version}")


class Wires:
    """Sockets in all three namespaces: what sends, and what catches."""

    def __init__(self) -> None:
        self._ends: dict[str, socket.socket] = {}
        self._catching: dict[int, tuple[socket.socket, str]] = {}
        self._names: dict[tuple[str, int], str] = {}
        self._own: dict[tuple[int, int], socket.socket] = {}
        for side, names in (("src", INSIDE), ("dst", OUTSIDE)):
            with within(side):
                for name in names:
                    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
                    end.bind((name, 0))
                    self._ends[name] = end
                catcher = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_ALL))
                catcher.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)
                self._catch(catcher, side)
        for family in (socket.AF_INET, socket.AF_INET6):
            for protocol in _PROTOCOLS:
                catcher = socket.socket(family, socket.SOCK_RAW, protocol)
                where = "own4" if family == socket.AF_INET else f"own6:{protocol}"
                self._catch(catcher, where)
        self._fence = bytes.fromhex("ffffffffffff" + PEER_MACS[0].replace(":", ""))
        self._fence += struct.pack("!HHHBBH", _ETH_ARP, 1, _ETH_IP4, 6, 4, 1)
        self._fence += bytes.fromhex(PEER_MACS[0].replace(":", ""))
        self._fence += socket.inet_aton(PEERS4[0]) + bytes(6) + socket.inet_aton(ADDRESSES4[0])

    def _catch(self, catcher: socket.socket, where: str) -> None:
        with suppress(PermissionError):  # in a user namespace the usual room has to do
            catcher.setsockopt(socket.SOL_SOCKET, _RCVBUFFORCE, _RECEIVE_BUFFER)
        catcher.setblocking(False)
        self._catching[catcher.fileno()] = (catcher, where)

    def send(self, shots: Sequence[Shot]) -> list[Caught]:
        """Send them all in order; what arrived because of them, in order of arrival per place."""
        caught: list[Caught] = []
        for start in range(0, len(shots), _FENCE_EVERY):
            for shot in shots[start : start + _FENCE_EVERY]:
                if shot.at == "own":
                    self._send_own(shot)
                else:
                    self._send_to(shot)
            self._wait(caught)
        return caught

    def _send_to(self, shot: Shot) -> None:
        is_four = shot.packet[0] >> 4 == 4
        mac = bytes.fromhex(MACS[INTERFACES.index(shot.at)].replace(":", ""))
        kind = struct.pack("!H", _ETH_IP4 if is_four else _ETH_IP6)
        self._ends[shot.at].send(mac + shot.mac + kind + shot.packet)

    def _send_own(self, shot: Shot) -> None:
        is_four = shot.packet[0] >> 4 == 4
        key = (4 if is_four else 6, shot.user)
        if key not in self._own:
            self._own[key] = self._own_socket(*key)
        end = self._own[key]
        end.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, shot.mark)
        if is_four:
            where: Any = (socket.inet_ntop(socket.AF_INET, shot.packet[16:20]), 0)
        else:
            where = (socket.inet_ntop(socket.AF_INET6, shot.packet[24:40]), 0)
        try:
            end.sendto(shot.packet, where)
        except PermissionError:
            return  # EPERM is how OUTPUT says that it dropped the packet
        except OSError as error:
            raise RuntimeError(f"{where}: {error}") from error

    def _own_socket(self, version: int, user: int) -> socket.socket:
        _LIBC.setfsuid(user)
        try:
            if version == 4:
                return socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
            end = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
            end.setsockopt(socket.IPPROTO_IPV6, _IPV6_HDRINCL, 1)
            return end
        finally:
            _LIBC.setfsuid(0)

    def _wait(self, caught: list[Caught]) -> None:
        self._ends["eth0"].send(self._fence)
        for _ in range(2000):
            if self._drain(caught):
                return
        raise RuntimeError("the firewall's answer to an ARP request did not come")

    def _drain(self, caught: list[Caught]) -> bool:
        has_ended = False
        for catcher, where in self._catching.values():
            while True:
                try:
                    data, address = catcher.recvfrom(65536)
                except BlockingIOError:
                    break
                if where == "own4":
                    caught.append(Caught("own", data))
                elif where.startswith("own6"):
                    caught.append(Caught(where, data))
                elif data[12:14] == b"\x08\x06":
                    has_ended = True
                else:
                    caught.append(Caught(address[0], data[14:]))
        return has_ended


def forget_connections() -> None:
    """Empty the connection table of the namespace we are in (ctnetlink's delete, of everything)."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12) as link:
        message = struct.pack("=IHHIIBBH", 20, 1 << 8 | 2, 5, 1, 0, 0, 0, 0)
        link.send(message)
        link.settimeout(10)
        code = struct.unpack_from("=i", link.recv(4096), 16)[0]
        if code != 0:
            raise OSError(-code, "conntrack flush")


def serve(requests: IO[bytes], answers: IO[bytes], number: int) -> None:
    """Do what is asked until nothing more is asked; sandboxes of other numbers run beside it."""
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[number % len(processors)]})
    build()
    wires = Wires()
    quiet: set[int] = set()
    write_message(answers, "ready")
    while True:
        answer: object = None
        try:
            match read_message(requests):
                case ("run", argv, given):
                    answer = run(argv, given)
                case ("route", inside, outside):
                    route(inside, outside)
                case ("hush", version, is_quiet):
                    if is_quiet is not (version in quiet):
                        hush(version, is_quiet=is_quiet)
                        quiet ^= {version}
                case ("forget",):
                    forget_connections()
                case ("send", shots):
                    answer = wires.send(shots)
        except EOFError:
            return
        except (OSError, RuntimeError) as error:
            answer = error
        write_message(answers, answer)


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[1]))
