"""All match modules by the name that `-m` takes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from twiceshy.languages.firewall.iptables.matches.asked import (
    About,
    Asked,
    Clause,
    Module,
    options,
)
from twiceshy.languages.firewall.iptables.matches.conntrack import CONNTRACK_MODULES
from twiceshy.languages.firewall.iptables.matches.headers import HEADER_MODULES
from twiceshy.languages.firewall.iptables.matches.icmp import ICMP_MODULES
from twiceshy.languages.firewall.iptables.matches.knowledge import KNOWLEDGE_MODULES
from twiceshy.languages.firewall.iptables.matches.membership import SET_MODULES
from twiceshy.languages.firewall.iptables.matches.opaque import OPAQUE_MODULES
from twiceshy.languages.firewall.iptables.matches.ports import PORT_MODULES


def _nothing(_module: str, _clauses: tuple[Clause, ...], _about: About) -> list[Asked]:
    return []


MODULES: Mapping[str, Module] = MappingProxyType(
    {
        **OPAQUE_MODULES,
        **PORT_MODULES,
        **ICMP_MODULES,
        **CONNTRACK_MODULES,
        **HEADER_MODULES,
        **KNOWLEDGE_MODULES,
        **SET_MODULES,
        "comment": Module(options(comment=1), _nothing),
        "standard": Module({}, _nothing),
    }
)

IMPLIED_BY: Mapping[str, str] = MappingProxyType(
    {
        "tcp": "tcp",
        "6": "tcp",
        "udp": "udp",
        "17": "udp",
        "udplite": "udplite",
        "136": "udplite",
        "sctp": "sctp",
        "132": "sctp",
        "dccp": "dccp",
        "33": "dccp",
        "icmp": "icmp",
        "1": "icmp",
        "icmpv6": "icmp6",
        "ipv6-icmp": "icmp6",
        "icmp6": "icmp6",
        "58": "icmp6",
        "ah": "ah",
        "51": "ah",
        "esp": "esp",
        "50": "esp",
        "mh": "mh",
        "ipv6-mh": "mh",
        "mobility-header": "mh",
        "135": "mh",
    }
)
"""Which module's options `-p` brings with it."""
