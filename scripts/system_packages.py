#!/usr/bin/env python3
"""The programs that tests and benchmarks run beside Twiceshy, and the Debian packages they are in.

    scripts/system_packages.py tests | bench

As root the missing ones are installed with apt, and nothing they bring is started. Without root
they are named and the tests that need them are skipped. With CI=true a missing one is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/local/sbin"))
POLICY = Path("/usr/sbin/policy-rc.d")
STAY_STOPPED = "#!/bin/sh\nexit 101\n"
ANSWERS = "postfix postfix/main_mailer_type select No configuration\n"


@dataclass(frozen=True)
class Part:
    """A program that something real is made of."""

    package: str
    program: str
    """A command, or a path where `*` stands for a version."""
    why: str

    @property
    def is_here(self) -> bool:
        """Whether the program is installed."""
        if self.program.startswith("/"):
            return any(Path("/").glob(self.program.removeprefix("/")))
        return shutil.which(self.program, path=PLACES) is not None


PARTS = {
    "tests": (
        Part("nginx-light", "nginx", "certificates and pages served as most sites serve them"),
        Part("haproxy", "haproxy", "limits, health checks and certificates of a balancer"),
        Part("openssl", "openssl", "a second opinion on certificates, and handshakes at will"),
        Part("postfix", "postfix", "STARTTLS over SMTP"),
        Part("dovecot-imapd", "/usr/lib/dovecot/imap", "STARTTLS over IMAP"),
        Part("dovecot-pop3d", "/usr/lib/dovecot/pop3", "STARTTLS over POP3"),
        Part("slapd", "slapd", "STARTTLS over LDAP"),
        Part("postgresql", "/usr/lib/postgresql/*/bin/initdb", "a journal, and TLS on request"),
        Part("mariadb-server", "mariadbd", "TLS in the MySQL protocol"),
        Part("util-linux", "unshare", "network namespaces for firewalls"),
        Part("iproute2", "ip", "links and routes in network namespaces"),
        Part("nftables", "nft", "rule sets the kernel is asked about"),
        Part("iptables", "iptables-legacy-restore", "rule sets in the other notation"),
        Part("ipset", "ipset", "sets that iptables looks up"),
        Part("pgbouncer", "pgbouncer", "a pooler between settings and database"),
        Part("certbot", "certbot", "renewals that succeed, fail, and say they succeeded"),
        Part("pebble", "pebble", "an authority that issues certificates on loopback"),
        Part("pebble", "pebble-challtestsrv", "the name server that authority asks"),
        Part("apache2-bin", "apache2", "the other web server that ModSecurity runs in"),
        Part(
            "libnginx-mod-http-modsecurity",
            "/usr/lib/nginx/modules/ngx_http_modsecurity_module.so",
            "a web application firewall in nginx",
        ),
        Part(
            "libapache2-mod-security2",
            "/usr/lib/apache2/modules/mod_security2.so",
            "a web application firewall in Apache",
        ),
        Part(
            "modsecurity-crs",
            "/usr/share/modsecurity-crs/rules/REQUEST-901-*.conf",
            "the core rules it enforces",
        ),
    ),
    "bench": (
        Part("nginx-light", "nginx", "the farm of certificates to check"),
        Part(
            "prometheus-blackbox-exporter",
            "prometheus-blackbox-exporter",
            "the peer that checks the same farm",
        ),
    ),
}


def missing(parts: Sequence[Part]) -> list[Part]:
    """Those that are not installed."""
    return [part for part in parts if not part.is_here]


@contextmanager
def services_stay_stopped() -> Iterator[None]:
    """While this lasts, installing a package starts no service."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text(STAY_STOPPED, encoding="utf-8")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def install(parts: Sequence[Part]) -> None:
    """Ask apt for them: together, and one by one when they do not go together."""
    packages = [part.package for part in parts]
    print(f"Installing {', '.join(packages)}", flush=True)
    _quietly(["apt-get", "update", "-qq"])
    if shutil.which("debconf-set-selections"):
        _quietly(["debconf-set-selections"], given=ANSWERS)
    with services_stay_stopped():
        if _apt_get(packages):
            return
        for package in packages:
            _apt_get([package])


def _apt_get(packages: Sequence[str]) -> bool:
    # --no-remove: another mail or database server that is there already stays.
    return _quietly(
        ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", "--no-remove", *packages]
    )


def _quietly(command: Sequence[str], *, given: str = "") -> bool:
    done = subprocess.run(
        command,
        input=given,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdout=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return done.returncode == 0


def main(wanted: str) -> int:
    """Install what is missing, where that is possible; 1 when CI lacks something."""
    parts = PARTS[wanted]
    absent = missing(parts)
    if absent and os.geteuid() == 0 and shutil.which("apt-get"):
        install(absent)
        absent = missing(parts)
    if not absent:
        return 0
    for part in absent:
        print(f"missing: {part.package} ({part.why}); what needs it is skipped")
    print(f"to install: sudo apt-get install {' '.join(part.package for part in absent)}")
    return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    if sys.argv[1:] not in ([name] for name in PARTS):
        sys.exit(f"usage: {sys.argv[0]} {'|'.join(PARTS)}")
    sys.exit(main(sys.argv[1]))
