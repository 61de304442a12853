"""What a user writes under `promise:` of a waf guard."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

_NUMBERS = re.compile(r"\d{1,9}(?:-\d{1,9})?")
_TAG = re.compile(r"[A-Za-z0-9_./-]{1,100}")
_RULES = re.compile(rf"{_NUMBERS.pattern}|{_TAG.pattern}")
_DEFINE = re.compile(r"\w{1,100}")
HIGHEST_PARANOIA = 4


@dataclass(frozen=True, slots=True)
class Promise:
    """The web application firewall enforces on every public location."""

    enforces: bool = True
    """Whether attacks must be blocked; `false`: it is enough that the rules watch
    (`SecRuleEngine DetectionOnly`)."""
    attacks: tuple[str, ...] = ("lfi", "rce", "sqli", "xss")
    """The attacks that must be blocked by at least one rule each, by the core rule set's tags:
    `sqli` for rules with the tag `attack-sqli`."""
    paranoia: int = 1
    """The paranoia level at least (1 to 4)."""
    threshold: int = 5
    """The inbound anomaly score from which a request is blocked, at most: 5 is one critical rule."""
    outbound_threshold: int = 4
    """The same for answers."""
    body_access: bool = True
    """Whether the bodies of requests must be looked at too."""
    may_remove: tuple[int | str, ...] = ()
    """Rules that may be taken away: numbers, ranges such as `920000-920999`, and tags."""
    may_bypass: tuple[int, ...] = ()
    """Numbers of own rules that may let requests through or switch the engine off, such as one for
    a monitoring address."""
    except_locations: tuple[str, ...] = ()
    """Locations that need no firewall, as they are written: `/health`, `= /status`, `~ \\.css$`."""
    servers: tuple[str, ...] = ()
    """The names of the servers or virtual hosts that are promised; empty: all that other machines
    get to."""
    attack_canary: Literal["blocked", "not sent"] = "blocked"
    """Whether a live look sends harmless attacks to the target's web endpoints, at most 20 each,
    which must be blocked."""
    benign_canary: Literal["passes", "not sent"] = "passes"
    """Whether it sends ordinary requests, which must pass."""
    blocked_status: tuple[int, ...] = (403,)
    """The statuses with which a blocked request is answered."""
    files: tuple[str, ...] = ()
    """The main files of nginx or Apache to read, as absolute paths on the host; empty: the usual
    ones."""
    defines: tuple[str, ...] = ()
    """What Apache is started with (`-D NAME`), beside what its `envvars` says."""

    def __post_init__(self) -> None:
        if not 1 <= self.paranoia <= HIGHEST_PARANOIA:
            raise ValueError(f"paranoia is a level from 1 to {HIGHEST_PARANOIA}")
        if self.threshold < 1 or self.outbound_threshold < 1:
            raise ValueError("thresholds are scores from 1 up")
        for item in self.may_remove:
            if isinstance(item, bool) or not _RULES.fullmatch(str(item)):
                raise ValueError(
                    f"may_remove takes numbers, ranges and tags of rules, not {item!r}"
                )
        _check("attacks are the ends of tags, such as sqli", map(_TAG.fullmatch, self.attacks))
        _check(
            "blocked_status holds statuses from 300 to 599, such as 403",
            (300 <= status <= 599 for status in self.blocked_status),  # noqa: PLR2004 - RFC 9110, 15
        )
        _check("files holds absolute paths", (path.startswith("/") for path in self.files))
        _check("defines holds plain names", map(_DEFINE.fullmatch, self.defines))

    def lets_remove(self, number: int | None, tags: tuple[str, ...]) -> bool:
        """Whether a rule is one that may be taken away."""
        for item in self.may_remove:
            text = str(item)
            if _NUMBERS.fullmatch(text):
                low, _, high = text.partition("-")
                if number is not None and int(low) <= number <= int(high or low):
                    return True
            elif text in tags:
                return True
        return False


def _check(otherwise: str, tests: Iterable[object]) -> None:
    if not all(tests):
        raise ValueError(otherwise)
