"""SNAT, DNAT, MASQUERADE, REDIRECT and NETMAP."""

from __future__ import annotations

from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.iptables.addresses import address_range, addresses
from twiceshy.languages.firewall.iptables.matches.asked import About, Clause, options
from twiceshy.languages.firewall.iptables.names import WITH_PORTS
from twiceshy.languages.firewall.iptables.numbers import number_range
from twiceshy.languages.firewall.iptables.unreadable import refuse
from twiceshy.languages.firewall.iptables.words import told
from twiceshy.languages.firewall.ruleset import (
    Accept,
    Effect,
    Target,
    Translate,
    Translated,
    UnmodelledEffect,
)

Outcome = tuple[Target | None, tuple[Effect, ...]]

TRANSLATION_OPTIONS = options(
    to_source=1,
    to_destination=1,
    to_ports=1,
    to=1,
    random=0,
    random_fully=0,
    persistent=0,
)
_BRACKETS = str.maketrans("", "", "[]")


def _one(name: str, clauses: tuple[Clause, ...], option: str) -> str | None:
    found = [clause.value for clause in clauses if clause.option == option]
    if len(found) > 1:
        refuse(f"`-j {name}` takes one `{option}`")
    return found[0] if found else None


def _places(text: str, about: About) -> tuple[Intervals | None, Intervals | None] | None:
    """Addresses and ports of `192.0.2.1-192.0.2.9:80-90`, `[2001:db8::1]:80` or `:8080`.

    None when the ports are shifted by a base port, which is not modelled.
    """
    host, ports = text, ""
    if about.family == 4:  # noqa: PLR2004 - the families
        host, _, ports = text.partition(":")
    elif "]:" in text or (text.startswith(":") and text[1:2] != ":"):
        host, _, ports = text.rpartition(":")
    if "/" in ports:
        return None
    where = address_range(host.translate(_BRACKETS), about.family) if host else None
    return where, number_range(ports, 16, "port", "-") if ports else None


def _to(
    name: str, clauses: tuple[Clause, ...], about: About, option: str, end: Translated
) -> Outcome:
    text = _one(name, clauses, option)
    if text is None:
        refuse(f"`-j {name}` needs `{option}`")
    places = _places(text, about)
    if places is None:
        words = [word for clause in clauses for word in clause.words]
        return Accept(), (UnmodelledEffect(told(["-j", name, *words]), _ENDS[end]),)
    if places[1] is not None:
        _needs_ports(about)
    return Accept(), (Translate(end, *places),)


_ENDS = {
    Translated.SOURCE: frozenset({Field.SADDR4, Field.SADDR6, Field.SPORT}),
    Translated.DESTINATION: frozenset({Field.DADDR4, Field.DADDR6, Field.DPORT}),
}


def snat(name: str, clauses: tuple[Clause, ...], about: About) -> Outcome:
    """`-j SNAT --to-source`."""
    return _to(name, clauses, about, "--to-source", Translated.SOURCE)


def dnat(name: str, clauses: tuple[Clause, ...], about: About) -> Outcome:
    """`-j DNAT --to-destination`."""
    return _to(name, clauses, about, "--to-destination", Translated.DESTINATION)


def _needs_ports(about: About) -> None:
    if about.protocol not in WITH_PORTS:
        refuse("a port to translate to needs `-p tcp`, udp, udplite, sctp or dccp")


def _to_own(name: str, clauses: tuple[Clause, ...], about: About, end: Translated) -> Outcome:
    text = _one(name, clauses, "--to-ports")
    if text:
        _needs_ports(about)
    ports = number_range(text, 16, "port", "-") if text else None
    return Accept(), (Translate(end, None, ports, to_own_address=True),)


def masquerade(name: str, clauses: tuple[Clause, ...], about: About) -> Outcome:
    """`-j MASQUERADE`: to the address of the interface the packet leaves by."""
    return _to_own(name, clauses, about, Translated.SOURCE)


def redirect(name: str, clauses: tuple[Clause, ...], about: About) -> Outcome:
    """`-j REDIRECT`: to this host itself."""
    return _to_own(name, clauses, about, Translated.DESTINATION)


def netmap(name: str, clauses: tuple[Clause, ...], about: About) -> Outcome:
    """`-j NETMAP --to`; which end it is depends on the hook, so this says the destination."""
    text = _one(name, clauses, "--to")
    if text is None:
        refuse("`-j NETMAP` needs `--to`")
    network = addresses(text, about.family)
    if network is None or len(network.pairs) != 1:
        refuse(f"`{text}` is no network")
    return Accept(), (Translate(Translated.DESTINATION, network, is_netmap=True),)
