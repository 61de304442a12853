"""The rules about the rule set itself: its policies, rules that do nothing, IPv4 beside IPv6."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from types import MappingProxyType

from twiceshy.kinds.firewall.decide.budget import MOST_STEPS, Budget, GivenUp
from twiceshy.kinds.firewall.decide.dead import dead_rules
from twiceshy.kinds.firewall.decide.openings import open_ports
from twiceshy.kinds.firewall.findings import Finding
from twiceshy.kinds.firewall.flows import Surroundings, regions
from twiceshy.kinds.firewall.hooks import BaseChain, base_chains
from twiceshy.kinds.firewall.packet import IPV4, IPV6
from twiceshy.kinds.firewall.promise import Direction, Flow, Policies, PolicyWord
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import (
    ChainType,
    Drop,
    Hook,
    Reject,
    Ruleset,
)
from twiceshy.model.place import Place
from twiceshy.model.verdict import Evidence, Severity

_NAMES = MappingProxyType({IPV4: "IPv4", IPV6: "IPv6"})
MOST_DEAD_SHOWN = 10


def judge_policies(
    policies: Policies, ruleset: Ruleset, families: frozenset[int]
) -> Iterator[Finding]:
    """What becomes of packets that no rule is about, at each hook that the promise names."""
    for hook, wanted in (
        (Hook.INPUT, policies.input),
        (Hook.FORWARD, policies.forward),
        (Hook.OUTPUT, policies.output),
    ):
        if wanted is not None:
            for family in sorted(families):
                yield _policy(hook, wanted, ruleset, family)


def _policy(hook: Hook, wanted: PolicyWord, ruleset: Ruleset, family: int) -> Finding:
    what = f"{_NAMES[family]} {hook} policy must be {wanted}"
    chains = [
        one
        for one in base_chains(ruleset, family)
        if one.base.hook is hook and one.base.type is not ChainType.NAT
    ]
    dropping = next((one for one in chains if _drops_the_rest(one)), None)
    if (dropping is not None) is (wanted == "drop"):
        return Finding(f"{what}: it is", (Evidence(what, f"it is {wanted}"),))
    if dropping is not None:
        place = dropping.base.place or dropping.chain.place
        found = f"{dropping.name} drops what no rule is about"
    elif chains:
        filtering = max(chains, key=lambda one: len(one.chain.rules))
        place = filtering.base.place or filtering.chain.place
        found = f"{filtering.name} accepts what no rule is about"
    else:
        place = ruleset.tables[0].place if ruleset.tables else None
        found = f"no {_NAMES[family]} chain at all is asked about {hook}"
    step = f"Set the policy of the {hook} chain to {wanted}, once the rules let in what must pass."
    return Finding(
        f"{what}, but {found}", (Evidence(what, found, place),), Severity.SERIOUS, next_step=step
    )


def _drops_the_rest(base: BaseChain) -> bool:
    if isinstance(base.base.policy, Drop):
        return True
    rules = base.chain.rules
    last = rules[-1] if rules else None
    return last is not None and not last.conditions and isinstance(last.target, Drop | Reject)


def judge_dead_rules(ruleset: Ruleset) -> Finding:
    """Does each rule decide about some packet?"""
    what = "every rule can decide about some packet"
    found = list(islice(dead_rules(ruleset, MOST_STEPS), MOST_DEAD_SHOWN + 1))
    unsure = [one for one in found if one.why]
    dead = [one for one in found if not one.why]
    pieces = tuple(
        Evidence(what, f"no packet gets to `{one.rule.text}`", one.rule.place)
        for one in dead[:MOST_DEAD_SHOWN]
    )
    if dead:
        first = dead[0].rule
        more = " and others" if len(dead) > 1 else ""
        return Finding(
            f"the rules before it take all that `{first.text}` asks for"
            f" ({first.place.file}:{first.place.line}){more}",
            pieces,
            Severity.WARNING,
            next_step="Remove the rule, or move it before those that take its packets.",
        )
    if unsure:
        one = unsure[0]
        return Finding(
            f"not worked out for `{one.rule.text}`: {one.why}",
            (Evidence(what, one.why, one.rule.place),),
            is_unknown=True,
        )
    return Finding(what, (Evidence(what, "each of them can"),))


def judge_parity(ruleset: Ruleset, around: Surroundings) -> Iterator[Finding]:
    """Are the same ports open over IPv4 and over IPv6?"""
    what = "the same ports are open over IPv4 and IPv6"
    missing = [_NAMES[one] for one in (IPV4, IPV6) if one not in around.families]
    if missing:
        why = f"the {' and '.join(missing)} rules were not handed in"
        step = f"Add the file with the {' and '.join(missing)} rules."
        yield Finding(why, (Evidence(what, why),), is_unknown=True, next_step=step)
        return
    directions: tuple[Direction, ...] = ("in", "out", "through")
    for direction in directions:
        for protocol in ("tcp", "udp"):
            yield _same(
                f"{what}: {protocol} {direction}", Flow(direction, protocol), ruleset, around
            )


def _same(what: str, flow: Flow, ruleset: Ruleset, around: Surroundings) -> Finding:
    try:
        four, six = (_open(flow, family, ruleset, around) for family in (IPV4, IPV6))
    except GivenUp as given_up:
        why = f"not worked out: {given_up}"
        return Finding(why, (Evidence(what, why),), is_unknown=True)
    only4 = four[0] & (six[0] | six[1]).complement(16)
    only6 = six[0] & (four[0] | four[1]).complement(16)
    if only4 or only6:
        said = "; ".join(
            f"{flow.ports} {flow.direction} is open only over {name} for port {ports_text(ports)}"
            for name, ports in (("IPv4", only4), ("IPv6", only6))
            if ports
        )
        return Finding(
            said,
            (Evidence(what, said, _first_place(ruleset)),),
            Severity.SERIOUS,
            next_step="Give both families the same rules, as one `inet` table does.",
        )
    if four[1] | six[1]:
        why = f"{flow.ports} {flow.direction}: some ports hinge on what is not modelled"
        return Finding(why, (Evidence(what, why),), is_unknown=True)
    return Finding(what, (Evidence(what, "they are"),))


def _open(
    flow: Flow, family: int, ruleset: Ruleset, around: Surroundings
) -> tuple[Intervals, Intervals]:
    sure, perhaps = Intervals(), Intervals()
    for region in regions(flow, family, around, passing=False):
        found = open_ports(ruleset, region, around.host, Budget())
        sure, perhaps = sure | found[0], perhaps | found[1]
    return sure, perhaps & sure.complement(16)


def _first_place(ruleset: Ruleset) -> Place | None:
    return next((table.place for table in ruleset.tables if table.place is not None), None)


def ports_text(ports: Intervals, most: int = 6) -> str:
    """`22, 80-90 and more`."""
    said = [f"{low}" if low == high else f"{low}-{high}" for low, high in ports.pairs[:most]]
    return ", ".join(said) + (" and more" if len(ports.pairs) > most else "")
