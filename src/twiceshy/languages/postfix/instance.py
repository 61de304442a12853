"""One Postfix: the main.cf and master.cf of a folder, and what is in force because of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from twiceshy.languages.postfix.expand import UNSET, Expanded, Unset, expanded
from twiceshy.languages.postfix.main_cf import read_main
from twiceshy.languages.postfix.master_cf import Service, read_master
from twiceshy.languages.postfix.names import is_known
from twiceshy.languages.postfix.setting import Problem, Setting, Word, split
from twiceshy.model.configuration import Configuration

MOST_WORDS = 5_000
DEFAULTS = {
    "bounce_queue_lifetime": "5d",
    "config_directory": "/etc/postfix",
    "content_filter": "",
    "daemon_directory": "/usr/lib/postfix/sbin",
    "data_directory": "/var/lib/postfix",
    "default_transport": "smtp",
    "defer_transports": "",
    "delay_warning_time": "0h",
    "inet_interfaces": "all",
    "local_transport": "local:$myhostname",
    "mailbox_size_limit": "51200000",
    "maximal_backoff_time": "4000s",
    "maximal_queue_lifetime": "5d",
    "message_size_limit": "10240000",
    "minimal_backoff_time": "300s",
    "mydestination": "$myhostname, localhost.$mydomain, localhost",
    "myorigin": "$myhostname",
    "mynetworks_style": "host",
    "queue_directory": "/var/spool/postfix",
    "queue_run_delay": "300s",
    "relay_domains": "",
    "relay_transport": "relay",
    "relayhost": "",
    "smtp_dns_support_level": "",
    "smtp_sasl_auth_enable": "no",
    "smtp_tls_security_level": "",
    "smtp_tls_wrappermode": "no",
    "smtpd_delay_reject": "yes",
    "smtpd_recipient_restrictions": "",
    "smtpd_relay_restrictions": "permit_mynetworks, permit_sasl_authenticated, "
    "defer_unauth_destination",
    "smtpd_restriction_classes": "",
    "smtpd_sasl_auth_enable": "no",
    "smtpd_tls_auth_only": "no",
    "smtpd_tls_cert_file": "",
    "smtpd_tls_chain_files": "",
    "smtpd_tls_key_file": "$smtpd_tls_cert_file",
    "smtpd_tls_security_level": "",
    "smtpd_tls_wrappermode": "no",
    "smtpd_use_tls": "no",
    "soft_bounce": "no",
    "tls_append_default_CA": "no",
    "virtual_alias_domains": "$virtual_alias_maps",
    "virtual_mailbox_domains": "$virtual_mailbox_maps",
    "virtual_mailbox_limit": "51200000",
    "virtual_transport": "virtual",
}
"""Built-in values (`postconf -d`) of the parameters that are judged here."""
_LOOKS = re.compile(
    rb"^(?:smtpd?_\w+|my(?:hostname|destination|networks|origin)|relayhost|inet_interfaces|"
    rb"mail_owner|queue_directory)[ \t]*=",
    re.MULTILINE,
)
_LOOKS_LIKE_A_MASTER = re.compile(
    rb"^\S+[ \t]+(?:inet|unix|pass)[ \t]+[yn-][ \t]+[yn-][ \t]+[yn-][ \t]+\S+[ \t]+\S+[ \t]+\w",
    re.MULTILINE,
)
_BEGINNING = 65_536


def dialect_of(path: str, content: bytes) -> str | None:
    """`postfix` for a main.cf or master.cf, by its name and beginning."""
    name = path.rpartition("/")[2]
    if name == "main.cf":
        in_place = "postfix" in path
        return "postfix" if in_place or _LOOKS.search(content[:_BEGINNING]) else None
    if name == "master.cf":
        in_place = "postfix" in path
        found = in_place or _LOOKS_LIKE_A_MASTER.search(content[:_BEGINNING])
        return "postfix" if found else None
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """What the files of one folder say; either may be missing."""

    folder: str
    main: str | None
    """The main.cf as people know it; None when it was not handed in."""
    settings: tuple[Setting, ...] = ()
    """Of main.cf, in its order: the last one of a name counts."""
    master: str | None = None
    services: tuple[Service, ...] = ()
    problems: tuple[Problem, ...] = ()
    latest: Mapping[str, Setting] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """Of main.cf, by name: the line that counts."""

    @property
    def is_whole(self) -> bool:
        """Whether all of both files was read, so that what is not set is known not to be set."""
        return all(one.is_fatal for one in self.problems)

    def setting(self, name: str, service: Service | None = None) -> Setting | None:
        """What sets a parameter, for a service or for all; None when nothing does."""
        own = service.overrides if service is not None else ()
        found = next((one for one in reversed(own) if one.name == name), None)
        if found is not None:
            return found
        return self.latest.get(name)

    def value(self, name: str, service: Service | None = None) -> Expanded:
        """The value in force, with everything filled in."""
        raw = self.raw(name, service)
        if raw is None or isinstance(raw, Unset):
            return Expanded("", (name,) if raw is None else ())
        return expanded(raw, lambda inner: self.raw(inner, service))

    def text(self, name: str, service: Service | None = None) -> str | None:
        """The value in force in lower case; None when it is not known."""
        value = self.value(name, service)
        return value.text.strip().lower() if value.is_known else None

    def is_on(self, name: str, service: Service | None = None) -> bool:
        """Whether a boolean is `yes`."""
        return self.text(name, service) == "yes"

    def raw(self, name: str, service: Service | None = None) -> str | Unset | None:
        """As written or built in; None when it is not known here."""
        found = self.setting(name, service)
        if found is not None:
            return found.value
        if name == "mydomain":
            return self._mydomain(service)
        if name in DEFAULTS:
            return DEFAULTS[name]
        return None if is_known(name) else UNSET

    def _mydomain(self, service: Service | None) -> str | None:
        host = self.setting("myhostname", service)
        if host is None or "$" in host.value:
            return None
        return host.value.partition(".")[2] or "localdomain"

    def words(self, name: str, service: Service | None = None) -> tuple[Word, ...] | None:
        """The words of a list with their places; None when nothing sets it, or it is not known."""
        found = self.setting(name, service)
        return None if found is None else self.words_of(found, service)

    def words_of(self, setting: Setting, service: Service | None = None) -> tuple[Word, ...] | None:
        """The words of one setting, filled in; None when a part is not known."""
        words: list[Word] = []
        for word in setting.words():
            filled = expanded(word.text, lambda inner: self.raw(inner, service))
            if not filled.is_known or len(words) > MOST_WORDS:
                return None
            words += (Word(text, word.place) for text, _ in split(filled.text))
        return tuple(words)

    def all_settings(self) -> Iterator[tuple[Setting, Service | None]]:
        """Every setting that counts: of main.cf the last of each name, then each service's own."""
        for one in self.latest.values():
            yield one, None
        for service in self.services:
            own = {one.name: one for one in service.overrides}
            for one in own.values():
                yield one, service


