"""Tables that iptables-nft manages, of which nft shows a translation that may be wrong.

For a match of iptables nft prints what iptables would translate it to, and some translations
(`-m multiport ! --ports`) say the opposite. The warning that says so goes to standard error, so
that a captured listing knows these tables only by their names and by what could not be translated.
"""

from __future__ import annotations

from twiceshy.languages.firewall.nft.state import TableState
from twiceshy.languages.firewall.ruleset import TableFamily

FOREIGN = "iptables-nft"
"""The `source` of such a table."""
PART_OF_IPTABLES = "a part of iptables"
"""How the failure of a rule begins that only iptables-save shows."""
_FAMILIES = frozenset((TableFamily.IP, TableFamily.IP6))
_TABLES = frozenset(("raw", "mangle", "nat", "filter", "security"))


def is_foreign(table: TableState) -> bool:
    """Whether iptables-nft manages it.

    In a file that people wrote the words mean what they say, whatever the names of tables and
    chains; only of what the kernel printed do names tell.
    """
    if table.has_warning:
        return True
    if any(
        rule.failure is not None and rule.failure.startswith(PART_OF_IPTABLES)
        for chain in table.chains.values()
        for rule in chain.rules
    ):
        return True
    return (
        table.is_listed
        and table.family in _FAMILIES
        and table.name in _TABLES
        and any(chain.base for chain in table.chains.values())
        and all(
            chain.name == chain.base.hook.value.upper()
            for chain in table.chains.values()
            if chain.base
        )
    )
