"""Everything about a sent chain that does not depend on the time, found once for the same bytes.

This is the verdict cache: the name, the chain and the roots are the whole key, and since the result
holds dates instead of answers about "now", it never has to be thrown away. A check that meets a
chain again compares dates and does no cryptography.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from twiceshy.kinds.certificate.chain import chain_flaws
from twiceshy.kinds.certificate.extensions import Extensions
from twiceshy.kinds.certificate.facts import TrustStore
from twiceshy.kinds.certificate.flaw import Flaw, critical, serious, warning
from twiceshy.kinds.certificate.links import signed_by
from twiceshy.kinds.certificate.names import name_flaw
from twiceshy.kinds.certificate.path import Search, anchors_of, find_paths
from twiceshy.kinds.certificate.read import Certificate, Unreadable, read_certificate
from twiceshy.kinds.certificate.strength import key_flaw

MOST_CERTIFICATES = 100
"""Sent certificates beyond these are counted and not looked at."""


@dataclass(frozen=True, eq=False)
class Examined:
    """A sent chain, read and searched."""

    leaf: Certificate
    sent: tuple[Certificate, ...]
    """All that could be read, in the order sent."""
    flaws: tuple[Flaw, ...]
    """What is wrong with the server's own certificate and with the chain as sent."""
    search: Search
    distrust: Flaw | None
    """Why no path leads to a trusted root; None when one does, or when nobody can say."""

    @cached_property
    def first_to_end(self) -> Certificate:
        """Of all certificates sent, on the path or not, the one that ends first."""
        return min(self.sent, key=lambda one: one.not_after)


@lru_cache(maxsize=4096)
def examine(
    name: str, chain: tuple[bytes, ...], store: TrustStore, min_rsa_bits: int
) -> Examined | Unreadable:
    """The timeless part of the judgement; Unreadable when there is no certificate to judge."""
    if not chain:
        return Unreadable("the server sent an empty chain")
    views = tuple(read_certificate(der) for der in chain[:MOST_CERTIFICATES])
    leaf = views[0]
    if isinstance(leaf, Unreadable):
        return leaf
    sent = tuple(view for view in views if isinstance(view, Certificate))
    search = find_paths(leaf, sent[1:], store, min_rsa_bits)
    flaws = [name_flaw(leaf.extensions, name), *_own_flaws(leaf, store, min_rsa_bits)]
    flaws.extend(_unread_flaws(views, len(chain)))
    flaws.extend(_oddity_flaw(one) for one in dict.fromkeys(sent))
    flaws.extend(chain_flaws(sent))
    return Examined(
        leaf=leaf,
        sent=sent,
        flaws=tuple(flaw for flaw in flaws if flaw is not None),
        search=search,
        distrust=_distrust(leaf, sent, search, store),
    )


def _own_flaws(leaf: Certificate, store: TrustStore, min_rsa_bits: int) -> list[Flaw | None]:
    extensions = leaf.extensions
    flaws: list[Flaw | None] = [key_flaw(leaf, min_rsa_bits), _usage_flaw(leaf, extensions)]
    if extensions.is_ca and leaf.der not in store.roots:
        flaws.append(
            warning(
                "leaf-is-authority",
                "the server's own certificate is marked as an authority's (CA:TRUE), which some "
                "clients do not accept",
                "Have the certificate issued again with basicConstraints CA:FALSE, and reload.",
            )
        )
    if not extensions.serves:
        flaws.append(
            critical(
                "not-for-servers",
                "the certificate's extended key usage does not allow a TLS server",
                "Have the certificate issued again with the usage serverAuth, and reload.",
            )
        )
    return flaws


def _usage_flaw(leaf: Certificate, extensions: Extensions) -> Flaw | None:
    usage = extensions.key_usage
    enough = {"digital_signature"}
    if leaf.key.kind == "rsa":
        enough.add("key_encipherment")
    if usage is None or usage & enough:
        return None
    return serious(
        "wrong-key-usage",
        "the certificate's key usage does not allow it to sign a TLS handshake",
        "Have the certificate issued again with the usage digitalSignature, and reload.",
    )


def _unread_flaws(views: tuple[Certificate | Unreadable, ...], length: int) -> list[Flaw]:
    flaws = []
    for number, view in enumerate(views, start=1):
        if isinstance(view, Unreadable):
            why = f"certificate {number} of the chain cannot be read: {view.why}"
            flaws.append(serious("unreadable", why, "Write the chain file again, and reload."))
            break
    if length > len(views):
        why = f"the chain has {length} certificates, and clients take far fewer"
        flaws.append(serious("too-many-certificates", why, "Write the chain file again."))
    return flaws


def _oddity_flaw(one: Certificate) -> Flaw | None:
    if not one.oddities:
        return None
    return serious(
        "breaks-x509",
        f"{one.label!r} breaks the rules for certificates, and some clients turn away: "
        f"{one.oddities[0]}",
        "Have the certificate issued again by sound software, and reload.",
    )


def _distrust(
    leaf: Certificate, sent: tuple[Certificate, ...], search: Search, store: TrustStore
) -> Flaw | None:
    if search.paths or store.why_unread is not None:
        return None
    whose = "the system's roots" if store.is_public else f"the roots in {store.name}"
    if search.exhausted:
        return critical(
            "tangled-chain",
            "no trusted path was found in a chain with too many branches to try",
            "Write the chain file again: the own certificate, then its issuers, without the root.",
        )
    last = search.dead_end.links[-1]
    if last == leaf and leaf.is_self_issued and signed_by(leaf, leaf):
        return critical(
            "self-signed",
            f"the certificate is signed by itself and is not among {whose}",
            "Have it issued by an authority that clients trust, or add it to the roots they use.",
        )
    if last.is_self_issued:
        return critical(
            "untrusted-root",
            f"the chain ends in {last.label!r}, which is not among {whose}",
            "Have it issued by an authority that clients trust; for your own authority set `roots`.",
        )
    others = len(dict.fromkeys(sent)) > 1
    if last == leaf or last.extensions.fetches_issuer or not others:
        step = "Serve the full chain (fullchain.pem instead of cert.pem), and reload."
        code = "missing-intermediate"
    else:
        step = "Add the missing issuer to the chain file; for your own authority set `roots`."
        code = "untrusted-root"
    missing = f"the issuer {last.issuer_label!r} of {last.label!r} was not sent and"
    if last.issuer in anchors_of(store):
        return critical(code, f"{missing} has another key than its namesake among {whose}", step)
    return critical(code, f"{missing} is not among {whose}", step)
