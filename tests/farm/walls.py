"""Real web servers with ModSecurity and the core rule set, and the same files as a configuration."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import pytest

from tests.farm.daemons import Daemon, Workplace, free_ports, running, workplace
from twiceshy.model.configuration import Configuration

NGINX_MODULE = Path("/usr/lib/nginx/modules/ngx_http_modsecurity_module.so")
APACHE_MODULES = Path("/usr/lib/apache2/modules")
CRS_FOLDERS = (Path("/usr/share/modsecurity-crs"), Path("/etc/modsecurity/crs"))
ATTACK = "/?q=" + quote("<script>alert(1)</script>")
BENIGN = "/?q=blue"
NAME = "shop.example.test"

CRS = """\
SecRuleEngine On
SecRequestBodyAccess On
SecAuditEngine Off
Include /etc/modsecurity/crs/crs-setup.conf
Include /usr/share/modsecurity-crs/rules/*.conf
"""
"""What a healthy set of rules looks like; FOLDER in any text is the case's own folder."""


@dataclass(frozen=True)
class Case:
    """One configuration: what it says, and which request is asked."""

    rules: str = CRS
    server: str = ""
    location: str = ""
    around: str = ""
    """nginx: at the level of http. Apache: before the rules."""
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    ask: str = ATTACK
    loads: bool = True
    """Apache: whether the module is loaded."""


@dataclass(frozen=True)
class Wall:
    """A case as files on the disk: what the server reads is what the reader is given."""

    main: str
    configuration: Configuration
    argv: tuple[str, ...]
    """How the server is started in the foreground."""
    test_argv: tuple[str, ...]
    """How its configuration is tested."""
    daemon: Daemon
    folder: Path

    def is_taken(self) -> bool:
        """Whether the server's own test of the configuration is green."""
        return subprocess.run(self.test_argv, capture_output=True, check=False).returncode == 0

    def answer(self, path: str) -> int:
        """Start it, ask for `path`, and end it."""
        with running(self.argv, self.daemon, self.folder):
            return ask(self.daemon.ports["http"], path)


def ask(port: int, path: str) -> int:
    """The status of one GET request."""
    head = f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\nUser-Agent: lab\r\nAccept: */*\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode())
        with connection.makefile("rb") as answer:
            return int(answer.readline().split()[1])


def needed(need: Callable[[str], str], program: str, *files: Path) -> str:
    """The program's path; the test is skipped (in CI: fails) when it or a file is missing."""
    found = need(program)
    for file in (*files, CRS_FOLDERS[0] / "rules"):
        if not file.exists():
            reason = f"{file} is not installed here"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
    return found


@contextmanager
def nginx_wall(program: str, case: Case) -> Iterator[Wall]:
    """The case for nginx."""
    with workplace() as place:
        (port,) = free_ports(1)
        folder = place.folder
        _pages(place)
        locations = case.location or "location / { try_files /index.html =404; }"
        server = case.server or "modsecurity on; modsecurity_rules_file FOLDER/rules.conf;"
        text = f"""
            load_module {NGINX_MODULE};
            user root;
            daemon off;
            master_process off;
            pid FOLDER/pid;
            error_log FOLDER/error.log;
            events {{}}
            http {{
              access_log off;
              client_body_temp_path FOLDER/body;
              proxy_temp_path FOLDER/proxy;
              fastcgi_temp_path FOLDER/fastcgi;
              uwsgi_temp_path FOLDER/uwsgi;
              scgi_temp_path FOLDER/scgi;
              {case.around}
              server {{
                listen 127.0.0.1:{port};
                server_name {NAME};
                root FOLDER/pages;
                {server}
                {locations}
              }}
            }}
            """
        files = {"nginx.conf": text, "rules.conf": case.rules, **case.files}
        main = str(folder / "nginx.conf")
        common = (program, "-c", main, "-e", str(folder / "error.log"))
        yield Wall(
            main,
            _configuration(place, files),
            common,
            (*common, "-t"),
            Daemon(MappingProxyType({"http": port})),
            folder,
        )


@contextmanager
def apache_wall(program: str, case: Case) -> Iterator[Wall]:
    """The case for Apache."""
    with workplace() as place:
        (port,) = free_ports(1)
        folder = place.folder
        _pages(place)
        place.subfolder("state", "www-data")
        modules = ["mpm_event", "authz_core", "authz_host", "dir", "alias", "unique_id"]
        if case.loads:
            modules.append("security2")
        loads = "\n".join(f"LoadModule {m}_module {APACHE_MODULES}/mod_{m}.so" for m in modules)
        text = f"""ServerRoot FOLDER
{loads}
PidFile FOLDER/pid
ErrorLog FOLDER/error.log
User www-data
Group www-data
ServerName localhost
DefaultRuntimeDir FOLDER
StartServers 1
ServerLimit 1
ThreadsPerChild 2
MaxRequestWorkers 2
MinSpareThreads 1
MaxSpareThreads 2
Listen 127.0.0.1:{port}
DocumentRoot FOLDER/pages
<Directory FOLDER/pages>
  Require all granted
</Directory>
{case.around}
{case.rules}
<VirtualHost *:{port}>
  ServerName {NAME}
  DirectoryIndex index.html
{case.server}
{case.location}
</VirtualHost>
"""
        if case.loads:
            text = text.replace(
                "DocumentRoot",
                "<IfModule security2_module>\nSecDataDir FOLDER/state\n</IfModule>\nDocumentRoot",
                1,
            )
        main = str(folder / "apache2.conf")
        yield Wall(
            main,
            _configuration(place, {"apache2.conf": text, **case.files}),
            (program, "-f", main, "-DFOREGROUND"),
            (program, "-f", main, "-t"),
            Daemon(MappingProxyType({"http": port})),
            folder,
        )


def _pages(place: Workplace) -> None:
    for folder in ("pages", "pages/app"):
        place.subfolder(folder)
        place.write(f"{folder}/index.html", "a page")


def _configuration(place: Workplace, files: Mapping[str, str]) -> Configuration:
    own = {}
    for name, text in files.items():
        (place.folder / name).parent.mkdir(parents=True, exist_ok=True)
        path = place.write(name, text.replace("FOLDER", str(place.folder)))
        own[str(path)] = path.read_bytes()
    return Configuration({**core_rules(), **own}, origin="case")


@cache
def core_rules() -> Mapping[str, bytes]:
    """The files of the core rule set that is installed, with its setup."""
    return MappingProxyType(
        {
            str(path): path.read_bytes()
            for folder in CRS_FOLDERS
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix in {".conf", ".load"}
        }
    )
