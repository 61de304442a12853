"""From the bytes of an answer to what a fact keeps of it: bounded, printable, without secrets."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote, quote_plus, urljoin, urlsplit, urlunsplit

from twiceshy.kinds.http.promise import is_credential

MOST_HEADERS = 64
LONGEST_VALUE = 300
LONGEST_PROMISED_VALUE = 8192
LONGEST_LOCATION = 2048
SAMPLE_CHARACTERS = 400
SHORTEST_SECRET = 4
"""What is shorter hides nothing, and would be found in any address."""
HIDDEN = "***"
"""What stands in place of a secret that the server sends back."""

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_TEXT_CODECS = re.compile(
    r"utf-(8|16|32)(-[bl]e|-sig)?|ascii|iso8859-\d+|cp\d+|koi8-[rtu]|mac-\w+|shift_jis\w*|"
    r"euc_\w+|iso2022_\w+|gb2312|gbk|gb18030|big5\w*|hz|johab"
)
"""Python knows others that are no charsets (punycode, unicode_escape) and costly to decode."""


def text_of(body: bytes, content_type: str) -> str:
    """The body as text, in the charset its type names, else UTF-8; never fails."""
    named = _CHARSET.search(content_type)
    codec = _codec(named[1]) if named else "utf-8"
    try:
        return body.decode(codec, errors="replace")
    except UnicodeError:
        return body.decode("utf-8", errors="replace")


def _codec(charset: str) -> str:
    try:
        name = codecs.lookup(charset).name
    except LookupError:
        return "utf-8"
    return name if _TEXT_CODECS.fullmatch(name) else "utf-8"


def sample_of(text: str, secrets: Sequence[str] = ()) -> str:
    """The beginning of the text on one line, printable, with secrets hidden."""
    shown = " ".join(hidden(text[: SAMPLE_CHARACTERS * 4], secrets).split())
    return printable(shown)[:SAMPLE_CHARACTERS]


def printable(text: str) -> str:
    """The text with what a terminal would obey, and half characters, replaced."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def forms_of(secret: str) -> tuple[str, ...]:
    """How a server may send a header's secret back: with its scheme or without, and in a URL."""
    bare = secret.rpartition(" ")[2]
    words = {secret, bare} if len(bare) >= SHORTEST_SECRET else {secret}
    forms = {form for word in words for form in (word, quote(word, safe=""), quote_plus(word))}
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def hidden(text: str, secrets: Sequence[str]) -> str:
    """The text with every secret in it replaced."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def header_text(value: bytes) -> str:
    """A header's value as text: UTF-8 where it is, else Latin-1 (RFC 9110, 5.5)."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def kept_headers(
    raw: Iterable[tuple[bytes, bytes]], promised: Iterable[str], secrets: Sequence[str] = ()
) -> tuple[tuple[str, str], ...]:
    """Lower-case names and printable values, bounded; promised ones are kept nearly whole."""
    wanted = {name.lower() for name in promised}
    kept: list[tuple[str, str]] = []
    others = 0
    for raw_name, raw_value in raw:
        name = printable(header_text(raw_name)).lower()
        if is_credential(name):
            continue
        value = printable(hidden(header_text(raw_value).strip(), secrets))
        if name in wanted:
            kept.append((name, value[:LONGEST_PROMISED_VALUE]))
        elif others < MOST_HEADERS:
            others += 1
            kept.append((name[:LONGEST_VALUE], value[:LONGEST_VALUE]))
    return tuple(kept)


def absolute(base: str, location: str) -> str | None:
    """Where a Location leads from `base`; None when it is no http or https address.

    The same place is always written the same way: host in lower case, no default port, no
    fragment, and `/` for an empty path.
    """
    try:
        parts = urlsplit(urljoin(base, location.strip()))
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = 443 if parts.scheme == "https" else 80
    netloc = host if port in {None, default} else f"{host}:{port}"
    url = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
    return url if len(url) <= LONGEST_LOCATION and url.isprintable() else None
