"""nginx and HAProxy as a test writes their configuration, on free loopback ports."""

from __future__ import annotations

import http.client
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.farm.daemons import START_SECONDS, Daemon, Workplace, free_ports, running, workplace

MAIN = """\
{user}daemon off;
pid {folder}/pid;
error_log {folder}/errors;
worker_processes 1;
events {{ worker_connections 256; }}
"""
HTTP = """\
    access_log off;
    client_body_temp_path {folder}/t1;
    proxy_temp_path {folder}/t2;
    fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4;
    scgi_temp_path {folder}/t5;
"""


@dataclass(frozen=True)
class WebDaemon:
    """A running web server and the file it was started with."""

    folder: Path
    main: Path
    ports: tuple[int, ...]

    def statuses(
        self, path: str, times: int, *, port: int = 0, host: str = "shop.test"
    ) -> list[int]:
        """The statuses of so many requests, one after the other on one connection each."""
        found = []
        for _ in range(times):
            connection = http.client.HTTPConnection("127.0.0.1", self.ports[port], timeout=10)
            try:
                connection.request("GET", path, headers={"Host": host})
                found.append(connection.getresponse().status)
            finally:
                connection.close()
        return found

    def workers(self) -> set[int]:
        """The process ids of the workers, for nginx."""
        master = int((self.folder / "pid").read_text())
        path = Path(f"/proc/{master}/task/{master}/children")
        return {int(number) for number in path.read_text().split()}

    def reload(self) -> None:
        """Have nginx read its files again, and wait until the old workers are gone."""
        before = self.workers()
        os.kill(int((self.folder / "pid").read_text()), signal.SIGHUP)
        deadline = time.monotonic() + START_SECONDS
        while (now := self.workers()) & before or not now:
            assert time.monotonic() < deadline, "nginx never reloaded"
            time.sleep(0.02)  # between two looks at the list of workers


def nginx_text(http_text: str, folder: Path, ports: list[int]) -> str:
    """A whole main file: `http_text` inside `http`, with PORT0, PORT1, ... and FOLDER filled in."""
    user = "user root;\n" if os.geteuid() == 0 else ""
    text = MAIN.format(folder=folder, user=user)
    text += "http {\n" + HTTP.format(folder=folder) + http_text + "\n}\n"
    return filled(text, folder, ports)


def filled(text: str, folder: Path, ports: list[int]) -> str:
    """The text with PORT0, PORT1, ... and FOLDER filled in."""
    for number, port in reversed(list(enumerate(ports))):
        text = text.replace(f"PORT{number}", str(port))
    return text.replace("FOLDER", str(folder))


@contextmanager
def nginx(
    program: str, http_text: str, *, ports: int = 1, place: Workplace | None = None
) -> Iterator[WebDaemon]:
    """nginx with this inside `http`; the files it needs are already in `place`, if given."""
    if place is None:
        with workplace() as own, nginx(program, http_text, ports=ports, place=own) as daemon:
            yield daemon
        return
    numbers = free_ports(ports)
    main = place.write("nginx.conf", nginx_text(http_text, place.folder, numbers))
    argv = [program, "-c", str(main), "-e", str(place.folder / "errors")]
    with running(argv, Daemon({str(port): port for port in numbers}), place.folder):
        yield WebDaemon(place.folder, main, tuple(numbers))


@contextmanager
def haproxy(
    program: str, text: str, *, ports: int = 1, place: Workplace | None = None
) -> Iterator[WebDaemon]:
    """HAProxy with this configuration, PORT0, PORT1, ... and FOLDER filled in."""
    if place is None:
        with workplace() as own, haproxy(program, text, ports=ports, place=own) as daemon:
            yield daemon
        return
    numbers = free_ports(ports)
    main = place.write("haproxy.cfg", filled(text, place.folder, numbers))
    argv = [program, "-db", "-f", str(main)]
    with running(argv, Daemon({str(port): port for port in numbers}), place.folder):
        yield WebDaemon(place.folder, main, tuple(numbers))
