"""The rules about flows that were tried for real."""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.kinds.firewall.facts import FlowTried, Promise, TriedOutcome
from twiceshy.kinds.firewall.findings import Finding
from twiceshy.model.verdict import Evidence, Severity


def judge_tried(promise: Promise, tried: tuple[FlowTried, ...]) -> Iterator[Finding]:
    """What real connections met, beside what the rules say.

    A refusal is an answer: the packets got through, unless the rules reject, which the rules
    themselves tell.
    """
    for one in tried:
        if one.flow in promise.blocked:
            yield _must_not(one)
        elif one.flow in (*promise.passing, *promise.managing):
            yield _must(one)


def _must(one: FlowTried) -> Finding:
    evidence = (Evidence(f"tried {one.to}", _met(one)),)
    match one.outcome:
        case TriedOutcome.CONNECTED | TriedOutcome.REFUSED:
            return Finding(f"{one.to}: {_met(one)}", evidence)
        case TriedOutcome.NOT_TRIED:
            return Finding(f"{one.to} was not tried: {one.why}", evidence, is_unknown=True)
        case _:
            return Finding(
                f"{one.to}: {_met(one)}",
                evidence,
                Severity.CRITICAL,
                next_step="When the rules of this host let it pass, look at the firewalls and the"
                " routes between it and the other end.",
            )


def _must_not(one: FlowTried) -> Finding:
    evidence = (Evidence(f"tried {one.to}", _met(one)),)
    if one.outcome is TriedOutcome.CONNECTED:
        return Finding(
            f"{one.to}: {_met(one)}, promised shut",
            evidence,
            Severity.SERIOUS,
            next_step="Drop the flow, then see which rule let it through.",
        )
    if one.outcome is TriedOutcome.NOT_TRIED:
        return Finding(f"{one.to} was not tried: {one.why}", evidence, is_unknown=True)
    return Finding(f"{one.to}: {_met(one)}", evidence)


def _met(one: FlowTried) -> str:
    took = f" in {one.took_ms:.0f} ms" if one.took_ms is not None else ""
    return f"{one.outcome}{took}" + (f" ({one.why})" if one.why else "")
