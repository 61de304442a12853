from __future__ import annotations

import pytest

from twiceshy.model.estate import Endpoint, Estate, Host, Service
from twiceshy.model.ids import HostId, ServiceId
from twiceshy.probes.targets import endpoints_of, hosts_of

SMTP = Endpoint("smtp", "smtp://mail.example.org:25")
WEB = Endpoint("web", "https://mail.example.org/", addresses=("192.0.2.10",))
ODD = Endpoint("v1.web", "https://odd.example.org/")
MAIL_1 = Host(HostId("mail-1"), addresses=("192.0.2.10",))
ESTATE = Estate(
    "twiceshy.yaml",
    hosts={MAIL_1.id: MAIL_1},
    services={
        ServiceId("mail"): Service(ServiceId("mail"), endpoints=(SMTP, WEB), hosts=(MAIL_1.id,)),
        ServiceId("odd"): Service(ServiceId("odd"), endpoints=(ODD,)),
    },
)


def test_a_service_stands_for_all_its_endpoints() -> None:
    assert endpoints_of("mail", ESTATE) == (SMTP, WEB)


def test_a_service_and_an_endpoint_stand_for_that_one() -> None:
    assert endpoints_of("mail.web", ESTATE) == (WEB,)


def test_a_dot_in_an_endpoint_name_is_understood() -> None:
    assert endpoints_of("odd.v1.web", ESTATE) == (ODD,)


def test_a_url_stands_for_itself() -> None:
    url = "https://shop.example.org/login"
    assert endpoints_of(url, ESTATE) == (Endpoint(url, url),)


@pytest.mark.parametrize("target", ["mail-1", "mail.nosuch", "nosuch", "", "the on-call team"])
def test_anything_else_stands_for_no_endpoint(target: str) -> None:
    assert endpoints_of(target, ESTATE) == ()


@pytest.mark.parametrize("target", ["gopher://x/", "https://", "https://u:p@x/", "tcp://x"])
def test_a_url_that_is_no_endpoint_stands_for_none(target: str) -> None:
    assert endpoints_of(target, ESTATE) == ()


@pytest.mark.parametrize("target", ["mail-1", "mail", "mail.smtp"])
def test_hosts_are_found_by_their_own_name_and_through_their_service(target: str) -> None:
    assert hosts_of(target, ESTATE) == (MAIL_1,)


@pytest.mark.parametrize("target", ["odd", "https://shop.example.org/", "nosuch"])
def test_what_runs_on_no_known_host_has_none(target: str) -> None:
    assert hosts_of(target, ESTATE) == ()
