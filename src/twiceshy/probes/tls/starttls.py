"""How each protocol is raised to TLS, and how it is left in good form.

Sources: SMTP RFC 3207, IMAP and POP3 RFC 2595, LDAP RFC 4511 section 4.14, PostgreSQL's
message flow (SSLRequest), MySQL's client/server protocol (SSLRequest packet).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from types import MappingProxyType

from twiceshy.kinds.certificate.facts import Failure
from twiceshy.kinds.certificate.phrases import shortened
from twiceshy.probes.tls.talk import (
    MOST_LINES,
    MOST_PACKET_BYTES,
    Dialog,
    DialogEnded,
    Need,
    Send,
    Take,
    TakeLine,
    Talk,
)


def talk_for(scheme: str, own_address: str) -> Talk:
    """The dialog that precedes TLS for a scheme of `STARTTLS_SCHEMES`."""
    if scheme in {"smtp", "submission"}:
        return Talk(_smtp(own_address))
    return Talk(_DIALOGS[scheme]())


def farewell_for(scheme: str) -> bytes:
    """What ends the protocol in good form once TLS stands, so that nobody logs a lost client."""
    match scheme:
        case "smtp" | "submission" | "smtps" | "pop3" | "pop3s":
            return _QUIT
        case "imap" | "imaps":
            return _LOGOUT
        case "ldap" | "ldaps":
            return _LDAP_UNBIND
        case "mysql":
            return _MYSQL_NOBODY
        case _:
            return b""


def greets_after_tls(scheme: str) -> bool:
    """Whether the server speaks first once TLS stands, and is to be heard before the farewell."""
    return scheme in {"smtps", "imaps", "pop3s"}


_QUIT = b"QUIT\r\n"
_LOGOUT = b"a3 LOGOUT\r\n"


def _said(line: bytes) -> str:
    return shortened(line.decode("utf-8", "replace"), 120)


def _not_offered(detail: str, farewell: bytes = b"") -> DialogEnded:
    return DialogEnded(Failure.STARTTLS_NOT_OFFERED, detail, farewell)


def _other_protocol(detail: str, farewell: bytes = b"") -> DialogEnded:
    return DialogEnded(Failure.OTHER_PROTOCOL, detail, farewell)


def _smtp_reply() -> Generator[Need, bytes, tuple[int, list[bytes]]]:
    """The code and the lines of one reply, which may have many lines."""
    lines: list[bytes] = []
    for _ in range(MOST_LINES):
        line = yield TakeLine.LINE
        if len(line) < 3 or not line[:3].isdigit() or line[3:4] not in (b"", b" ", b"-"):  # noqa: PLR2004 - a reply code has three digits
            raise _other_protocol(f"the answer is not SMTP: {_said(line)!r}")
        lines.append(line[4:])
        if line[3:4] != b"-":
            return int(line[:3]), lines
    raise _other_protocol("an SMTP reply has no end")


def _smtp(own_address: str) -> Dialog:
    greeted, lines = yield from _smtp_reply()
    if greeted != 220:  # noqa: PLR2004 - "service ready" (RFC 5321, 4.2.2)
        raise _other_protocol(f"the server takes no mail now: {greeted} {_said(lines[-1])}", _QUIT)
    literal = f"IPv6:{own_address}" if ":" in own_address else own_address
    yield Send(f"EHLO [{literal}]\r\n".encode("ascii", "replace"))
    code, lines = yield from _smtp_reply()
    if code != 250:  # noqa: PLR2004 - "completed" (RFC 5321, 4.2.2)
        raise _not_offered(f"the server answers EHLO with {code} {_said(lines[-1])}", _QUIT)
    if not any(line.upper().split()[:1] == [b"STARTTLS"] for line in lines):
        raise _not_offered("the server does not offer STARTTLS", _QUIT)
    yield Send(b"STARTTLS\r\n")
    code, lines = yield from _smtp_reply()
    if code != 220:  # noqa: PLR2004 - "ready to start TLS" (RFC 3207)
        why = f"the server offers STARTTLS and then refuses it: {code} {_said(lines[-1])}"
        raise _not_offered(why, _QUIT)


def _imap() -> Dialog:
    greeting = yield TakeLine.LINE
    if greeting.upper().startswith(b"* PREAUTH"):
        raise _not_offered("the server takes us as logged in already, without TLS", _LOGOUT)
    if not greeting.upper().startswith(b"* OK"):
        raise _other_protocol(f"the greeting is not IMAP: {_said(greeting)!r}")
    yield Send(b"a1 CAPABILITY\r\n")
    capabilities: set[bytes] = set()
    for _ in range(MOST_LINES):
        line = (yield TakeLine.LINE).upper()
        if line.startswith(b"* CAPABILITY"):
            capabilities.update(line.split())
        if line.startswith(b"a1 ".upper()):
            break
    if b"STARTTLS" not in capabilities:
        raise _not_offered("the server does not offer STARTTLS", _LOGOUT)
    yield Send(b"a2 STARTTLS\r\n")
    for _ in range(MOST_LINES):
        line = yield TakeLine.LINE
        if line.upper().startswith(b"A2 OK"):
            return
        if line.upper().startswith(b"A2 "):
            why = f"the server offers STARTTLS and then refuses it: {_said(line[3:])}"
            raise _not_offered(why, _LOGOUT)
    raise _other_protocol("the server does not answer STARTTLS")


def _pop3() -> Dialog:
    greeting = yield TakeLine.LINE
    if not greeting.upper().startswith(b"+OK"):
        raise _other_protocol(f"the greeting is not POP3: {_said(greeting)!r}")
    yield Send(b"STLS\r\n")
    answer = yield TakeLine.LINE
    if not answer.upper().startswith(b"+OK"):
        raise _not_offered(f"the server refuses STLS: {_said(answer)}", _QUIT)


_LDAP_OID = b"1.3.6.1.4.1.1466.20037"
_LDAP_STARTTLS = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + _LDAP_OID
_LDAP_UNBIND = b"\x30\x05\x02\x01\x02\x42\x00"
_LDAP_RESPONSE = 0x78


def _ldap() -> Dialog:
    yield Send(_LDAP_STARTTLS)
    head = yield Take(2)
    if head[0] != 0x30:  # noqa: PLR2004 - an LDAPMessage is a SEQUENCE
        raise _other_protocol("the answer is not LDAP")
    length = head[1]
    if length & 0x80:
        size = length & 0x7F
        if not 1 <= size <= 4:  # noqa: PLR2004 - four octets of length are far too much already
            raise _other_protocol("the answer is not LDAP")
        length = int.from_bytes((yield Take(size)), "big")
    if length > MOST_PACKET_BYTES:
        raise _other_protocol("the LDAP answer is too long")
    message = yield Take(length)
    code, words = _ldap_result(message)
    if code != 0:
        said = f": {words}" if words else ""
        raise _not_offered(f"the server refuses StartTLS with result {code}{said}", _LDAP_UNBIND)


def _ldap_result(message: bytes) -> tuple[int, str]:
    """Result code and diagnostic message of an ExtendedResponse."""
    _, _, rest = _element(message)
    tag, response, _ = _element(rest)
    if tag != _LDAP_RESPONSE:
        raise _other_protocol("the answer is no LDAP extended response")
    _, code, rest = _element(response)
    if not code:
        raise _other_protocol("the LDAP answer has no result code")
    _, _, rest = _element(rest)
    _, words, _ = _element(rest)
    return int.from_bytes(code[:4], "big"), _said(words)


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag and content of the first BER element, and what follows it."""
    if len(data) < 2:  # noqa: PLR2004 - a tag and a length
        raise _other_protocol("the LDAP answer is cut short")
    tag, length, start = data[0], data[1], 2
    if length & 0x80:
        size = length & 0x7F
        length = int.from_bytes(data[2 : 2 + size], "big")
        start += size
    if start + length > len(data):
        raise _other_protocol("the LDAP answer is cut short")
    return tag, data[start : start + length], data[start + length :]


