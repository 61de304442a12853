"""Path building: the ways from a server's certificate to a trusted root (RFC 4158, RFC 5280).

Nothing here depends on the time: a path knows from when to when it is good, and the judge picks
among the paths at its moment. So one search serves every later check that meets the same bytes.

The search is bounded, whatever is sent: so many certificates, so many signatures, so many paths.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from types import MappingProxyType

from twiceshy.kinds.certificate.facts import TrustStore
from twiceshy.kinds.certificate.flaw import Flaw
from twiceshy.kinds.certificate.links import issuer_flaws, signed_by, unknown_critical_flaw
from twiceshy.kinds.certificate.read import Certificate, Unreadable, read_certificate
from twiceshy.kinds.certificate.strength import key_flaw, signature_flaw

MOST_SIGNATURES = 64
MOST_PATHS = 16
LONGEST_PATH = 10


@dataclass(frozen=True, eq=False)
class Path:
    """A chain of signatures, the server's own certificate first."""

    links: tuple[Certificate, ...]
    trusted: bool
    """Whether the last link is a root of the store."""
    flaws: tuple[Flaw, ...]
    """What is wrong with it at any time; the server's own certificate is judged elsewhere."""

    @cached_property
    def begins(self) -> datetime:
        """From when on all links are good."""
        return max(link.not_before for link in self.links)

    @cached_property
    def first_to_end(self) -> Certificate:
        """The link that ends first."""
        return min(self.links, key=lambda link: link.not_after)

    @property
    def ends(self) -> datetime:
        """Until when all links are good."""
        return self.first_to_end.not_after

    def off_time(self, now: datetime) -> int:
        """How many links have ended or not begun at `now`."""
        if self.begins <= now <= self.ends:
            return 0
        return sum(not link.not_before <= now <= link.not_after for link in self.links)

    def __str__(self) -> str:
        return self._words

    @cached_property
    def _words(self) -> str:
        return " < ".join(link.label for link in self.links)


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """All trusted paths that were found, and the longest one that leads nowhere."""

    paths: tuple[Path, ...]
    dead_end: Path
    exhausted: bool
    """Whether a bound ended the search, so that there may be more."""

    def best(self, now: datetime) -> Path | None:
        """The path a good client would take at `now`: sound first, then the longest lasting."""
        if len(self.paths) < 2:  # noqa: PLR2004 - the usual case, in which there is no choice
            return self.paths[0] if self.paths else None
        return min(
            self.paths,
            key=lambda path: (
                sum(flaw.blocks for flaw in path.flaws) + path.off_time(now),
                len(path.flaws),
                -path.ends.timestamp(),
            ),
        )


def find_paths(
    leaf: Certificate, sent: tuple[Certificate, ...], store: TrustStore, min_rsa_bits: int
) -> Search:
    """Every way from `leaf` over the `sent` certificates to a root of the store."""
    walk = _Walk(anchors_of(store), _by_subject(sent))
    found = tuple(walk.onward((leaf,)))
    paths = tuple(
        Path(links, trusted=True, flaws=_link_flaws(links, min_rsa_bits, rooted=True))
        for links in found
    )
    stub = walk.longest
    dead_end = Path(stub, trusted=False, flaws=_link_flaws(stub, min_rsa_bits, rooted=False))
    return Search(paths, dead_end, exhausted=walk.exhausted)


@lru_cache(maxsize=32)
def anchors_of(store: TrustStore) -> Mapping[bytes, tuple[Certificate, ...]]:
    """The readable roots of a store by the DER of their subject."""
    return _by_subject(
        tuple(
            root for der in store.roots if not isinstance(root := read_certificate(der), Unreadable)
        )
    )


def _by_subject(
    certificates: tuple[Certificate, ...],
) -> Mapping[bytes, tuple[Certificate, ...]]:
    found: dict[bytes, list[Certificate]] = {}
    for certificate in dict.fromkeys(certificates):
        found.setdefault(certificate.subject, []).append(certificate)
    return MappingProxyType({subject: tuple(group) for subject, group in found.items()})


class _Walk:
    """A bounded depth-first walk over the signatures; trusted issuers are tried first."""

    def __init__(
        self,
        anchors: Mapping[bytes, tuple[Certificate, ...]],
        sent: Mapping[bytes, tuple[Certificate, ...]],
    ) -> None:
        self._anchors = anchors
        self._sent = sent
        self._signatures = 0
        self._paths = 0
        self.longest: tuple[Certificate, ...] = ()
        self.exhausted = False

    def onward(self, links: tuple[Certificate, ...]) -> Iterator[tuple[Certificate, ...]]:
        if len(links) > len(self.longest):
            self.longest = links
        last = links[-1]
        if last in self._anchors.get(last.subject, ()):
            self._paths += 1
            yield links
            return
        if len(links) >= LONGEST_PATH:
            self.exhausted = True
            return
        for root in self._anchors.get(last.issuer, ()):
            if root != last and self._signed(last, root):
                self._paths += 1
                yield (*links, root)
        for issuer in self._sent.get(last.issuer, ()):
            if not self._seen_in(links, issuer) and self._signed(last, issuer):
                yield from self.onward((*links, issuer))

    def _signed(self, certificate: Certificate, issuer: Certificate) -> bool:
        if self._signatures >= MOST_SIGNATURES or self._paths >= MOST_PATHS:
            self.exhausted = True
            return False
        self._signatures += 1
        return signed_by(certificate, issuer)

    @staticmethod
    def _seen_in(links: tuple[Certificate, ...], issuer: Certificate) -> bool:
        return any(
            link == issuer or (link.subject == issuer.subject and link.spki == issuer.spki)
            for link in links
        )


def _link_flaws(
    links: tuple[Certificate, ...], min_rsa_bits: int, *, rooted: bool
) -> tuple[Flaw, ...]:
    flaws: list[Flaw | None] = []
    last = len(links) - 1
    for height, link in enumerate(links):
        is_root = rooted and height == last
        if height > 0:
            flaws.extend(issuer_flaws(link, links[:height], is_root=is_root))
            flaws.append(key_flaw(link, min_rsa_bits))
        if not is_root:
            flaws.append(signature_flaw(link))
            flaws.append(unknown_critical_flaw(link))
    return tuple(flaw for flaw in flaws if flaw is not None)
