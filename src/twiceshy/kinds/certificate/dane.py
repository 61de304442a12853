"""TLSA records: does what is served match what DNS says will be (RFC 6698, RFC 7671)?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256, sha512

from twiceshy.kinds.certificate.flaw import Flaw, serious
from twiceshy.kinds.certificate.read import Certificate

_RECORD = re.compile(r"\s*([0-3])\s+([01])\s+([0-2])\s+([0-9a-fA-F\s]+)\s*")
_MOST_CHARACTERS = 200_000
_AUTHORITY_USAGES = frozenset({0, 2})


@dataclass(frozen=True, slots=True)
class TlsaRecord:
    """What one record demands."""

    usage: int
    """0 and 2 name an authority of the chain, 1 and 3 the server's own certificate."""
    selector: int
    """0 for the whole certificate, 1 for its public key."""
    matching: int
    """0 for the bytes themselves, 1 for their SHA-256, 2 for their SHA-512."""
    data: bytes

    def matches(self, sent: tuple[Certificate, ...]) -> bool:
        """Whether the chain as sent has what this record names."""
        candidates = sent if self.usage in _AUTHORITY_USAGES else sent[:1]
        return any(self._association(one) == self.data for one in candidates)

    def _association(self, certificate: Certificate) -> bytes:
        selected = certificate.spki if self.selector else certificate.der
        match self.matching:
            case 0:
                return selected
            case 1:
                return sha256(selected).digest()
            case _:
                return sha512(selected).digest()


def parse_tlsa(text: str) -> TlsaRecord:
    """Read `usage selector matching hex`; raises ValueError with a sentence."""
    found = _RECORD.fullmatch(text) if len(text) <= _MOST_CHARACTERS else None
    if found is None:
        raise ValueError(
            f"{text[:40]!r} is no TLSA record: write `usage selector matching hex`, "
            "such as `3 1 1 0123…`"
        )
    usage, selector, matching, data = found.groups()
    try:
        digest = bytes.fromhex("".join(data.split()))
    except ValueError:
        raise ValueError(f"{text[:40]!r} ends in an odd number of hex digits") from None
    return TlsaRecord(int(usage), int(selector), int(matching), digest)


def tlsa_flaw(sent: tuple[Certificate, ...], records: tuple[str, ...]) -> Flaw | None:
    """Whether none of the records that can be read matches the chain; one is enough."""
    demands = []
    for text in records:
        try:
            demands.append(parse_tlsa(text))
        except ValueError:
            continue  # a record that nobody can use is no demand (RFC 7671, section 4.1)
    if not demands or any(demand.matches(sent) for demand in demands):
        return None
    return serious(
        "tlsa-mismatch",
        "no TLSA record matches what is served, so senders that check DANE turn away",
        "Publish the record of the new key beside the old one, wait for its TTL, then switch keys.",
    )
