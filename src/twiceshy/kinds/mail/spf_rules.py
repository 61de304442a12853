"""What an SPF record comes to for a receiver (RFC 7208)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from twiceshy.kinds.mail.records import ASKS_DNS, MOST_LOOKUPS, SpfNode, SpfTerm

DEEPEST = 20
STRICTNESS = {"+": 0, "?": 1, "~": 2, "-": 3}


@dataclass(frozen=True, slots=True)
class Passed:
    """What the record says of one address."""

    qualifier: str | None
    """`+` pass, `-` fail, `~` softfail, `?` neutral; None when it is not known."""
    why: str
    """The term that decided."""


def first_problem(node: SpfNode, depth: int = 0) -> SpfNode | None:
    """The first record of a tree that is an error or could not be had."""
    if node.problem is not None:
        return node
    if depth > DEEPEST:
        return None
    for term in node.terms:
        if term.child is not None:
            found = first_problem(term.child, depth + 1)
            if found is not None:
                return found
    return None


def lookups(node: SpfNode, depth: int = 0) -> int:
    """How many terms make a receiver ask DNS, in all records."""
    if depth > DEEPEST:
        return MOST_LOOKUPS + 1
    own = sum(one.name in ASKS_DNS for one in node.terms)
    return own + sum(lookups(one.child, depth + 1) for one in node.terms if one.child)


def end_of(node: SpfNode, depth: int = 0) -> str:
    """The qualifier for everybody else: of `all`, or where a redirect leads; `?` for none."""
    for term in node.terms:
        if term.name == "all":
            return term.qualifier
    redirect = next((one for one in node.terms if one.name == "redirect"), None)
    if redirect is not None and redirect.child is not None and depth < DEEPEST:
        return end_of(redirect.child, depth + 1)
    return "?"


def passed(node: SpfNode, address: str, depth: int = 0) -> Passed:
    """What the record says of mail from one address."""
    if node.problem is not None:
        return Passed(None, f"{node.domain}: {node.problem}")
    if depth > DEEPEST:
        return Passed(None, "includes are nested too deeply")
    for term in _in_order(node):
        answer = _matches(term, address, depth)
        if answer is None:
            return Passed(None, f"{node.domain}: {term.text}: {term.why_not or 'not evaluated'}")
        if answer:
            if term.name == "redirect" and term.child is not None:
                return passed(term.child, address, depth + 1)
            return Passed(term.qualifier, f"{node.domain}: {term.text}")
    return Passed("?", f"{node.domain}: no term matches")


def _in_order(node: SpfNode) -> Iterator[SpfTerm]:
    yield from (one for one in node.terms if one.qualifier != "=")
    if not any(one.name == "all" for one in node.terms):
        yield from (one for one in node.terms if one.name == "redirect")


def _matches(term: SpfTerm, address: str, depth: int) -> bool | None:
    if term.name in {"all", "redirect"}:
        return True
    if term.name == "include":
        if term.child is None:
            return None
        inner = passed(term.child, address, depth + 1)
        return None if inner.qualifier is None else inner.qualifier == "+"
    if term.name in {"exists", "ptr"}:
        return None
    if term.why_not is not None:
        return None
    asked = ipaddress.ip_address(address)
    networks = (ipaddress.ip_network(one, strict=False) for one in term.networks)
    return any(one.version == asked.version and asked in one for one in networks)
