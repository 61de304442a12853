"""Is every value one that its parameter can have, and every name one that Postfix knows?"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from twiceshy.kinds.finding import Finding
from twiceshy.kinds.mail.facts import PostfixSeen
from twiceshy.languages.postfix import Instance, Service, Setting, Word
from twiceshy.languages.postfix.grammar import wrong, wrong_nexthop
from twiceshy.languages.postfix.names import is_known, nearest
from twiceshy.model.place import Place
from twiceshy.model.verdict import Evidence, Severity

_NEXT_HOPS = frozenset(
    {"relayhost", "smtp_fallback_relay", "fallback_relay", "lmtp_fallback_relay"}
)
_NETWORKS = frozenset({"mynetworks", "permit_mx_backup_networks", "postscreen_access_list"})
_BINDS = frozenset(
    {"smtp_bind_address", "smtp_bind_address6", "lmtp_bind_address", "lmtp_bind_address6"}
)
_REFERENCE = re.compile(r"\$[({]?(\w+)")
_TABLE_BY_NAME = re.compile(r"\b(?:ldap|mysql|pgsql|sqlite|memcache):(\w+)")
"""A table whose settings stand in main.cf, each beginning with its name."""
_STOPS_ALL = frozenset({"smtp", "smtpd", "lmtp", "relayhost", "inet", "mynetworks"})
LOOPBACK = frozenset({"loopback-only", "localhost", "127.0.0.1", "::1", "[::1]"})
MOST_GUESSED = 50
"""Unknown names for which the nearest known one is looked for."""
MOST_HOSTS = 2**24
"""Trusting more addresses than these is trusting strangers."""


def judge_values(seen: PostfixSeen) -> Iterator[Finding]:
    """Every setting by itself."""
    instance = seen.instance
    for problem in instance.problems:
        if problem.is_fatal:
            yield finding(
                problem.why,
                problem.place,
                Severity.CRITICAL,
                "Postfix refuses the file: the next start or reload fails.",
                "Mend the line before the next reload.",
            )
        else:
            yield Finding(
                f"{problem.place}: {problem.why}",
                Evidence("configuration", problem.why, problem.place),
                unknown=True,
            )
    yield from _names(instance)
    for setting, service in instance.all_settings():
        yield from _value(setting, service, seen)


def _value(setting: Setting, service: Service | None, seen: PostfixSeen) -> Iterator[Finding]:
    instance = seen.instance
    value = instance.value(setting.name, service)
    if not value.is_known:
        return
    text = value.text.strip()
    why = wrong(setting.name, text)
    if why is not None:
        area = setting.name.split("_")[0]
        yield finding(
            f"{setting.name}: {why}",
            setting.place,
            Severity.CRITICAL if area in _STOPS_ALL else Severity.SERIOUS,
            "What reads it stops with an error or defers all mail; `postfix check` says nothing.",
            f"Correct {setting.name}.",
            setting.shown,
        )
        return
    if setting.name in _NEXT_HOPS:
        yield from _next_hops(setting, service, instance)
    elif setting.name in _NETWORKS and "access_list" not in setting.name:
        yield from _networks(setting, service, instance)
    elif setting.name in _BINDS and text:
        yield from _bind(setting, text, seen)
    elif setting.name == "inet_interfaces":
        yield from _interfaces(setting, service, seen)


def _next_hops(setting: Setting, service: Service | None, instance: Instance) -> Iterator[Finding]:
    for word in instance.words_of(setting, service) or ():
        why = wrong_nexthop(word.text)
        if why is not None:
            yield finding(
                f"{setting.name}: {why}",
                word.place,
                Severity.CRITICAL,
                "All mail by this way is deferred.",
                "Write it as [host]:port, or as a domain.",
                setting.shown,
            )


def _networks(setting: Setting, service: Service | None, instance: Instance) -> Iterator[Finding]:
    for word in instance.words_of(setting, service) or ():
        text = word.text.removeprefix("!")
        if text.startswith("/") or re.match(r"[a-z]+:", text):
            continue
        network = _network(text)
        if isinstance(network, str):
            yield finding(
                f"{setting.name}: {network}",
                word.place,
                Severity.SERIOUS,
                "Postfix cannot tell who is trusted, and answers clients with an error.",
                "Write networks as address/bits with no host bits, IPv6 in brackets.",
                setting.shown,
            )
        elif not word.text.startswith("!") and _is_too_wide(network):
            yield finding(
                f"{setting.name} trusts {network}: strangers may send to anywhere (open relay)",
                word.place,
                Severity.CRITICAL,
                "Anyone on the internet is taken for one of ours.",
                "Name only your own networks.",
                setting.shown,
            )


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _is_too_wide(network: Network) -> bool:
    if network.is_loopback or network.is_private:
        return False
    if network.version == 6:  # noqa: PLR2004 - IPv6: shorter than what one provider gets
        mapped = network.network_address in ipaddress.ip_network("::ffff:0:0/96")
        if mapped and network.prefixlen >= 96:  # noqa: PLR2004 - IPv4 written as IPv6
            return network.num_addresses > MOST_HOSTS
        return network.prefixlen < 19  # noqa: PLR2004 - as above
    return network.num_addresses > MOST_HOSTS


def _network(text: str) -> Network | str:
    bare = re.sub(r"^\[([^\]]*)\]", r"\1", text)
    try:
        return ipaddress.ip_network(bare)
    except ValueError:
        pass
    try:
        loose = ipaddress.ip_network(bare, strict=False)
    except ValueError:
        is_name = re.fullmatch(r"\.?[A-Za-z0-9][\w.-]*", text) and not re.match(r"[\d.]+$", text)
        if is_name and "/" not in text:
            return ipaddress.ip_network("127.0.0.1/32")
        return f"{text[:50]!r} is no network"
    return f"{text} has host bits set: {loose} is meant"


def _bind(setting: Setting, text: str, seen: PostfixSeen) -> Iterator[Finding]:
    address = ipaddress.ip_address(text.strip("[]"))
    own = seen.own_addresses
    if address.is_unspecified:
        return
    if address.is_loopback and not _leaves_by_loopback(seen.instance):
        why = f"{setting.name}: nothing gets out to other machines from {text}"
    elif own is not None and str(address) not in own:
        why = f"{setting.name}: {text} is none of this host's addresses ({', '.join(own[:6])})"
    else:
        return
    yield finding(
        why,
        setting.place,
        Severity.CRITICAL,
        "Mail leaves from another address than meant, or not at all.",
        "Name an address that this host has, or leave the setting out.",
        setting.shown,
    )


def _leaves_by_loopback(instance: Instance) -> bool:
    relay = instance.text("relayhost") or ""
    return re.match(r"\[?(?:127\.|localhost|::1)", relay) is not None


def _interfaces(setting: Setting, service: Service | None, seen: PostfixSeen) -> Iterator[Finding]:
    for word in seen.instance.words_of(setting, service) or ():
        text = word.text.strip("[]")
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            continue
        own = seen.own_addresses
        if address.version == 6 and seen.instance.text("inet_protocols") == "ipv4":  # noqa: PLR2004
            continue
        if own is not None and str(address) not in own:
            yield finding(
                f"{setting.name}: {text} is none of this host's addresses ({', '.join(own[:6])})",
                word.place,
                Severity.CRITICAL,
                "Postfix does not start.",
                "Name addresses that this host has.",
                setting.shown,
            )


def _names(instance: Instance) -> Iterator[Finding]:
    used = {
        name
        for setting in (*instance.settings, *_overrides(instance))
        for name in _REFERENCE.findall(setting.value)
    }
    classes = {word.text for word in instance.words("smtpd_restriction_classes") or ()}
    owners = {service.name for service in instance.services} | {
        name for setting in instance.settings for name in _TABLE_BY_NAME.findall(setting.value)
    }
    seen: dict[str, Setting] = {}
    unknown = 0
    for setting in instance.settings:
        earlier = seen.get(setting.name)
        if earlier is not None and earlier.value.split() != setting.value.split():
            yield finding(
                f"{setting.name} is set twice: line {setting.place.line} wins over line "
                f"{earlier.place.line}",
                earlier.place,
                Severity.WARNING,
                "The earlier line means nothing.",
                "Keep one of the two lines.",
                earlier.shown,
            )
        seen[setting.name] = setting
    for setting in (*seen.values(), *_overrides(instance)):
        name = setting.name
        if is_known(name) or name in used or name in classes:
            continue
        if any(name.startswith(f"{owner}_") for owner in owners):
            continue
        unknown += 1
        near = nearest(name) if unknown <= MOST_GUESSED else None
        meant = f": did you mean {near}?" if near else ""
        yield finding(
            f"Postfix knows no parameter {name[:60]!r}{meant}",
            setting.place,
            Severity.SERIOUS if near else Severity.WARNING,
            "The line means nothing; what it should set has its built-in value.",
            f"Write {near}." if near else "Take the line out, or use it as $name somewhere.",
            setting.shown,
        )


def _overrides(instance: Instance) -> Iterator[Setting]:
    return (one for service in instance.services for one in service.overrides)


def finding(  # noqa: PLR0917 - in the order in which a person reads it
    why: str,
    place: Place,
    severity: Severity,
    means: str,
    next_step: str,
    found: str = "",
) -> Finding:
    """A broken setting: its line, and what comes of it."""
    evidence = Evidence(why, f"{found or 'this line'} ({means.rstrip('.')})", place)
    return Finding(f"{place}: {why}", evidence, severity=severity, next_step=next_step)


def place_of(word: Word | None, setting: Setting | None, instance: Instance) -> Place:
    """Of the word, else of the setting, else of the file."""
    if word is not None:
        return word.place
    if setting is not None:
        return setting.place
    return Place(instance.main or instance.master or instance.folder, 1)
