"""Does TLS work as it is set: levels, what they need, certificates with their keys?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from twiceshy.kinds.finding import Finding
from twiceshy.kinds.mail.facts import FileState, PostfixSeen
from twiceshy.kinds.mail.value_rules import finding, place_of
from twiceshy.languages.postfix import Instance, Service
from twiceshy.model.verdict import Evidence, Severity

_AUTHORITIES = ("smtp_tls_CAfile", "smtp_tls_CApath", "smtp_tls_trust_anchor_file")
_MANDATORY = frozenset({"encrypt", "dane-only", "fingerprint", "verify", "secure"})
_CERTIFICATES = ("smtpd_tls_cert_file", "smtpd_tls_eccert_file", "smtpd_tls_dcert_file")
_KEYS = {
    "smtpd_tls_key_file": "smtpd_tls_cert_file",
    "smtpd_tls_eckey_file": "smtpd_tls_eccert_file",
    "smtpd_tls_dkey_file": "smtpd_tls_dcert_file",
    "smtp_tls_key_file": "smtp_tls_cert_file",
}


def judge_tls(seen: PostfixSeen) -> Iterator[Finding]:
    """Sending and receiving."""
    instance = seen.instance
    clients = [one for one in instance.services if one.command == "smtp" and one.type == "unix"]
    for client in _differing(clients, instance):
        yield from _sending(instance, client)
    if instance.main is None:
        return
    servers: list[Service | None] = [one for one in instance.services if one.is_smtpd]
    for server in servers or [None]:
        yield from _receiving(instance, server)
    yield from _pairs(seen)
    yield from _files(seen)


def _differing(services: list[Service], instance: Instance) -> list[Service | None]:
    """All that have TLS settings of their own, and main.cf for the others."""
    own = [
        one for one in services if any(each.name.startswith("smtp_tls") for each in one.overrides)
    ]
    common: list[Service | None] = [None] if instance.main is not None else []
    return [*common, *own]


def _sending(instance: Instance, service: Service | None) -> Iterator[Finding]:
    level = instance.text("smtp_tls_security_level", service)
    setting = instance.setting("smtp_tls_security_level", service)
    place = place_of(None, setting, instance)
    shown = setting.shown if setting is not None else ""
    if level in {"verify", "secure"} and not _has_authority(instance, service):
        yield finding(
            f"smtp_tls_security_level = {level} without smtp_tls_CAfile or smtp_tls_CApath: "
            "no certificate can be verified",
            place,
            Severity.CRITICAL,
            "All mail to other machines is deferred.",
            "Set smtp_tls_CAfile, or tls_append_default_CA = yes.",
            shown,
        )
    if level == "fingerprint" and not instance.value("smtp_tls_fingerprint_cert_match").text:
        yield finding(
            "smtp_tls_security_level = fingerprint without smtp_tls_fingerprint_cert_match",
            place,
            Severity.CRITICAL,
            "No certificate matches: all mail to other machines is deferred.",
            "Name the fingerprints, or choose another level.",
            shown,
        )
    if level in {"dane", "dane-only"} and instance.text("smtp_dns_support_level") != "dnssec":
        yield finding(
            f"smtp_tls_security_level = {level} without smtp_dns_support_level = dnssec",
            place,
            Severity.CRITICAL if level == "dane-only" else Severity.SERIOUS,
            "DANE never comes about without DNSSEC.",
            "Set smtp_dns_support_level = dnssec, with a validating resolver on this host.",
            shown,
        )
    wrapped = instance.is_on("smtp_tls_wrappermode", service)
    if wrapped and level is not None and level not in _MANDATORY:
        wrapping = instance.setting("smtp_tls_wrappermode", service)
        yield finding(
            "smtp_tls_wrappermode = yes needs smtp_tls_security_level = encrypt or stricter",
            place_of(None, wrapping, instance),
            Severity.CRITICAL,
            "All mail to other machines is deferred.",
            "Set smtp_tls_security_level = encrypt.",
        )
    relay = instance.setting("relayhost", service)
    target = instance.text("relayhost", service) or ""
    if relay is not None and re.search(r":(?:465|smtps|submissions)$", target) and not wrapped:
        yield finding(
            f"relayhost = {target}: that port speaks TLS from the first byte, and "
            "smtp_tls_wrappermode is off",
            relay.place,
            Severity.CRITICAL,
            "Both sides wait for each other: all mail is deferred.",
            "Set smtp_tls_wrappermode = yes and smtp_tls_security_level = encrypt, or use port 587.",
        )


def _has_authority(instance: Instance, service: Service | None) -> bool:
    if instance.text("tls_append_default_CA", service) in {"yes", None}:
        return True
    return any(
        (found := instance.setting(name, service)) is not None and found.value
        for name in _AUTHORITIES
    )


def _receiving(instance: Instance, service: Service | None) -> Iterator[Finding]:
    wrapped = instance.is_on("smtpd_tls_wrappermode", service)
    level = instance.text("smtpd_tls_security_level", service)
    legacy = instance.is_on("smtpd_use_tls", service) and not level
    whose = f" of {service.title}" if service is not None else ""
    if not (wrapped or legacy or level in {"may", "encrypt"}):
        return
    named = [
        name
        for name in (*_CERTIFICATES, "smtpd_tls_chain_files")
        if (found := instance.setting(name, service)) is not None and found.value
    ]
    if named:
        return
    name = "smtpd_tls_wrappermode" if wrapped else "smtpd_tls_security_level"
    setting = instance.setting(name, service) or instance.setting("smtpd_use_tls", service)
    yield finding(
        f"TLS is on{whose} and there is no certificate: smtpd_tls_chain_files and "
        "smtpd_tls_cert_file are empty",
        place_of(None, setting, instance),
        Severity.CRITICAL if wrapped or level == "encrypt" else Severity.SERIOUS,
        "TLS is not offered; who insists on it gets no mail through.",
        "Set smtpd_tls_chain_files to a file with the key and the certificates.",
        setting.shown if setting is not None else "",
    )


def _pairs(seen: PostfixSeen) -> Iterator[Finding]:
    instance = seen.instance
    for key_name, certificate_name in _KEYS.items():
        key = instance.setting(key_name)
        certificate = instance.setting(certificate_name)
        is_certificate = certificate is not None and certificate.value not in {"", "none"}
        if key is not None and key.value.startswith("/") and not is_certificate:
            yield finding(
                f"{key_name} without {certificate_name}: a key and no certificate",
                key.place,
                Severity.SERIOUS,
                "TLS has no certificate of this kind.",
                f"Set {certificate_name}.",
                key.shown,
            )
        if key is None and certificate is not None and is_certificate:
            path = instance.value(certificate_name).text
            held = next((one for one in seen.files if one.path == path), None)
            if held is not None and held.holds_a_key is False:
                yield finding(
                    f"{certificate_name} without {key_name}, and {path} holds no private key",
                    certificate.place,
                    Severity.CRITICAL,
                    "The certificate cannot be used: TLS is not offered.",
                    f"Set {key_name}.",
                    certificate.shown,
                )


def _files(seen: PostfixSeen) -> Iterator[Finding]:
    for one in seen.files:
        evidence = Evidence(one.what, f"{one.path}: {one.why or one.state.value}", one.place)
        match one.state:
            case FileState.THERE:
                yield Finding("", Evidence(one.what, f"{one.path} is there", one.place))
            case FileState.MISSING:
                step = "Make it (a table: with postmap), or correct the path."
                yield Finding(
                    f"{one.place}: {one.what}: {one.path} is missing",
                    evidence,
                    severity=Severity.CRITICAL,
                    next_step=step,
                )
            case FileState.STALE:
                text = one.path.rpartition(".")[0]
                yield Finding(
                    f"{one.place}: {one.what}: {text} was changed after {one.path} was made from "
                    "it: the change has no effect",
                    evidence,
                    severity=Severity.SERIOUS,
                    next_step=f"Run postmap {text} (postalias for aliases).",
                )
            case FileState.UNSEEN:
                why = f"{one.place}: {one.what}: {one.path} could not be looked at: {one.why}"
                yield Finding(why, evidence, unknown=True)
            case FileState.NOT_HANDED_IN:
                why = f"{one.path} is not part of what was handed in"
                yield Finding(why, evidence, left_out=True)
