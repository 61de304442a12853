"""The network: the host with its interfaces, and outside everybody else.

Whoever is outside owns every address: what arrives there is answered, whatever it is addressed to
(a default route in the table `local`, which is not asked for what is sent), and sockets bind to
any address (IP_FREEBIND).
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from twiceshy.changes.sandbox.commands import ip, must

OUTSIDE = "outside"
_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)


def enter(namespace: Path) -> None:
    """Go on in another network namespace."""
    descriptor = os.open(namespace, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _LIBC.setns(descriptor, _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(descriptor)


@contextmanager
def outside(*, really: bool = True) -> Iterator[None]:
    """In the namespace of everybody else for a while."""
    if not really:
        yield
        return
    here = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    enter(Path("/run/netns") / OUTSIDE)
    try:
        yield
    finally:
        _LIBC.setns(here, _CLONE_NEWNET)
        os.close(here)


def settings(values: dict[str, str]) -> None:
    """Write below /proc/sys/net, as far as this kernel has them."""
    for name, value in values.items():
        with suppress(OSError):
            (Path("/proc/sys/net") / name).write_text(value)


def build(interfaces: list[str], addresses: list[list[str]]) -> None:
    """The links, addresses and static neighbours of the host and of everybody else."""
    Path("/run/netns").mkdir()
    must(["ip", "netns", "add", OUTSIDE])
    common = {
        "ipv4/conf/all/rp_filter": "0",
        "ipv4/conf/default/rp_filter": "0",
        "ipv4/conf/all/accept_local": "1",
        "ipv4/conf/default/accept_local": "1",
        "ipv6/conf/all/accept_dad": "0",
        "ipv6/conf/default/accept_dad": "0",
        "ipv4/icmp_ratelimit": "0",
        "ipv6/icmp/ratelimit": "0",
    }
    settings({**common, "ipv4/ip_forward": "1", "ipv6/conf/all/forwarding": "1"})
    with outside():
        settings(common)
    ip(["link set lo up"])
    ip(["link set lo up"], namespace=OUTSIDE)
    for at, name in enumerate(interfaces):
        here, there = f"02:00:00:00:00:{at:02x}", f"02:00:00:00:01:{at:02x}"
        peer = f"p{at}"
        pair = f"type veth peer name {peer} address {there} netns {OUTSIDE}"
        ip([f"link add {name} address {here} {pair}", f"link set {name} up"])
        ip([f"link set {peer} up"], namespace=OUTSIDE)
        settings({f"ipv4/conf/{name}/rp_filter": "0"})
        for family, gateway in (("-4", f"169.254.{at}."), ("-6", f"fe80::{at + 1:x}:")):
            ip([f"neigh replace {gateway}2 lladdr {there} dev {name}"], family=family)
            ip(
                [
                    f"neigh replace {gateway}1 lladdr {here} dev {peer}",
                    f"route add default via {gateway}1 dev {peer} metric {at + 1} onlink",
                ],
                namespace=OUTSIDE,
                family=family,
            )
    everybody = [
        "rule add pref 10 iif lo lookup main",
        "rule add pref 20 lookup local",
        "rule del pref 0",
        "route add local default dev lo table local",
    ]
    for family in ("-4", "-6"):
        ip(everybody, namespace=OUTSIDE, family=family)
    for address, name in addresses:
        family, length = ("-6", 128) if ":" in address else ("-4", 32)
        nodad = " nodad" if family == "-6" else ""
        ip([f"addr replace {address}/{length} dev {name}{nodad}"], family=family)


def routes(interfaces: list[str], wanted: list[list[str]]) -> None:
    """Who of the others is reached by which interface; all else by the first."""
    for family in ("-4", "-6"):
        lines = []
        for at, name in enumerate(interfaces):
            gateway = f"169.254.{at}.2" if family == "-4" else f"fe80::{at + 1:x}:2"
            if at == 0:
                lines.append(f"route replace default via {gateway} dev {name} onlink")
            for address, by in wanted:
                if by == name and (":" in address) == (family == "-6"):
                    length = 128 if family == "-6" else 32
                    lines.append(
                        f"route replace {address}/{length} via {gateway} dev {name} onlink"
                    )
        ip(lines, family=family)
