"""The peer: our own encoding of the same rule sets and questions for the solver z3.

A packet is a handful of bit vectors, a rule a conjunction, a chain an if-then-else from its last
rule to its first. It knows what these rule sets have and nothing else; each question is one call
of the solver, for first packets only, while ours also sends the answers back.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twiceshy.languages.firewall.conditions import CtState, Field, Match, Names
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import Accept, Chain, Jump, Return, Rule, Ruleset

_BITS: Mapping[Field, int] = {
    Field.SADDR4: 32,
    Field.DADDR4: 32,
    Field.SPORT: 16,
    Field.DPORT: 16,
    Field.L4PROTO: 8,
    Field.CT_STATE: 3,
    Field.TCP_FLAGS: 8,
}


@dataclass(frozen=True)
class Asked:
    """What the peer took for its questions."""

    encode_seconds: float
    seconds: list[float]
    """Of each question."""
    passes: list[bool | None]
    """Whether some packet passes; None when the solver gave up."""


def some_pass(ruleset: Ruleset, regions: list[Mapping[Field, Intervals]], timeout_ms: int) -> Asked:
    """Whether some first packet of each region gets through the FORWARD chain."""
    import z3  # type: ignore[import-untyped]  # it has no annotations

    began = time.perf_counter()
    fields = {asked: z3.BitVec(asked.value, bits) for asked, bits in _BITS.items()}
    interface = z3.String("iif")
    chains = next(table for table in ruleset.tables if table.name == "filter").chains
    encoder = _Encoder(z3, fields, interface, chains)
    forward = encoder.chain(chains["FORWARD"], z3.BoolVal(val=False))
    solver = z3.Solver()
    solver.set("timeout", timeout_ms)
    solver.add(forward)
    encoded = time.perf_counter() - began
    seconds, passes = [], []
    for region in regions:
        began = time.perf_counter()
        solver.push()
        for asked, values in region.items():
            if asked in fields:
                solver.add(encoder.among(fields[asked], values))
        solver.add(fields[Field.CT_STATE] == CtState.NEW)
        answer = solver.check()
        solver.pop()
        seconds.append(time.perf_counter() - began)
        passes.append({"sat": True, "unsat": False}.get(str(answer)))
    return Asked(encoded, seconds, passes)


class _Encoder:
    """Chains as formulas: true when the packet is accepted."""

    def __init__(
        self, z3: Any, fields: Mapping[Field, Any], interface: Any, chains: Mapping[str, Chain]
    ) -> None:
        self._z3 = z3
        self._fields = fields
        self._interface = interface
        self._chains = chains

    def chain(self, chain: Chain, otherwise: Any) -> Any:
        """Whether the chain accepts; `otherwise` is what follows when it does not decide."""
        result = otherwise
        for rule in reversed(chain.rules):
            match rule.target:
                case Accept():
                    then = self._z3.BoolVal(val=True)
                case Jump(name):
                    then = self.chain(self._chains[name], result)
                case Return():
                    then = otherwise
                case None:
                    continue
                case _:
                    then = self._z3.BoolVal(val=False)
            result = self._z3.If(self._matches(rule), then, result)
        return result

    def _matches(self, rule: Rule) -> Any:
        asked = [self._match(one) for one in rule.conditions if isinstance(one, Match)]
        return self._z3.And(*asked) if asked else self._z3.BoolVal(val=True)

    def _match(self, match: Match) -> Any:
        if isinstance(match.values, Names):
            return self._z3.Or(*(self._interface == name for name in sorted(match.values.exact)))
        if match.field not in self._fields:
            return self._z3.BoolVal(val=True)
        return self.among(self._fields[match.field], match.values)

    def among(self, field: Any, values: Intervals) -> Any:
        """The field has one of the values."""
        z3 = self._z3
        return z3.Or(
            *(
                field == low if low == high else z3.And(z3.UGE(field, low), z3.ULE(field, high))
                for low, high in values
            )
        )
