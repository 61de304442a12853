"""Real daemons, each an instance of its own in a folder of its own, on free loopback ports."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from tests.farm.authority import Issued

START_SECONDS = 30.0
_STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Daemon:
    """A running daemon: the port of each of its listeners, and the file it logs to."""

    ports: Mapping[str, int]
    log: Path = field(default=Path("/dev/null"))


@dataclass(frozen=True)
class Workplace:
    """A folder that daemons of other users can enter, with the certificate to serve in it."""

    folder: Path

    def chain_file(self, leaf: Issued, owner: str | None = None) -> Path:
        """The chain in one file."""
        return self._file("chain.pem", b"".join(one.pem for one in leaf.up), owner)

    def key_file(self, leaf: Issued, owner: str | None = None) -> Path:
        """The key in a file that only `owner` reads."""
        return self._file("key.pem", leaf.key_pem, owner)

    def both_file(self, leaf: Issued, name: str = "both.pem") -> Path:
        """The key, then the chain, in one file."""
        return self._file(name, leaf.key_pem + b"".join(one.pem for one in leaf.up), None)

    def write(self, name: str, text: str) -> Path:
        """A configuration file."""
        return self._file(name, text.encode(), None, 0o644)

    def subfolder(self, name: str, owner: str | None = None) -> Path:
        """A folder below, which belongs to `owner`."""
        folder = self.folder / name
        folder.mkdir()
        _give(folder, owner)
        return folder

    def _file(self, name: str, data: bytes, owner: str | None, mode: int = 0o600) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        path.chmod(mode)
        _give(path, owner)
        return path


def _give(path: Path, owner: str | None) -> None:
    if owner is not None and os.geteuid() == 0:
        account = pwd.getpwnam(owner)
        os.chown(path, account.pw_uid, account.pw_gid)


@contextmanager
def workplace() -> Iterator[Workplace]:
    """A folder under the system's temporary one, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="twiceshy-farm-"))
    folder.chmod(0o755)
    try:
        yield Workplace(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody uses."""
    with ExitStack() as stack:
        sockets = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        return [one.getsockname()[1] for one in sockets]


def run_as(owner: str, *argv: str) -> list[str]:
    """The command as another user, when we may; our own user otherwise."""
    if os.geteuid() != 0:
        return list(argv)
    account = pwd.getpwnam(owner)
    identity = (f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups")
    return ["setpriv", *identity, *argv]


@contextmanager
def running(argv: Sequence[str], daemon: Daemon, folder: Path) -> Iterator[Daemon]:
    """The command in the foreground until the block ends; it is up when all ports answer."""
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            argv, stdout=output, stderr=output, cwd=folder, start_new_session=True
        )
    try:
        for port in daemon.ports.values():
            _await_port(port, process, folder / "output")
        yield daemon
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _await_port(port: int, process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.02)  # between two knocks at the door of a daemon that starts
        else:
            return
    raise AssertionError(f"{process.args!r} did not start:\n{output.read_text(errors='replace')}")


def await_log(daemon: Daemon, words: str, since: int) -> str:
    """What the log says from its `since`th character on, once these words are in it."""
    deadline = time.monotonic() + START_SECONDS
    while words not in (said := daemon.log.read_text(errors="replace")[since:]):
        if time.monotonic() > deadline:
            raise AssertionError(f"{words!r} never came up in the log:\n{said}")
        time.sleep(0.02)  # between two looks at a file that another process writes
    return said


@contextmanager
def postfix(program: str, *leaves: Issued, versions: str = ">=TLSv1") -> Iterator[Daemon]:
    """Listeners: `smtp` with STARTTLS, `smtps`, and `plain` without TLS."""
    with workplace() as place:
        ports = dict(zip(("smtp", "smtps", "plain"), free_ports(3), strict=True))
        chains = ", ".join(
            str(place.both_file(leaf, name=f"{number}.pem")) for number, leaf in enumerate(leaves)
        )
        place.subfolder("queue")
        place.subfolder("data", "postfix")
        log = place.folder / "log"
        place.write(
            "main.cf",
            f"""
            compatibility_level = 3.6
            queue_directory = {place.folder}/queue
            data_directory = {place.folder}/data
            myhostname = mail.example.test
            mydestination =
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            maillog_file = {log}
            maillog_file_prefixes = {place.folder}
            smtpd_tls_chain_files = {chains}
            smtpd_tls_protocols = {versions}
            smtpd_tls_security_level = may
            smtpd_peername_lookup = no
            """.replace("\n" + " " * 12, "\n"),
        )
        place.write(
            "master.cf",
            f"""
            127.0.0.1:{ports["smtp"]} inet n - n - - smtpd
            127.0.0.1:{ports["smtps"]} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
            127.0.0.1:{ports["plain"]} inet n - n - - smtpd -o smtpd_tls_security_level=none
            postlog unix-dgram n - n - 1 postlogd
            tlsmgr unix - - n 1000? 1 tlsmgr
            rewrite unix - - n - - trivial-rewrite
            proxymap unix - - n - - proxymap
            anvil unix - - n - 1 anvil
            """.replace("\n" + " " * 12, "\n"),
        )
        daemon = Daemon(MappingProxyType(ports), log)
        control = [program, "-c", str(place.folder)]
        with running([*control, "start-fg"], daemon, place.folder):
            try:
                yield daemon
            finally:
                # Its master lives in a session of its own: ending the command would leave it.
                subprocess.run([*control, "abort"], check=True, capture_output=True)


@contextmanager
def dovecot(program: str, leaf: Issued) -> Iterator[Daemon]:
    """Listeners: `imap`, `pop3`, `imaps`, `pop3s`."""
    with workplace() as place:
        names = ("imap", "pop3", "imaps", "pop3s")
        ports = dict(zip(names, free_ports(4), strict=True))
        log = place.folder / "log"
        listeners = "\n".join(
            f"""service {protocol}-login {{
              chroot =
              inet_listener {protocol} {{
                port = {ports[protocol]}
              }}
              inet_listener {protocol}s {{
                port = {ports[protocol + "s"]}
                ssl = yes
              }}
            }}"""
            for protocol in ("imap", "pop3")
        )
        config = place.write(
            "dovecot.conf",
            f"""
            base_dir = {place.folder}/run
            state_dir = {place.folder}/run
            log_path = {log}
            listen = 127.0.0.1
            protocols = imap pop3
            ssl = yes
            ssl_cert = <{place.chain_file(leaf)}
            ssl_key = <{place.key_file(leaf)}
            mail_location = maildir:{place.folder}/mail
            passdb {{
              driver = static
              args = nopassword=y
            }}
            service stats {{
              chroot =
            }}
            {listeners}
            """,
        )
        daemon = Daemon(MappingProxyType(ports), log)
        with running([program, "-F", "-c", str(config)], daemon, place.folder):
            yield daemon


@contextmanager
def slapd(program: str, leaf: Issued, *, tls: bool = True) -> Iterator[Daemon]:
    """Listeners: `ldap`, and `ldaps` unless `tls` is off."""
    with workplace() as place:
        ports = dict(zip(("ldap", "ldaps") if tls else ("ldap",), free_ports(2), strict=False))
        settings = (
            f"TLSCertificateFile {place.chain_file(leaf)}\n"
            f"TLSCertificateKeyFile {place.key_file(leaf)}\n"
        )
        config = place.write(
            "slapd.conf",
            f"pidfile {place.folder}/pid\n{settings if tls else ''}",
        )
        urls = " ".join(f"{scheme}://127.0.0.1:{port}" for scheme, port in ports.items())
        argv = [program, "-h", urls, "-f", str(config), "-d", "0"]
        with running(argv, Daemon(MappingProxyType(ports)), place.folder) as daemon:
            yield daemon


@contextmanager
def postgres(program: str, leaf: Issued, *, tls: bool = True) -> Iterator[Daemon]:
    """Listener: `postgres`."""
    with workplace() as place:
        data = place.subfolder("data", "postgres")
        initdb = Path(program).with_name("initdb")
        subprocess.run(
            run_as("postgres", str(initdb), "-D", str(data), "-A", "trust", "--no-sync"),
            check=True,
            capture_output=True,
            cwd=place.folder,
        )
        (port,) = free_ports(1)
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(data),
            "fsync": "off",
        }
        if tls:
            settings["ssl"] = "on"
            settings["ssl_cert_file"] = str(place.chain_file(leaf, "postgres"))
            settings["ssl_key_file"] = str(place.key_file(leaf, "postgres"))
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        argv = run_as("postgres", program, "-D", str(data), *options)
        daemon = Daemon(MappingProxyType({"postgres": port}), place.folder / "output")
        with running(argv, daemon, place.folder):
            yield daemon


@contextmanager
def mariadb(program: str, leaf: Issued, *, tls: bool = True) -> Iterator[Daemon]:
    """Listener: `mysql`."""
    with workplace() as place:
        data = place.subfolder("data", "mysql")
        account = ["--user=mysql"] if os.geteuid() == 0 else []
        common = ["--no-defaults", f"--datadir={data}", *account]
        installer = shutil.which("mariadb-install-db") or "mariadb-install-db"
        subprocess.run(
            [installer, *common, "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True,
            capture_output=True,
            cwd=place.folder,
        )
        (port,) = free_ports(1)
        settings = (
            [
                f"--ssl-cert={place.chain_file(leaf, 'mysql')}",
                f"--ssl-key={place.key_file(leaf, 'mysql')}",
            ]
            if tls
            else ["--skip-ssl"]
        )
        argv = [
            program,
            *common,
            *settings,
            f"--port={port}",
            "--bind-address=127.0.0.1",
            f"--socket={data}/socket",
            f"--pid-file={data}/pid",
            "--max-connect-errors=3",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-buffer-pool-size=8M",
            "--innodb-log-file-size=4M",
        ]
        daemon = Daemon(MappingProxyType({"mysql": port}), place.folder / "output")
        with running(argv, daemon, place.folder):
            yield daemon


@contextmanager
def nginx(
    program: str, server_blocks: str, ports: Mapping[str, int], place: Workplace
) -> Iterator[Daemon]:
    """A web server with the given server blocks."""
    folder = place.folder
    temporary = "\n".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = place.write(
        "nginx.conf",
        f"""
        daemon off;
        worker_processes 1;
        pid {folder}/pid;
        error_log {folder}/log info;
        events {{}}
        http {{
          access_log off;
          {temporary}
          {server_blocks}
        }}
        """,
    )
    daemon = Daemon(ports, folder / "log")
    with running([program, "-c", str(config)], daemon, folder):
        yield daemon
