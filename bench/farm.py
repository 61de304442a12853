"""The local farm: nginx with one worker and hundreds of certificates, each at its own address.

The ECDSA leaves are shaped like those of the largest public authority (P-256 under a P-384
intermediate under an RSA-4096 root), the RSA leaves are RSA-2048 under RSA-2048. Each has its own
name, chosen by SNI. Everything listens on 127.0.0.0/8 only.
"""

from __future__ import annotations

import datetime as dt
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bench.cores import start

Shape = Literal["ecdsa", "rsa"]
SHAPES: tuple[Shape, ...] = ("ecdsa", "rsa")
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_RSA_KEYS = 4
"""RSA leaves share a few keys: making one takes longer than everything else here."""
_START_TRIES = 200


@dataclass(frozen=True)
class Site:
    """One server: where it listens and the only name its certificate is for."""

    address: str
    port: int
    name: str


@dataclass(frozen=True)
class Farm:
    """The running farm."""

    roots: Path
    """PEM file with the one root that everything leads to."""
    sites: dict[Shape, list[Site]]


def nginx() -> str | None:
    """The program, if it is installed."""
    return shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


def free_port(address: str = "127.0.0.1") -> int:
    """A TCP port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_farm(folder: Path, leaves: int, cores: frozenset[int]) -> Iterator[Farm]:
    """Make `leaves` certificates of each shape in `folder` and serve them until the block ends."""
    program = nginx()
    if program is None:
        raise FileNotFoundError("nginx is not installed")
    port = free_port()
    roots, sites = _certificates(folder, leaves, port)
    config = folder / "nginx.conf"
    config.write_text(_config(folder, sites))
    command = [program, "-p", str(folder), "-c", str(config)]
    with start(command, cores, stderr=subprocess.DEVNULL) as process:
        try:
            await_listener(sites["rsa"][-1].address, port)
            yield Farm(roots, sites)
        finally:
            process.terminate()


def await_listener(address: str, port: int) -> None:
    """Return once somebody listens there; raises TimeoutError after ten seconds."""
    for _ in range(_START_TRIES):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((address, port)) == 0:
                return
        subprocess.run(["sleep", "0.05"], check=True)
    raise TimeoutError(f"nothing listens on {address}:{port}")


def _certificates(folder: Path, leaves: int, port: int) -> tuple[Path, dict[Shape, list[Site]]]:
    root_key = rsa.generate_private_key(65537, 4096)
    root = _issue("Bench Root", root_key, "Bench Root", root_key, authority=True)
    roots = folder / "root.pem"
    roots.write_bytes(root.public_bytes(Encoding.PEM))
    issuers: dict[Shape, Key] = {
        "ecdsa": ec.generate_private_key(ec.SECP384R1()),
        "rsa": rsa.generate_private_key(65537, 2048),
    }
    rsa_keys = [rsa.generate_private_key(65537, 2048) for _ in range(_RSA_KEYS)]
    sites: dict[Shape, list[Site]] = {}
    for net, shape in enumerate(SHAPES, start=1):
        issuer = f"Bench {shape} Intermediate"
        above = _issue(issuer, issuers[shape], "Bench Root", root_key, authority=True)
        sites[shape] = []
        for number in range(leaves):
            name = f"{shape}-{number}.bench.test"
            key: Key = rsa_keys[number % _RSA_KEYS]
            if shape == "ecdsa":
                key = ec.generate_private_key(ec.SECP256R1())
            leaf = _issue(name, key, issuer, issuers[shape], authority=False)
            chain = leaf.public_bytes(Encoding.PEM) + above.public_bytes(Encoding.PEM)
            (folder / f"{name}.pem").write_bytes(chain)
            secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            (folder / f"{name}.key").write_bytes(secret)
            address = f"127.{net}.{number // 250}.{number % 250 + 1}"
            sites[shape].append(Site(address, port, name))
    return roots, sites


def _issue(
    name: str, key: Key, issuer: str, issuer_key: Key, *, authority: bool
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 - certificates for today
    public = key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=3650 if authority else 89))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .add_extension(_usage(authority=authority), critical=True)
    )
    if not authority:
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        servers = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(names, critical=False).add_extension(
            servers, critical=False
        )
    strong = isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    return builder.sign(issuer_key, hashes.SHA384() if strong else hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _config(folder: Path, sites: dict[Shape, list[Site]]) -> str:
    servers = "\n".join(
        f"  server {{ listen {site.address}:{site.port} ssl backlog=2048; "
        f"server_name {site.name}; ssl_certificate {folder}/{site.name}.pem; "
        f"ssl_certificate_key {folder}/{site.name}.key; }}"
        for group in sites.values()
        for site in group
    )
    return f"""
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log /dev/null crit;
worker_rlimit_nofile 16384;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server_names_hash_max_size 8192;
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_session_cache off;
  ssl_session_tickets off;
{servers}
}}
"""
