"""The verdicts that end a rule."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from twiceshy.languages.firewall.nft.steps import Ends, Step
from twiceshy.languages.firewall.nft.syntax import Verdict
from twiceshy.languages.firewall.ruleset import Accept, Drop, Goto, Jump, Return

VERDICTS: Mapping[str, Ends] = MappingProxyType(
    {
        "accept": Ends(Accept()),
        "drop": Ends(Drop()),
        "return": Ends(Return()),
    }
)
"""Those that are one word and leave the rule."""


def steps_of(verdict: Verdict) -> tuple[Step, ...]:
    """What a verdict in a map makes of the packet; after `continue` the rule goes on."""
    if verdict.word == "jump":
        return (Ends(Jump(verdict.chain)),)
    if verdict.word == "goto":
        return (Ends(Goto(verdict.chain)),)
    found = VERDICTS.get(verdict.word)
    return () if found is None else (found,)