@lru_cache(maxsize=8)  # several guards look at the same configuration one after another
def instances_of(configuration: Configuration, files: tuple[str, ...] = ()) -> tuple[Instance, ...]:
    """Every Postfix in a configuration; `files` names the main.cf and master.cf to read."""
    asked = files or tuple(
        path
        for path, content in sorted(configuration.files.items())
        if dialect_of(path, content) is not None
    )
    folders = dict.fromkeys(path.rpartition("/")[0] for path in asked)
    found = (_read(configuration, folder) for folder in folders)
    return tuple(one for one in found if one is not None)


def _read(configuration: Configuration, folder: str) -> Instance | None:
    main_path, master_path = f"{folder}/main.cf", f"{folder}/master.cf"
    main = configuration.files.get(main_path)
    master = configuration.files.get(master_path)
    if main is None and master is None:
        return None
    main_file = read_main(main, configuration.shown(main_path)) if main is not None else None
    services = read_master(master, configuration.shown(master_path)) if master is not None else None
    return Instance(
        folder,
        configuration.shown(main_path) if main_file else None,
        main_file.settings if main_file else (),
        configuration.shown(master_path) if services else None,
        services.services if services else (),
        (*(main_file.problems if main_file else ()), *(services.problems if services else ())),
        MappingProxyType({one.name: one for one in main_file.settings} if main_file else {}),
    )
