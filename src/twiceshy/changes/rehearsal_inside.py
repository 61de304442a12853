"""Runs in namespaces of its own: a copy of the host's network, a rule set loaded, flows tried.

    this namespace: the host, one veth for each interface ==== namespace `outside`: everybody else

Started by `rehearse.py` under `unshare`, told what to do as JSON on standard input, answers with
JSON on standard output. Only the standard library is used, and only `ip`, `nft`, `ipset` and the
iptables tools are started, in a root folder that holds this machine's programs and the host's
configuration. All of it ends with this process.

Whoever is outside owns every address: what arrives there is answered, whatever it is addressed to
(a default route in the table `local`, which is not asked for what is sent), and sockets bind to
any address (IP_FREEBIND).
"""

from __future__ import annotations

import asyncio
import base64
import ctypes
import errno
import json
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path("/run/root")
OUTSIDE = "outside"
FROM_HERE = (
    "alternatives",
    "iproute2",
    "protocols",
    "services",
    "nsswitch.conf",
    "passwd",
    "group",
)
"""Entries of /etc that the programs need, from this machine."""
OWN_ROOT = frozenset({"dev", "etc", "media", "mnt", "proc", "run", "srv", "sys", "tmp", "var"})
"""Top folders that are not taken from this machine."""
PROGRAMS = frozenset({"bin", "lib", "lib32", "lib64", "libx32", "nix", "sbin", "usr"})
TCP, UDP = 6, 17
ECHO = {socket.AF_INET: (8, 0, 1), socket.AF_INET6: (128, 129, 58)}
"""ICMP types of request and reply, and the protocol's number."""
IP_FREEBIND, IPV6_FREEBIND = 15, 78
REFUSED = frozenset(
    {errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES, errno.EPERM}
    | {errno.ECONNRESET, errno.ENOPROTOOPT, errno.EPROTO}
)
"""What a REJECT looks like to its sender, in all its ways; EPERM: OUTPUT dropped it."""
SAID = 400
_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)
_QUESTION = b"twiceshy"
_SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin"


