"""Text of a configuration with its secrets as `***`, short enough for a message."""

from __future__ import annotations

import re

MASK = "***"
LONGEST = 160
_SECRET_KEY = re.compile(
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|private_?key|credentials?|auth_?key|psk)"
    r"s?\d*$",
    re.IGNORECASE,
)
_IN_A_LINE = re.compile(
    r"(?P<key>\b[\w.-]*(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|private[_-]?key|"
    r"credentials?|psk)[\w.-]*[\"']?\s*[:=]?\s*)(?P<value>[^\s#;].*)",
    re.IGNORECASE,
)
_IN_A_URL = re.compile(r"(\w[\w+.-]*://[^:/@\s]*):[^@/\s]+@")
_BASE64 = re.compile(r"[A-Za-z0-9+/=_-]{40,}")


def of_value(key: str, value: str) -> str:
    """A value by its key, such as `database.password`."""
    if value and _SECRET_KEY.search(key.rpartition(".")[2]):
        return MASK
    return of_text(value, with_keys=False)


def of_text(text: str, *, with_keys: bool = True) -> str:
    """A line or a value whose secrets are known by the words before them."""
    shown = " ".join(text[: LONGEST * 8].split())
    if with_keys:
        shown = _IN_A_LINE.sub(rf"\g<key>{MASK}", shown)
    shown = _BASE64.sub(MASK, _IN_A_URL.sub(rf"\1:{MASK}@", shown))
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 3]}..."
