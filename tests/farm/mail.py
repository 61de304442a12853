"""A mail server with its mailboxes, each test's own: Postfix, Dovecot, and a DNS server."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset

from tests.farm.authority import Issued
from tests.farm.daemons import Daemon, Workplace, free_ports, running, workplace

DOMAIN = "example.test"
OWNER = 65534
"""Who the mailboxes belong to: an account that every system has."""
REFUSED = "refused@example.test"
"""The one recipient that is not taken."""
LOGIN = "probe@example.test:geheim"


@dataclass(frozen=True)
class MailServer:
    """A Postfix that keeps mail for `example.test` and relays the rest."""

    daemon: Daemon
    folder: Path
    maildir: Path

    @property
    def smtp(self) -> str:
        return f"smtp://127.0.0.1:{self.daemon.ports['smtp']}"


@contextmanager
def mail_server(program: str, *, relay_port: int = 1) -> Iterator[MailServer]:
    """Listener: `smtp`. What is not for `example.test` goes to 127.0.0.1:`relay_port`."""
    with workplace() as place:
        (port,) = free_ports(1)
        place.subfolder("queue")
        place.subfolder("data", "postfix")
        boxes = place.subfolder("boxes")
        os.chown(boxes, OWNER, OWNER)
        log = place.folder / "log"
        place.write(
            "main.cf",
            f"""\
compatibility_level = 3.6
queue_directory = {place.folder}/queue
data_directory = {place.folder}/data
myhostname = mail.example.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
maillog_file = {log}
maillog_file_prefixes = {place.folder}
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
relayhost = [127.0.0.1]:{relay_port}
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_base = {boxes}
virtual_mailbox_maps = static:probe/
virtual_uid_maps = static:{OWNER}
virtual_gid_maps = static:{OWNER}
smtpd_recipient_restrictions = check_recipient_access inline:{{ {{ {REFUSED} = REJECT }} }}
""",
        )
        place.write(
            "master.cf",
            f"""\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
""",
        )
        daemon = Daemon(MappingProxyType({"smtp": port}), log)
        control = [program, "-c", str(place.folder)]
        with running([*control, "start-fg"], daemon, place.folder):
            try:
                yield MailServer(daemon, place.folder, boxes / "probe")
            finally:
                subprocess.run([*control, "abort"], check=True, capture_output=True)


@contextmanager
def mailboxes(program: str, leaf: Issued, maildir: Path) -> Iterator[Daemon]:
    """A Dovecot that serves one maildir to `LOGIN`: `imap`, `imaps`, `pop3`, `pop3s`."""
    with workplace() as place:
        names = ("imap", "pop3", "imaps", "pop3s")
        ports = dict(zip(names, free_ports(4), strict=True))
        listeners = "\n".join(_listener(protocol, ports) for protocol in ("imap", "pop3"))
        config = place.write("dovecot.conf", _dovecot(place, leaf, maildir) + listeners)
        daemon = Daemon(MappingProxyType(ports), place.folder / "log")
        with running([program, "-F", "-c", str(config)], daemon, place.folder):
            yield daemon


def _dovecot(place: Workplace, leaf: Issued, maildir: Path) -> str:
    user, _, password = LOGIN.partition(":")
    return f"""\
base_dir = {place.folder}/run
state_dir = {place.folder}/run
log_path = {place.folder}/log
listen = 127.0.0.1
protocols = imap pop3
ssl = required
ssl_cert = <{place.chain_file(leaf)}
ssl_key = <{place.key_file(leaf)}
mail_location = maildir:{maildir}
first_valid_uid = {OWNER}
first_valid_gid = {OWNER}
default_vsz_limit = 0
passdb {{
  driver = static
  args = user={user} password={password}
}}
userdb {{
  driver = static
  args = uid={OWNER} gid={OWNER} home={maildir.parent}
}}
service stats {{
  chroot =
}}
"""


def _listener(protocol: str, ports: Mapping[str, int]) -> str:
    return f"""\
service {protocol}-login {{
  chroot =
  inet_listener {protocol} {{
    port = {ports[protocol]}
  }}
  inet_listener {protocol}s {{
    port = {ports[protocol + "s"]}
    ssl = yes
  }}
}}
"""


Zone = Mapping[tuple[str, str], tuple[str, ...]]
"""Name without its end dot and type, to the records as text."""


class NameServer:
    """Answers for a zone over UDP and TCP; long answers are cut off over UDP, as RFC 1035 says."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._tcp.getsockname()[1]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        self._threads = [
            threading.Thread(target=serve, daemon=True)
            for serve in (self._over_udp, self._over_tcp)
        ]
        for one in self._threads:
            one.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def close(self) -> None:
        for one in (self._tcp, self._udp):
            with suppress(OSError):  # a datagram socket is not connected
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)

    def _over_udp(self) -> None:
        while True:
            try:
                data, there = self._udp.recvfrom(65535)
                if not data:
                    return
                self._udp.sendto(self._answer(data).to_wire(max_size=1232), there)
            except dns.exception.TooBig:
                cut = dns.message.make_response(dns.message.from_wire(data))
                cut.flags |= dns.flags.TC
                self._udp.sendto(cut.to_wire(), there)
            except OSError:
                return

    def _over_tcp(self) -> None:
        while True:
            try:
                there, _ = self._tcp.accept()
            except OSError:
                return
            with there:
                length = int.from_bytes(there.recv(2), "big")
                wire = self._answer(there.recv(length)).to_wire()
                there.sendall(len(wire).to_bytes(2, "big") + wire)

    def _answer(self, data: bytes) -> dns.message.Message:
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        if not any(known == name for known, _ in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
            return answer
        records = self.zone.get((name, kind), ())
        if records:
            answer.answer.append(dns.rrset.from_text(question.name, 300, "IN", kind, *records))
        return answer


@contextmanager
def name_server(zone: Zone) -> Iterator[NameServer]:
    """A name server of one's own on loopback."""
    server = NameServer(zone)
    try:
        yield server
    finally:
        server.close()
