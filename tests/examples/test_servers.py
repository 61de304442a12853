"""The example estate's servers, and the file that describes them."""

from __future__ import annotations

import shutil
import smtplib
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

from examples.servers import ROOTS, SITES, Site, servers
from twiceshy.estate.load import load_estate

EXAMPLES = Path(__file__).parents[2] / "examples"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("estate")
    shutil.copytree(EXAMPLES / "reports", folder / "reports")
    shutil.copy(EXAMPLES / "twiceshy.yaml", folder)
    return folder


@pytest.fixture(scope="module")
def running(place: Path) -> Iterator[dict[str, Site]]:
    """By name and usual port; the usual port of the API is taken by somebody else."""
    usual = next(site.port for site in SITES if site.host == "api.example.org")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", usual))
        other.listen()
        with servers(place / "twiceshy.yaml", NOW) as started:
            yield {
                f"{site.host}:{old.port}": site for old, site in zip(SITES, started, strict=True)
            }


def left(certificate: bytes) -> timedelta:
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc - NOW


def shown_by(site: Site, context: ssl.SSLContext) -> bytes:
    with (
        socket.create_connection(("127.0.0.1", site.port)) as plain,
        context.wrap_socket(plain, server_hostname=site.host) as secured,
    ):
        return secured.getpeercert(binary_form=True) or b""


def unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def test_a_taken_port_is_replaced_in_the_estate_file(running: dict[str, Site], place: Path) -> None:
    api = running["api.example.org:24444"]
    endpoint = next(
        service.endpoints[0]
        for name, service in load_estate(place / "twiceshy.yaml").services.items()
        if name == "api"
    )
    assert api.port != 24444
    assert endpoint.url == f"https://api.example.org:{api.port}/health"


def test_the_website_has_nine_days_left(running: dict[str, Site]) -> None:
    assert left(shown_by(running["www.example.org:24443"], unverified())).days == 9


@pytest.mark.parametrize("name", ["www.example.org:24443", "api.example.org:24444"])
def test_the_authority_vouches_for_what_is_served(
    running: dict[str, Site], place: Path, name: str
) -> None:
    site = running[name]
    leaf = x509.load_der_x509_certificate(shown_by(site, unverified()))
    root = x509.load_pem_x509_certificate((place / ROOTS).read_bytes())
    verifier = PolicyBuilder().store(Store([root])).time(NOW)
    path = verifier.build_server_verifier(x509.DNSName(site.host)).verify(leaf, [])
    assert path == [leaf, root]


def test_mail_is_taken_only_after_starttls(running: dict[str, Site]) -> None:
    site = running["notify.example.org:24026"]
    with smtplib.SMTP("127.0.0.1", site.port, local_hostname="client.example.org") as client:
        client.ehlo()
        assert client.has_extn("starttls")
        assert client.mail("a@example.org")[0] == 530
        client.starttls(context=unverified())
        client.ehlo()
        assert isinstance(client.sock, ssl.SSLSocket)
        assert left(client.sock.getpeercert(binary_form=True) or b"") < timedelta()
        assert client.mail("a@example.org")[0] == 250


def test_every_server_of_the_estate_file_is_started(running: dict[str, Site]) -> None:
    estate = load_estate(EXAMPLES / "twiceshy.yaml")
    named = {
        endpoint.url.split("://")[1].split("/")[0]
        for service in estate.services.values()
        for endpoint in service.endpoints
    }
    assert named == set(running)


def test_keys_are_for_the_owner_alone(running: dict[str, Site], place: Path) -> None:
    hosts = {site.host for site in running.values() if site.left is not None}
    modes = {path.name: path.stat().st_mode & 0o777 for path in place.glob("*.example.org.pem")}
    assert modes == {f"{host}.pem": 0o600 for host in hosts}
