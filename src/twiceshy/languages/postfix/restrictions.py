"""Access lists such as `smtpd_relay_restrictions`: their words, and whether they stop strangers.

The first restriction that answers decides; one that has nothing to say hands on to the next, and
the end of a list permits (SMTPD_ACCESS_README, postconf(5)).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from twiceshy.languages.postfix.setting import Word

LISTS = tuple(
    f"smtpd_{stage}_restrictions"
    for stage in ("client", "helo", "sender", "relay", "recipient", "data", "end_of_data", "etrn")
)
_PLAIN = frozenset(
    """
    permit reject defer defer_if_permit defer_if_reject warn_if_reject permit_inet_interfaces
    permit_mynetworks permit_sasl_authenticated permit_tls_all_clientcerts permit_tls_clientcerts
    permit_auth_destination permit_mx_backup permit_naked_ip_address reject_unauth_destination
    defer_unauth_destination reject_unauth_pipelining reject_multi_recipient_bounce
    reject_plaintext_session reject_unknown_client_hostname reject_unknown_client
    reject_unknown_reverse_client_hostname reject_unknown_forward_client_hostname
    reject_invalid_helo_hostname reject_invalid_hostname reject_non_fqdn_helo_hostname
    reject_non_fqdn_hostname reject_unknown_helo_hostname reject_unknown_hostname
    reject_non_fqdn_recipient reject_unknown_recipient_domain reject_unlisted_recipient
    check_recipient_maps reject_unverified_recipient reject_authenticated_sender_login_mismatch
    reject_known_sender_login_mismatch reject_non_fqdn_sender reject_sender_login_mismatch
    reject_unauthenticated_sender_login_mismatch reject_unknown_sender_domain
    reject_unlisted_sender reject_unverified_sender reject_unknown_address check_relay_domains
    reject_maps_rbl reject_rbl
    """.split()  # noqa: SIM905 - a hundred names read better without quotes
)
_WITH_ARGUMENT = frozenset(
    """
    check_ccert_access check_client_access check_client_a_access check_client_mx_access
    check_client_ns_access check_reverse_client_hostname_access
    check_reverse_client_hostname_a_access check_reverse_client_hostname_mx_access
    check_reverse_client_hostname_ns_access check_sasl_access check_etrn_access check_helo_access
    check_helo_a_access check_helo_mx_access check_helo_ns_access check_recipient_access
    check_recipient_a_access check_recipient_mx_access check_recipient_ns_access
    check_sender_access check_sender_a_access check_sender_mx_access check_sender_ns_access
    check_policy_service reject_rbl_client permit_dnswl_client reject_rhsbl_client
    permit_rhswl_client reject_rhsbl_reverse_client reject_rhsbl_helo reject_rhsbl_recipient
    reject_rhsbl_sender sleep
    """.split()  # noqa: SIM905 - a hundred names read better without quotes
)
NAMES = _PLAIN | _WITH_ARGUMENT
_GUARDS = frozenset(
    {"reject_unauth_destination", "defer_unauth_destination", "reject", "defer", "defer_if_permit"}
)
_TRUSTED = frozenset(
    {
        "permit_mynetworks",
        "permit_sasl_authenticated",
        "permit_tls_clientcerts",
        "permit_tls_all_clientcerts",
        "permit_inet_interfaces",
        "permit_auth_destination",
        "permit_mx_backup",
    }
)
_MAY_PERMIT = re.compile(
    r"check_(?:\w+_)?access$|check_policy_service$|permit_(?:dnswl|rhswl)_client$|"
    r"permit_naked_ip_address$"
)
_TABLE = re.compile(r"[a-z]+:|\$|/|\{")
DEEPEST = 5


class Stops(StrEnum):
    """Whether a list keeps strangers from having mail relayed to anywhere."""

    YES = "yes"
    NO = "no"
    PERHAPS = "perhaps"
    """A table or a service asked before may permit it."""


@dataclass(frozen=True, slots=True)
class Passage:
    """How one list treats a stranger's mail to somewhere else."""

    stops: Stops
    word: Word | None
    """What decided; None for the end of the list."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """One restriction with its argument."""

    name: str
    word: Word
    argument: Word | None = None
    is_only_warned: bool = False
    """After `warn_if_reject`: it refuses nobody."""


ClassWords = Callable[[str], Sequence[Word] | None]
"""The words of a class of `smtpd_restriction_classes`; None for any other name."""


def restrictions_of(words: Sequence[Word]) -> tuple[Restriction, ...]:
    """The restrictions of a list; a bare table stands for the list's own `check_..._access`."""
    found: list[Restriction] = []
    index, warned = 0, False
    while index < len(words):
        word = words[index]
        name = word.text.lower()
        index += 1
        if name == "warn_if_reject":
            warned = True
            continue
        argument = None
        if name in _WITH_ARGUMENT and index < len(words):
            argument = words[index]
            index += 1
        found.append(Restriction(name, word, argument, warned))
        warned = False
    return tuple(found)


def unknown_in(words: Sequence[Word], classes: ClassWords) -> tuple[Restriction, ...]:
    """The names that are no restrictions: Postfix refuses every client because of one."""
    return tuple(
        one
        for one in restrictions_of(words)
        if one.name not in NAMES
        and classes(one.word.text) is None
        and not _TABLE.search(one.word.text)
    )


def passage(words: Sequence[Word], classes: ClassWords, depth: int = 0) -> Passage:
    """What a list does with a stranger's mail to somewhere else, as far as its text says."""
    perhaps: Word | None = None
    for one in restrictions_of(words):
        if one.is_only_warned and one.name != "permit":
            continue
        if one.name in _GUARDS:
            return Passage(Stops.PERHAPS if perhaps else Stops.YES, perhaps or one.word)
        if one.name == "permit":
            return Passage(Stops.PERHAPS if perhaps else Stops.NO, perhaps or one.word)
        inner = classes(one.word.text) if depth < DEEPEST else None
        if inner is not None:
            found = passage(inner, classes, depth + 1)
            if found.stops is Stops.YES or (found.word and found.word.text == "permit"):
                return Passage(Stops.PERHAPS if perhaps else found.stops, perhaps or found.word)
            perhaps = perhaps or (found.word if found.stops is Stops.PERHAPS else None)
        elif one.name not in _TRUSTED and (_MAY_PERMIT.match(one.name) or one.name not in NAMES):
            perhaps = perhaps or one.word
    return Passage(Stops.PERHAPS if perhaps else Stops.NO, perhaps)


def has_a_guard(words: Sequence[Word], classes: ClassWords, depth: int = 0) -> bool:
    """Whether the list names one of the restrictions without which smtpd refuses to run."""
    for one in restrictions_of(words):
        if one.name in _GUARDS | {"check_relay_domains"} and not one.is_only_warned:
            return True
        inner = classes(one.word.text) if depth < DEEPEST else None
        if inner is not None and has_a_guard(inner, classes, depth + 1):
            return True
    return False
