"""A certificate authority that speaks ACME, certbot, and the web server it renews for; on loopback."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.farm.authority import issue, root
from tests.farm.daemons import Daemon, Workplace, free_ports, nginx, running, workplace

NAME = "www.example.test"
DAY_SECONDS = 86400
LIFETIME_DAYS = 90


def real_now() -> datetime:
    """The clock of the servers, which issue and serve in real time."""
    return datetime.now(UTC)  # noqa: TID251 - there is no other clock to hand to a real server


@dataclass(frozen=True)
class AcmeLab:
    """One certificate, issued by Pebble to certbot and served by nginx."""

    place: Workplace
    program: str
    """The path of certbot."""
    directory: str
    """The authority's directory URL."""
    http_port: int
    https_port: int
    nginx_program: str
    trusted: Path
    """Who issued the certificate of the authority's own API."""

    @property
    def folder(self) -> Path:
        """Certbot's folder."""
        return self.place.folder / "letsencrypt"

    @property
    def logs(self) -> Path:
        return self.place.folder / "logs"

    @property
    def webroot(self) -> Path:
        return self.place.folder / "www"

    @property
    def conf(self) -> Path:
        """The renewal configuration."""
        return self.folder / "renewal" / f"{NAME}.conf"

    @property
    def nginx_conf(self) -> Path:
        return self.place.folder / "nginx.conf"

    @property
    def reload(self) -> str:
        """The command that reloads the web server."""
        return f"{self.nginx_program} -c {self.nginx_conf} -s reload"

    @property
    def environment(self) -> Mapping[str, str]:
        return {**os.environ, "REQUESTS_CA_BUNDLE": str(self.trusted)}

    def certbot(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run certbot to its end."""
        folders = ("--config-dir", self.folder, "--work-dir", self.place.folder / "work")
        return subprocess.run(
            [self.program, *words, *map(str, folders), "--logs-dir", str(self.logs), "-n"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def renew(self) -> subprocess.CompletedProcess[str]:
        """Renew at once, due or not, as nobody looks."""
        return self.certbot("renew", "--force-renewal", "--no-random-sleep-on-renew", "-q")

    def serial(self) -> int:
        """Of the certificate that the web server serves now."""
        from cryptography import x509

        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with (
            socket.create_connection(("127.0.0.1", self.https_port), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname=NAME) as wrapped,
        ):
            der = wrapped.getpeercert(binary_form=True)
        assert der is not None
        return x509.load_der_x509_certificate(der).serial_number

    @contextmanager
    def changed(self) -> Iterator[None]:
        """Whatever is done to certbot's folder, the webroot and nginx's file is undone."""
        kept = self.place.folder / "kept"
        shutil.copytree(self.folder, kept / "letsencrypt", symlinks=True)
        shutil.copytree(self.webroot, kept / "www")
        shutil.copy(self.nginx_conf, kept / "nginx.conf")
        try:
            yield
        finally:
            shutil.rmtree(self.folder)
            shutil.rmtree(self.webroot, ignore_errors=True)
            shutil.rmtree(self.logs, ignore_errors=True)
            shutil.copytree(kept / "letsencrypt", self.folder, symlinks=True)
            shutil.copytree(kept / "www", self.webroot)
            shutil.copy(kept / "nginx.conf", self.nginx_conf)
            shutil.rmtree(kept)


@contextmanager
def pebble(program: str, names: str, http_port: int, place: Workplace) -> Iterator[str]:
    """The authority with its own name server; yields its directory URL."""
    api, management, dns, control = free_ports(4)
    authority = root("ACME API Root")
    now = real_now()
    leaf = issue(
        "localhost",
        by=authority,
        names=("localhost", "ip:127.0.0.1"),
        begins=now - timedelta(days=1),
        ends=now + timedelta(days=30),
    )
    (place.folder / "api-root.pem").write_bytes(authority.pem)
    settings = {
        "listenAddress": f"127.0.0.1:{api}",
        "managementListenAddress": f"127.0.0.1:{management}",
        "certificate": str(place.chain_file(leaf)),
        "privateKey": str(place.key_file(leaf)),
        "httpPort": http_port,
        "tlsPort": 1,
        "ocspResponderURL": "",
        "externalAccountBindingRequired": False,
        "certificateValidityPeriod": LIFETIME_DAYS * DAY_SECONDS,
    }
    config = place.write("pebble.json", json.dumps({"pebble": settings}))
    quiet = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"}
    environment = ["env", *(f"{key}={value}" for key, value in quiet.items())]
    listening = ("-dns01", f"127.0.0.1:{dns}", "-management", f"127.0.0.1:{control}")
    unused = ("-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", "")
    server = Daemon({"control": control})
    with (
        running(
            [names, *listening, *unused, "-defaultIPv4", "127.0.0.1"],
            server,
            place.subfolder("dns"),
        ),
        running(
            [*environment, program, "-config", str(config), "-dnsserver", f"127.0.0.1:{dns}"],
            Daemon({"api": api}),
            place.subfolder("pebble"),
        ),
    ):
        yield f"https://127.0.0.1:{api}/dir"


@contextmanager
def acme_lab(
    certbot: str, pebble_program: str, names: str, nginx_program: str
) -> Iterator[AcmeLab]:
    """The whole laboratory with one certificate issued, its hook reloading nginx."""
    with workplace() as place, workplace() as authority:
        http_port, https_port = free_ports(2)
        place.subfolder("www")
        now = real_now()
        first = issue(NAME, by=root(), names=(NAME,), begins=now, ends=now + timedelta(days=1))
        chain, key = place.chain_file(first), place.key_file(first)
        blocks = f"""
          server {{
            listen 127.0.0.1:{http_port};
            server_name {NAME};
            root {place.folder}/www;
          }}
          server {{
            listen 127.0.0.1:{https_port} ssl;
            server_name {NAME};
            ssl_certificate {chain};
            ssl_certificate_key {key};
          }}
        """
        ports = {"http": http_port, "https": https_port}
        with (
            pebble(pebble_program, names, http_port, authority) as directory,
            nginx(nginx_program, blocks, ports, place),
        ):
            lab = AcmeLab(
                place,
                certbot,
                directory,
                http_port,
                https_port,
                nginx_program,
                authority.folder / "api-root.pem",
            )
            issued = lab.certbot(
                *("certonly", "--webroot", "-w", str(lab.webroot), "-d", NAME),
                *("--server", directory, "--agree-tos", "--register-unsafely-without-email"),
                *("--deploy-hook", lab.reload),
            )
            assert issued.returncode == 0, issued.stderr + issued.stdout
            live = lab.folder / "live" / NAME
            text = lab.nginx_conf.read_text()
            text = text.replace(str(chain), f"{live}/fullchain.pem")
            lab.nginx_conf.write_text(text.replace(str(key), f"{live}/privkey.pem"))
            subprocess.run(lab.reload.split(), check=True, capture_output=True)
            yield lab
