"""Is the chain as it was sent in good order?

RFC 8446, section 4.4.2; RFC 5246, section 7.4.2.
Clients of today forgive most of this; some of yesterday do not, and every handshake carries it.
"""

from __future__ import annotations

from twiceshy.kinds.certificate.flaw import Flaw, warning
from twiceshy.kinds.certificate.read import Certificate

_REWRITE = (
    "Write the chain file again: the server's own certificate first, then each issuer's, once, "
    "without the root; then reload."
)


def chain_flaws(sent: tuple[Certificate, ...]) -> tuple[Flaw, ...]:
    """What is untidy in the sent chain, whatever path a client takes through it."""
    flaws = []
    once = tuple(dict.fromkeys(sent))
    if len(once) < len(sent):
        twice = next(one for number, one in enumerate(sent) if one in sent[:number])
        why = f"the certificate {twice.label!r} is sent more than once"
        flaws.append(warning("sent-twice", why, _REWRITE))
    leaf, rest = once[0], once[1:]
    roots = tuple(one for one in rest if one.is_self_issued)
    if roots:
        why = f"the root {roots[0].label!r} is sent along, which every client has or must not trust"
        flaws.append(warning("root-sent", why, _REWRITE))
    issuers = tuple(one for one in rest if not one.is_self_issued)
    stray = _first_stray(leaf, issuers)
    if stray is not None:
        why = f"the certificate {stray.label!r} is sent and issued none of the others"
        flaws.append(warning("stray-certificate", why, _REWRITE))
    elif not _in_order(leaf, issuers):
        flaws.append(
            warning("wrong-order", "the certificates are not sent in the order of issue", _REWRITE)
        )
    return tuple(flaws)


def _first_stray(leaf: Certificate, issuers: tuple[Certificate, ...]) -> Certificate | None:
    wanted = {leaf.issuer, *(one.issuer for one in issuers)}
    return next((one for one in issuers if one.subject not in wanted), None)


def _in_order(leaf: Certificate, issuers: tuple[Certificate, ...]) -> bool:
    """Each certifies the one before it, or is another form of one that does (a cross-signature)."""
    expected = {leaf.issuer}
    for one in issuers:
        if one.subject not in expected:
            return False
        expected = {one.subject, one.issuer}
    return True