def _postgres() -> Dialog:
    yield Send(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")
    answer = yield Take(1)
    if answer == b"N":
        raise _not_offered("the server speaks PostgreSQL without TLS (ssl = off)")
    if answer == b"E":
        raise _not_offered("the server refuses the request for TLS with an error")
    if answer != b"S":
        raise _other_protocol("the answer is not PostgreSQL")


_MYSQL_TLS = 0x0800
_MYSQL_CAPABILITIES = (0x00000200 | 0x00008000 | 0x00080000 | _MYSQL_TLS).to_bytes(4, "little")
_MYSQL_LOGIN_HEAD = _MYSQL_CAPABILITIES + (1 << 24).to_bytes(4, "little") + b"\x21" + bytes(23)


def _mysql_packet(number: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes([number]) + payload


_MYSQL_NOBODY = _mysql_packet(
    2, _MYSQL_LOGIN_HEAD + b"twiceshy-certificate\0" + b"\0" + b"mysql_native_password\0"
)
"""A login that is refused: a client that hangs up instead is counted as a broken one, and the
server locks a host out after a hundred of them (max_connect_errors)."""


def _mysql() -> Dialog:
    head = yield Take(4)
    length = int.from_bytes(head[:3], "little")
    if not 1 <= length <= MOST_PACKET_BYTES or head[3] != 0:
        raise _other_protocol("the greeting is not MySQL")
    greeting = yield Take(length)
    if greeting[0] == 0xFF:  # noqa: PLR2004 - an error packet
        raise _other_protocol(f"the server turns us away: {_said(greeting[3:])}")
    version_end = greeting.find(b"\0", 1)
    flags_at = version_end + 1 + 4 + 8 + 1
    if greeting[0] != 10 or version_end < 0 or len(greeting) < flags_at + 2:  # noqa: PLR2004 - protocol version 10
        raise _other_protocol("the greeting is not MySQL")
    if not int.from_bytes(greeting[flags_at : flags_at + 2], "little") & _MYSQL_TLS:
        raise _not_offered("the server speaks MySQL without TLS")
    yield Send(_mysql_packet(1, _MYSQL_LOGIN_HEAD))


_DIALOGS: Mapping[str, Callable[[], Dialog]] = MappingProxyType(
    {"imap": _imap, "pop3": _pop3, "ldap": _ldap, "postgres": _postgres, "mysql": _mysql}
)
