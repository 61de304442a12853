"""Do main.cf and master.cf go together: transports, domains, sizes, times, submission?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from twiceshy.kinds.finding import Finding
from twiceshy.kinds.mail.value_rules import finding
from twiceshy.languages.postfix import Instance, Service, Setting, Word
from twiceshy.languages.postfix.grammar import seconds_of
from twiceshy.model.verdict import Severity

_TRANSPORTS = (
    "default_transport",
    "relay_transport",
    "local_transport",
    "virtual_transport",
    "mailbox_transport",
    "fallback_transport",
    "content_filter",
    "error_transport",
)
_SWALLOWS = frozenset({"discard", "error", "retry", "hold"})
_SUBMISSION = frozenset({"submission", "587"})
_SUBMISSIONS = frozenset({"submissions", "smtps", "465"})
_CLASSES = ("virtual_mailbox_domains", "virtual_alias_domains", "relay_domains")
_NAME = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]+")


def judge_together(instance: Instance) -> Iterator[Finding]:
    """Everything that only shows when settings are held against each other."""
    yield from _transports(instance)
    yield from _submission(instance)
    if instance.main is None:
        return
    yield from _myhostname(instance)
    yield from _domains(instance)
    yield from _sizes(instance)
    yield from _times(instance)
    yield from _switched_off(instance)


def _transports(instance: Instance) -> Iterator[Finding]:
    names = {one.name for one in instance.services}
    for name in _TRANSPORTS:
        setting = instance.setting(name)
        value = instance.value(name)
        if setting is None or not value.is_known or not value.text.strip():
            continue
        transport = value.text.strip().partition(":")[0]
        if name in {"default_transport", "relay_transport"} and transport in _SWALLOWS:
            yield finding(
                f"{name} = {transport}: no mail leaves this host",
                setting.place,
                Severity.CRITICAL,
                "Mail by this way is thrown away, returned or kept.",
                "Name the transport that delivers, such as smtp.",
                setting.shown,
            )
        elif instance.master is not None and transport and transport not in names:
            yield finding(
                f"{name}: there is no service {transport[:60]!r} in master.cf",
                setting.place,
                Severity.CRITICAL,
                "Mail by this way is deferred: mail transport unavailable.",
                "Add the service to master.cf, or correct the name.",
                setting.shown,
            )


def _submission(instance: Instance) -> Iterator[Finding]:
    for service in instance.services:
        if not service.is_smtpd or service.type != "inet":
            continue
        port = service.port
        is_for_users = port in _SUBMISSION | _SUBMISSIONS
        wrapped = instance.is_on("smtpd_tls_wrappermode", service)
        if port in _SUBMISSIONS and not wrapped:
            yield _of(
                service,
                f"{service.title} without smtpd_tls_wrappermode = yes",
                Severity.CRITICAL,
                "Clients speak TLS from the first byte there, and are not understood.",
                "Add -o smtpd_tls_wrappermode=yes.",
            )
        if port in {"smtp", "25"} and wrapped:
            yield _of(
                service,
                f"{service.title} with smtpd_tls_wrappermode = yes",
                Severity.CRITICAL,
                "Other mail servers speak no TLS at first: no mail comes in.",
                "Take smtpd_tls_wrappermode from it.",
            )
        if instance.main is None or not is_for_users:
            continue
        with_tls = wrapped or instance.text("smtpd_tls_security_level", service) == "encrypt"
        protected = with_tls or instance.is_on("smtpd_tls_auth_only", service)
        if not instance.is_on("smtpd_sasl_auth_enable", service):
            yield _of(
                service,
                f"{service.title} without smtpd_sasl_auth_enable = yes",
                Severity.SERIOUS,
                "Nobody can log in there to hand in mail.",
                "Add -o smtpd_sasl_auth_enable=yes.",
            )
        elif not protected:
            yield _of(
                service,
                f"{service.title} takes passwords without TLS: smtpd_tls_security_level is not "
                "encrypt",
                Severity.SERIOUS,
                "Passwords can be read on the way.",
                "Add -o smtpd_tls_security_level=encrypt.",
            )


def _of(service: Service, why: str, severity: Severity, means: str, next_step: str) -> Finding:
    return finding(why, service.place, severity, means, next_step, service.title)


def _myhostname(instance: Instance) -> Iterator[Finding]:
    setting = instance.setting("myhostname")
    value = instance.value("myhostname")
    if setting is None or not value.is_known:
        return
    name = value.text.strip()
    if _NAME.fullmatch(name) and not name.endswith((".localdomain", ".local")):
        return
    yield finding(
        f"myhostname = {name[:60]}: that is no name that others can look up",
        setting.place,
        Severity.WARNING,
        "Other mail servers refuse to talk to a host that greets with such a name.",
        "Set it to the full name in DNS, such as mail.example.org.",
    )


def _domains(instance: Instance) -> Iterator[Finding]:
    local = {word.text.lower().rstrip("."): word for word in _words(instance, "mydestination")}
    for name in _CLASSES:
        for word in _words(instance, name):
            domain = word.text.lower().rstrip(".")
            if domain in local and name != "relay_domains":
                yield finding(
                    f"{domain} is in mydestination and in {name}",
                    local[domain].place if instance.setting("mydestination") else word.place,
                    Severity.SERIOUS,
                    "Mail for it goes to local users instead of the virtual ones.",
                    "Take it out of mydestination.",
                )


def _words(instance: Instance, name: str) -> tuple[Word, ...]:
    return tuple(one for one in instance.words(name) or () if ":" not in one.text)


def _sizes(instance: Instance) -> Iterator[Finding]:
    message = _number(instance, "message_size_limit")
    for name in ("mailbox_size_limit", "virtual_mailbox_limit"):
        most = _number(instance, name)
        setting = instance.setting(name) or instance.setting("message_size_limit")
        if setting is None or most is None or message is None or most == 0:
            continue
        if message == 0 or message > most:
            shown = "no limit" if message == 0 else str(message)
            yield finding(
                f"message_size_limit ({shown}) is larger than {name} ({most})",
                setting.place,
                Severity.CRITICAL if name.startswith("mailbox") else Severity.SERIOUS,
                "The delivery agent stops with an error: mail to mailboxes is deferred.",
                f"Make {name} larger, or 0 for no limit.",
                setting.shown,
            )


def _number(instance: Instance, name: str) -> int | None:
    text = instance.text(name)
    return int(text) if text is not None and text.isdigit() else None


def _times(instance: Instance) -> Iterator[Finding]:
    for name, severity, means in (
        (
            "maximal_queue_lifetime",
            Severity.SERIOUS,
            "Mail that cannot be delivered at once comes back after one try.",
        ),
        (
            "bounce_queue_lifetime",
            Severity.WARNING,
            "Notes of failed delivery are tried once.",
        ),
    ):
        setting = instance.setting(name)
        if setting is not None and seconds_of(instance.text(name) or "", "d") == 0:
            yield finding(
                f"{name} = 0", setting.place, severity, means, "Give it days.", setting.shown
            )
    least = _seconds(instance, "minimal_backoff_time")
    most = _seconds(instance, "maximal_backoff_time")
    changed = instance.setting("minimal_backoff_time") or instance.setting("maximal_backoff_time")
    if changed is not None and least is not None and most is not None and least > most:
        yield finding(
            f"minimal_backoff_time ({least} s) is longer than maximal_backoff_time ({most} s)",
            changed.place,
            Severity.WARNING,
            "Deferred mail waits longer than meant.",
            "Make the first shorter than the second.",
            changed.shown,
        )
    warned = _seconds(instance, "delay_warning_time", "h")
    lasts = _seconds(instance, "maximal_queue_lifetime", "d")
    warning = instance.setting("delay_warning_time")
    if warning is not None and warned and lasts is not None and warned >= lasts:
        yield finding(
            "delay_warning_time is not shorter than maximal_queue_lifetime",
            warning.place,
            Severity.WARNING,
            "Mail is returned before its sender is told that it waits.",
            "Make it a few hours.",
            warning.shown,
        )


def _seconds(instance: Instance, name: str, unit: str = "s") -> int | None:
    return seconds_of(instance.text(name) or "", unit)


def _switched_off(instance: Instance) -> Iterator[Finding]:
    for name, means, severity in (
        ("defer_transports", "Mail by these transports stays in the queue.", Severity.CRITICAL),
        ("master_service_disable", "These services do not run.", Severity.SERIOUS),
    ):
        setting = instance.setting(name)
        if setting is not None and instance.value(name).text.strip():
            yield _switch(setting, means, severity)
    soft = instance.setting("soft_bounce")
    if soft is not None and instance.is_on("soft_bounce"):
        yield _switch(soft, "Refused mail is tried again for days.", Severity.WARNING)


def _switch(setting: Setting, means: str, severity: Severity) -> Finding:
    return finding(
        setting.shown,
        setting.place,
        severity,
        means,
        "Take it out again when the work it was for is done.",
        setting.shown,
    )
