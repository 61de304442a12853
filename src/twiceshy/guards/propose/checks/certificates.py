"""Certificates, their renewal, and the registration of the names they are for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from twiceshy.guards.propose.checks.check import Check
from twiceshy.guards.propose.checks.slot import Slot, days_ahead
from twiceshy.guards.propose.checks.template import Template, signal, template
from twiceshy.guards.propose.quantity import Bound, Unit

_KEY_BITS = Slot(
    "min_rsa_bits", Unit.BITS, frozenset({Bound.BELOW, Bound.NONE}), least=1024, most=16384
)

_RENEWED = days_ahead(
    "renewed_days_before",
    near=r"\brenew(?:s|ed|al|als|ing)?\b",
    unless=r"\b(?:alert|alarm|warn|notif|remind|calendar)\w*",
)

CERTIFICATES: Mapping[Check, Template] = MappingProxyType(
    {
        Check.CERTIFICATE: template(
            "certificate",
            "6h",
            "It looks at the certificate that every address of {service} really serves and raises "
            "the alarm {days} days before users would meet an expired one.",
            slots=(days_ahead("days"), _KEY_BITS),
            days=21,
        ),
        Check.RENEWAL: template(
            "renewal",
            "1d",
            "It rehearses the renewal for {service} and looks at its timer and reload hook, so a "
            "renewal that is going to fail shows weeks before the certificate ends.",
            slots=(_RENEWED,),
            rehearsal="configured",
            timer="runs",
            reload_hook="reloads",
        ),
        Check.DOMAIN: signal(
            "days until the domain registration of {service} ends",
            why="It counts the days until the registration of the domain of {service} ends and "
            "reports while there is time to renew it.",
            slots=(days_ahead("alert_below"),),
            is_counted=False,
            alert_below=30,
        ),
    }
)
