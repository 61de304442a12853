"""What runs is what was reviewed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from twiceshy.guards.propose.checks.check import Check
from twiceshy.guards.propose.checks.template import Template, template


def _drift(of: str, why: str) -> Template:
    return template(
        "drift",
        "1h",
        why,
        advice="Name the files or the Ansible playbook that hold the reviewed state.",
        of=of,
        matches="reviewed",
    )


DRIFT: Mapping[Check, Template] = MappingProxyType(
    {
        Check.DRIFT: _drift(
            "configuration of {service}",
            "It compares the configuration that runs on {service} with the one that was reviewed "
            "and reports every difference, whoever or whatever made it.",
        ),
        Check.FIREWALL_DRIFT: _drift(
            "firewall rules around {service}",
            "It compares the firewall rules that are loaded with those that were reviewed, so a "
            "rule that went around the review is found within the hour.",
        ),
        Check.NETWORK_DRIFT: _drift(
            "network devices before {service}",
            "It compares the configuration of firewalls, balancers and other network devices "
            "before {service} with the reviewed one and reports every difference.",
        ),
        Check.DNS_DRIFT: _drift(
            "DNS records of {service}",
            "It compares the records that the name servers of {service} serve, and how long they "
            "may be kept, with those that were reviewed and reports every difference.",
        ),
        Check.PERMISSIONS_DRIFT: _drift(
            "permissions on {service}",
            "It compares who may do what on {service} with what was reviewed and reports every "
            "right that was added since.",
        ),
    }
)
