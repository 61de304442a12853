"""Whose certificate is it: names as clients compare them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twiceshy.kinds.certificate.extensions import Extensions
from twiceshy.kinds.certificate.names import a_label_form, as_address, covers, name_flaw


def carrying(*names: str, addresses: tuple[str, ...] = ()) -> Extensions:
    return Extensions(
        present=True, has_alternative_name=True, dns_names=names, ip_addresses=addresses
    )


@pytest.mark.parametrize(
    ("pattern", "host"),
    [
        ("mail.example.test", "mail.example.test"),
        ("MAIL.Example.Test", "mail.example.test"),
        ("mail.example.test.", "mail.example.test"),
        ("*.example.test", "mail.example.test"),
        ("*.example.test", "xn--bcher-kva.example.test"),
    ],
)
def test_these_names_are_for_the_host(pattern: str, host: str) -> None:
    assert covers(carrying(pattern), host)


@pytest.mark.parametrize(
    ("pattern", "host"),
    [
        ("*.example.test", "example.test"),
        ("*.example.test", "a.mail.example.test"),
        ("*.test", "example.test"),
        ("*", "localhost"),
        ("*.*.test", "mail.example.test"),
        ("m*l.example.test", "mail.example.test"),
        ("*mail.example.test", "mail.example.test"),
        ("mail.*.test", "mail.example.test"),
        ("mail.example.test", "mail.example.tes"),
        ("", "mail.example.test"),
        ("192.0.2.1", "192.0.2.1"),
        ("*.0.2.1", "192.0.2.1"),
    ],
)
def test_these_names_are_not(pattern: str, host: str) -> None:
    assert not covers(carrying(pattern), host)


def test_an_address_is_looked_for_among_the_ip_addresses() -> None:
    extensions = carrying(addresses=("192.0.2.1", "2001:db8::1"))
    assert covers(extensions, "192.0.2.1")
    assert covers(extensions, a_label_form("2001:0db8:0:0::1"))
    assert not covers(extensions, "192.0.2.2")


def test_a_long_list_of_names_is_cut_in_what_people_read() -> None:
    flaw = name_flaw(carrying(*(f"n{i}.test" for i in range(1000))), "mail.example.test")
    assert flaw is not None
    assert "n0.test, n1.test, n2.test, n3.test and 996 more" in flaw.why


@pytest.mark.parametrize(
    ("host", "form"),
    [
        ("Bücher.Example.test", "xn--bcher-kva.example.test"),
        ("例え.test", "xn--r8jz45g.test"),
        ("mail.example.test.", "mail.example.test"),
        ("_dmarc.example.test", "_dmarc.example.test"),
        ("127.0.0.1", "127.0.0.1"),
        ("::0001", "::1"),
    ],
)
def test_hosts_are_brought_into_the_form_of_certificates(host: str, form: str) -> None:
    assert a_label_form(host) == form


@pytest.mark.parametrize(
    "host",
    ["", ".", "a..b", ".test", "a b", "straße.test", "x" * 64 + ".test", "a." * 130, "é" * 80],
)
def test_what_cannot_be_a_host_name_is_said_in_a_sentence(host: str) -> None:
    with pytest.raises(ValueError, match=r"host name|part that|write it in its xn--"):
        a_label_form(host)


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_name_or_a_sentence(host: str) -> None:
    said = ""
    try:
        form = a_label_form(host)
    except ValueError as error:
        form, said = "", str(error)
    assert said or as_address(form) or (form.isascii() and 1 <= len(form) <= 253)


@given(st.lists(st.text(max_size=40), max_size=5), st.from_regex(r"[a-z]{1,9}(\.[a-z]{1,9}){0,3}"))
@settings(max_examples=200, deadline=None)
def test_any_names_can_be_compared(names: list[str], host: str) -> None:
    extensions = carrying(*names)
    assert covers(extensions, host) is (name_flaw(extensions, host) is None)
