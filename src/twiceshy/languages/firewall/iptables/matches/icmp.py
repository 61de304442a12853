"""icmp and icmp6."""

from __future__ import annotations

from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.iptables.matches.asked import (
    WHOLE,
    About,
    Asked,
    Clause,
    Module,
    among,
)
from twiceshy.languages.firewall.iptables.names import ICMP, ICMP6, ICMP6_TYPES, ICMP_TYPES
from twiceshy.languages.firewall.iptables.types import icmp_type, values_of
from twiceshy.languages.firewall.iptables.unreadable import refuse

ANY_TYPE = 255
"""The kernel takes this type for all (icmp_type_code_match in ip_tables.c), for IPv4 alone."""


def _icmp(module: str, clauses: tuple[Clause, ...], about: About) -> list[Asked]:
    if about.protocol != ICMP:
        refuse(f"`-m {module}` needs `-p icmp` before it")
    if not clauses:
        refuse(f"`-m {module}` needs `--icmp-type`")
    asked: list[Asked] = [WHOLE]
    for clause in clauses:
        if clause.value.lower() == "any":
            kind, code = ANY_TYPE, None
        else:
            kind, code = icmp_type(clause.value, ICMP_TYPES)
        values = Intervals(((0, 0xFFFF),)) if kind == ANY_TYPE else values_of(kind, code)
        asked.append(among(Field.ICMP4, values, 16, negated=clause.negated))
    return asked


def _icmp6(module: str, clauses: tuple[Clause, ...], about: About) -> list[Asked]:
    if about.protocol != ICMP6:
        refuse(f"`-m {module}` needs `-p icmpv6` before it")
    if not clauses:
        refuse(f"`-m {module}` needs `--icmpv6-type`")
    return [
        WHOLE,
        *(
            among(
                Field.ICMP6,
                values_of(*icmp_type(clause.value, ICMP6_TYPES)),
                16,
                negated=clause.negated,
            )
            for clause in clauses
        ),
    ]


_OF_ICMP6 = Module(
    {"--icmpv6-type": ("--icmpv6-type", 1), "--icmp6-type": ("--icmpv6-type", 1)}, _icmp6
)
ICMP_MODULES = {
    "icmp": Module({"--icmp-type": ("--icmp-type", 1)}, _icmp),
    "icmp6": _OF_ICMP6,
    "icmpv6": _OF_ICMP6,
}