def run(argv: list[str], seconds: float, *, given: str | None = None, inside: bool = True) -> Any:
    """A command and how it ended: its code and the last lines it complained with."""
    if inside:
        argv = ["chroot", str(ROOT), *argv]
    path = f"{_SYSTEM}:{os.environ.get('PATH', '')}"
    try:
        ended = subprocess.run(
            argv,
            input=None if given is None else given.encode(),
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            check=False,
            timeout=seconds,
            env={"PATH": path, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"code": -1, "says": str(error)[:SAID]}
    said = ended.stderr.decode("utf-8", "replace").strip() or ended.stdout.decode(
        "utf-8", "replace"
    )
    return {"code": ended.returncode, "says": said.strip()[:SAID]}


def must(argv: list[str], given: str | None = None) -> None:
    """A command that has to succeed, in this machine's own root folder."""
    done = run(argv, 10, given=given, inside=False)
    if done["code"] != 0:
        raise RuntimeError(f"{' '.join(argv[:4])}: {done['says']}")


def ip(lines: list[str], *, namespace: str | None = None, family: str = "-4") -> None:
    """Several `ip` commands in one call."""
    where = [] if namespace is None else ["-n", namespace]
    must(["ip", *where, family, "-batch", "-"], "\n".join(lines) + "\n")


def furnish(files: dict[str, str]) -> dict[str, str]:
    """The root folder for the commands; the reasons why files could not be put there, by path."""
    ROOT.mkdir()
    must(["mount", "-t", "tmpfs", "tmpfs", str(ROOT)])
    wanted = {path.split("/")[1] for path in files}
    for entry in sorted(Path("/").iterdir()):
        target = ROOT / entry.name
        if entry.is_symlink():
            target.symlink_to(entry.readlink())
        elif entry.is_dir() and entry.name not in OWN_ROOT:
            target.mkdir()
            if entry.name in PROGRAMS or entry.name not in wanted:
                must(["mount", "--rbind", str(entry), str(target)])
    for name in ("etc", "run", "tmp", "proc", "dev", "sys"):
        (ROOT / name).mkdir(exist_ok=True)
    must(["mount", "--rbind", "/proc", str(ROOT / "proc")])
    (ROOT / "dev/null").touch()
    must(["mount", "--bind", "/dev/null", str(ROOT / "dev/null")])
    for name in FROM_HERE:
        source, target = Path("/etc") / name, ROOT / "etc" / name
        if source.is_dir():
            target.mkdir()
        elif source.exists():
            target.touch()
        else:
            continue
        must(["mount", "--bind", str(source), str(target)])
    refused = {}
    for path, content in files.items():
        why = _put(path, base64.b64decode(content))
        if why is not None:
            refused[path] = why
    return refused


def _put(path: str, content: bytes) -> str | None:
    parts = path.split("/")[1:]
    if parts[0] in PROGRAMS or ".." in parts or (len(parts) > 1 and parts[1] in FROM_HERE):
        return "it stands among this machine's own programs and settings"
    target = ROOT.joinpath(*parts)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    except OSError as error:
        return str(error)
    return None


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
        ip(
            [
                f"link add {name} address {here} type veth"
                f" peer name {peer} address {there} netns {OUTSIDE}",
                f"link set {name} up",
            ]
        )
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


def load(files: list[dict[str, Any]], seconds: float) -> list[dict[str, Any]]:
    """Check and load rule sets in order."""
    found = []
    for one in files:
        checked = None if one["check"] is None else run(one["check"], seconds)
        loaded = run(one["load"], seconds)
        found.append({"path": one["path"], "checked": checked, "loaded": loaded})
    return found


class Tries:
    """Listeners for everything that will be tried, and the tries, all at once."""

    def __init__(self, interfaces: list[str], seconds: float) -> None:
        self._peers = {name: f"p{at}" for at, name in enumerate(interfaces)}
        self._seconds = seconds
        self._listening: dict[tuple[object, ...], socket.socket] = {}
        self._answering: set[asyncio.Task[None]] = set()

    async def all(self, tries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What became of each, in order."""
        for one in tries:
            if one["protocol"] in {TCP, UDP}:
                for port in one["listen"]:
                    self._listen(one, port)
        return list(await asyncio.gather(*(self._one(one) for one in tries)))

    def _listen(self, one: dict[str, Any], port: int) -> None:
        family = socket.AF_INET6 if one["family"] == 6 else socket.AF_INET
        device = self._peers.get(one["oif"]) if one["oif"] else None
        key = (family, one["protocol"], device, port)
        if key in self._listening or not port:
            return
        kind = socket.SOCK_STREAM if one["protocol"] == TCP else socket.SOCK_DGRAM
        with outside(really=device is not None):
            listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if device is not None:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        listener.setblocking(False)
        _own_everything(listener)
        if kind == socket.SOCK_DGRAM:
            # An answer has to come from the address that was asked.
            level, option = (
                (socket.IPPROTO_IP, 8) if family == socket.AF_INET else (socket.IPPROTO_IPV6, 49)
            )
            listener.setsockopt(level, option, 1)
        listener.bind(("", port))
        if kind == socket.SOCK_STREAM:
            listener.listen(256)
        self._listening[key] = listener
        answer = self._accept if kind == socket.SOCK_STREAM else self._echo
        asyncio.get_running_loop().add_reader(listener.fileno(), answer, listener)

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            connection.setblocking(False)
            task = asyncio.get_running_loop().create_task(self._talk(connection))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    async def _talk(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with connection, suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._seconds):
                await loop.sock_sendall(connection, await loop.sock_recv(connection, 64))

    @staticmethod
    def _echo(listener: socket.socket) -> None:
        with suppress(OSError):
            data, asked, _, sender = listener.recvmsg(64, 256)
            # What told which address was asked for says the same when sent back.
            listener.sendmsg([data], asked, 0, sender)

    async def _one(self, one: dict[str, Any]) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self._seconds):
                if one["protocol"] == TCP:
                    await self._talk_to(one, socket.SOCK_STREAM)
                elif one["protocol"] == UDP:
                    await self._talk_to(one, socket.SOCK_DGRAM)
                else:
                    await self._ping(one)
        except TimeoutError:
            return {"result": "silent", "detail": f"no answer in {self._seconds:g} s"}
        except OSError as error:
            told = os.strerror(error.errno) if error.errno else str(error)
            return {"result": "refused" if error.errno in REFUSED else "untried", "detail": told}
        return {"result": "passed", "detail": "answered"}

    def _socket(self, one: dict[str, Any], kind: int, protocol: int = 0) -> socket.socket:
        family = socket.AF_INET6 if one["family"] == 6 else socket.AF_INET
        device = self._peers.get(one["iif"]) if one["iif"] else None
        with outside(really=device is not None):
            made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if device is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        _own_everything(made)
        if one["ttl"]:
            if family == socket.AF_INET:
                made.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, one["ttl"])
            else:
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, one["ttl"])
        return made

    async def _talk_to(self, one: dict[str, Any], kind: int) -> None:
        loop = asyncio.get_running_loop()
        with self._socket(one, kind) as made:
            made.bind((one["saddr"], one["sport"]))
            await loop.sock_connect(made, (one["daddr"], one["dport"]))
            await loop.sock_sendall(made, _QUESTION)
            if await loop.sock_recv(made, 64) != _QUESTION:
                raise ConnectionResetError(104, "the connection ended without an answer")

    async def _ping(self, one: dict[str, Any]) -> None:
        loop = asyncio.get_running_loop()
        family = socket.AF_INET6 if one["family"] == 6 else socket.AF_INET
        request, reply, protocol = ECHO[family]
        with self._socket(one, socket.SOCK_RAW, protocol) as made:
            made.bind((one["saddr"], 0))
            made.connect((one["daddr"], 0))
            packet = struct.pack("!BBHHH", request, 0, 0, one["number"], 1) + _QUESTION
            await loop.sock_sendall(made, _summed(packet))
            while True:
                data = await loop.sock_recv(made, 2048)
                body = data[20:] if family == socket.AF_INET else data
                kind, _, _, number, _ = struct.unpack_from("!BBHHH", body)
                if kind == reply and number == one["number"]:
                    return


def _own_everything(made: socket.socket) -> None:
    """Let a socket bind to addresses that are no interface's, and answer from them."""
    if made.family == socket.AF_INET:
        made.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
    else:
        made.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)


def _summed(packet: bytes) -> bytes:
    total = 0xFFFF - int.from_bytes(packet, "big") % 0xFFFF
    return packet[:2] + struct.pack("!H", total) + packet[4:]


def main() -> None:
    """Do all that standard input asks for."""
    told = json.load(sys.stdin)
    answer: dict[str, Any] = {}
    try:
        if [name for _, name in socket.if_nameindex()] != ["lo"] or any(Path("/run").iterdir()):
            raise RuntimeError("this is no namespace of its own")
        answer["refused"] = furnish(told["files"])
        build(told["interfaces"], told["addresses"])
        answer["before"] = load(told["before"], told["command_seconds"])
        # The files of the change stand where those before it stood.
        for path, content in told["after_files"].items():
            why = _put(path, base64.b64decode(content))
            if why is not None:
                answer["refused"][path] = why
        answer["after"] = load(told["after"], told["command_seconds"])
        answer["tries"] = []
        for group in told["groups"]:
            routes(told["interfaces"], group["routes"])
            tries = Tries(told["interfaces"], told["try_seconds"])
            answer["tries"] += asyncio.run(tries.all(group["tries"]))
    except (OSError, RuntimeError) as error:
        answer["failed"] = str(error)[:SAID]
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
