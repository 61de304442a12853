"""SPF (RFC 7208), DKIM (RFC 6376, 8301, 8463) and DMARC (RFC 7489) records, taken apart."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

MOST_LOOKUPS = 10
"""An SPF record with more is an error to every receiver (RFC 7208, section 4.6.4)."""
_TERM = re.compile(r"(?P<qualifier>[+?~-]?)(?P<name>[A-Za-z][\w.-]*)(?P<rest>.*)", re.DOTALL)
_MECHANISMS = frozenset({"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"})
ASKS_DNS = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})
_ED25519_BYTES = 32
_ED25519_BITS = 256


@dataclass(frozen=True, slots=True)
class SpfTerm:
    """One mechanism or modifier, with what DNS says of it."""

    text: str
    qualifier: str
    """`+`, `-`, `~` or `?`; `=` for a modifier."""
    name: str
    value: str = ""
    networks: tuple[str, ...] = ()
    """What it stands for, as networks: of ip4, ip6, a and mx."""
    child: SpfNode | None = None
    """The record that an include or redirect leads to."""
    why_not: str | None = None
    """Why its answer is not known."""


@dataclass(frozen=True, slots=True)
class SpfNode:
    """The SPF record of one name; with a `problem` it is an error to every receiver."""

    domain: str
    text: str = ""
    terms: tuple[SpfTerm, ...] = ()
    problem: str | None = None
    is_an_answer: bool = True
    """Whether the problem is what DNS says, instead of a look that failed."""


def spf_terms(text: str) -> tuple[SpfTerm, ...] | str:
    """The terms of a record that begins with `v=spf1`; or why it is none."""
    found: list[SpfTerm] = []
    for word in text.split()[1:]:
        term = _spf_term(word)
        if isinstance(term, str):
            return term
        found.append(term)
    return tuple(found)


def _spf_term(word: str) -> SpfTerm | str:  # noqa: PLR0911 - one return per mistake
    match = _TERM.fullmatch(word)
    if match is None:
        return f"{word[:40]!r} is no term"
    name, rest = match["name"].lower(), match["rest"]
    if rest.startswith("="):
        if match["qualifier"]:
            return f"{word[:40]!r} is no term"
        return SpfTerm(word, "=", name, rest[1:])
    if name not in _MECHANISMS:
        return f"there is no mechanism {name[:40]!r}"
    if rest and rest[0] not in ":/":
        return f"{word[:40]!r} is no term"
    value = rest.removeprefix(":")
    if name in {"include", "exists", "ip4", "ip6"} and not value:
        return f"{name} names nothing"
    if name == "all" and rest:
        return f"{word[:40]!r} is no term"
    return SpfTerm(word, match["qualifier"] or "+", name, value)


@dataclass(frozen=True, slots=True)
class DkimKey:
    """The key of one selector."""

    selector: str
    name: str
    """Where it stands in DNS."""
    problem: str | None = None
    is_an_answer: bool = True
    algorithm: str = "rsa"
    bits: int = 0
    is_revoked: bool = False
    is_testing: bool = False
    """Whether receivers are told to treat signatures as if there were none (`t=y`)."""


def dkim_key(  # noqa: PLR0911 - one return per mistake
    selector: str, name: str, texts: tuple[str, ...]
) -> DkimKey:
    """The key in the TXT records of `<selector>._domainkey.<domain>`."""
    if not texts:
        return DkimKey(selector, name, "there is no TXT record")
    if len(texts) > 1:
        return DkimKey(selector, name, f"there are {len(texts)} TXT records instead of one")
    tags = tags_of(texts[0])
    if tags is None or "p" not in tags:
        return DkimKey(selector, name, "the record has no key (p=)")
    if tags.get("v", "DKIM1") != "DKIM1":
        return DkimKey(selector, name, f"the record is of version {tags['v'][:20]!r}, not DKIM1")
    algorithm = tags.get("k", "rsa").lower()
    testing = "y" in tags.get("t", "").split(":")
    key = re.sub(r"\s+", "", tags["p"])
    if not key:
        return DkimKey(selector, name, algorithm=algorithm, is_revoked=True)
    bits = _bits(algorithm, key)
    if isinstance(bits, str):
        return DkimKey(selector, name, bits, algorithm=algorithm)
    return DkimKey(selector, name, algorithm=algorithm, bits=bits, is_testing=testing)


def _bits(algorithm: str, key: str) -> int | str:
    try:
        data = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return "the key (p=) is not base64: it is cut off or has stray characters"
    if algorithm == "ed25519":
        return _ED25519_BITS if len(data) == _ED25519_BYTES else "the Ed25519 key is not 32 bytes"
    if algorithm != "rsa":
        return f"there is no key type {algorithm[:20]!r}"
    try:
        public = load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        return "the key (p=) is no RSA public key"
    if not isinstance(public, RSAPublicKey):
        return "the key (p=) is no RSA public key"
    return public.key_size


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """The policy of one domain."""

    name: str
    """Where it stands in DNS."""
    problem: str | None = None
    is_an_answer: bool = True
    policy: str = ""
    percent: int = 100


def dmarc_record(name: str, texts: tuple[str, ...]) -> DmarcRecord:
    """The policy in the TXT records of `_dmarc.<domain>`; others than DMARC's are left out."""
    records = [text for text in texts if re.match(r"\s*v\s*=\s*DMARC1\s*(?:;|$)", text)]
    if not records:
        return DmarcRecord(name, "there is no DMARC record (v=DMARC1)")
    if len(records) > 1:
        return DmarcRecord(name, f"there are {len(records)} DMARC records instead of one")
    tags = tags_of(records[0])
    if tags is None:
        return DmarcRecord(name, "the record is not tag=value; tag=value")
    policy = tags.get("p", "").lower()
    if policy not in {"none", "quarantine", "reject"}:
        return DmarcRecord(name, f"the policy (p=) is {policy[:20]!r}")
    percent = tags.get("pct", "100")
    if not re.fullmatch(r"\d{1,3}", percent) or int(percent) > 100:  # noqa: PLR2004 - per cent
        return DmarcRecord(name, f"pct is {percent[:20]!r}")
    return DmarcRecord(name, policy=policy, percent=int(percent))


def tags_of(text: str) -> dict[str, str] | None:
    """`tag=value; tag=value` (RFC 6376, section 3.2); None when it is not that."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        name, equals, value = part.partition("=")
        if not equals or not re.fullmatch(r"\s*[A-Za-z]\w*\s*", name) or name.strip() in found:
            return None
        found[name.strip()] = value.strip()
    return found
