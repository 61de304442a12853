"""What a server of nginx does on a socket without TLS: only redirect, or answer."""

from __future__ import annotations

import re

from twiceshy.kinds.webserver.facts import ListenerSeen
from twiceshy.languages.nginx import Directive, Location, Server, answered_before, rewriting_of
from twiceshy.model.place import Place

_CHALLENGE = "/.well-known/"
_TO_HTTPS = re.compile(r"https://", re.IGNORECASE)
_IS_PLAIN = re.compile(
    r'\(\s*\$(?:scheme\s+(?:=\s*"?http"?|!=\s*"?https"?)|https\s+(?:=\s*""|!=\s*"?on"?))\s*\)'
)
_REDIRECTS = frozenset({"301", "302", "303", "307", "308"})
_DROPS = frozenset({"444", "400", "403", "404", "410", "421", "426"})


def listener(server: Server, sockets: tuple[str, ...], *, has_tls: bool) -> ListenerSeen:
    """The server on its sockets without TLS."""
    text, place = _answers(server)
    return ListenerSeen(
        title=f"server {server.title}",
        place=server.place,
        sockets=sockets,
        is_tls=False,
        names=server.names,
        answers_plainly=None if text is None else f"{text}{' without TLS too' if has_tls else ''}",
        plainly_at=place,
    )


def _answers(server: Server) -> tuple[str | None, Place | None]:
    """What the server does beside redirecting, and the line; nothing when it only redirects."""
    conditions = rewriting_of(server.level).sometimes
    if any(
        _IS_PLAIN.search(_condition(one.condition)) and _leads_to_https(one.does)
        for one in conditions
    ):
        return None, None
    for location in server.every_location():
        if location.path.startswith(_CHALLENGE) or not location.is_public:
            continue
        answer = answered_before(server, location)
        if answer is None:
            what = location.answers
            text = f"{location.title} answers" + (f" with {what.words}" if what else " with files")
            return text, _place(location, what)
        if not _leads_to_https(answer) and answer.first not in _DROPS:
            return f"{location.title} answers with {answer.words}", answer.place
    return None, None


def _condition(one: Directive) -> str:
    text = " ".join(one.args)
    return text if text.startswith("(") else f"({text})"


def _leads_to_https(answer: Directive) -> bool:
    if answer.name == "return":
        code, target = answer.first, answer.args[-1]
        return (code in _REDIRECTS or len(answer.args) == 1) and _TO_HTTPS.match(target) is not None
    return len(answer.args) > 1 and _TO_HTTPS.match(answer.args[1]) is not None


def _place(location: Location, what: Directive | None) -> Place:
    return what.place if what is not None else location.place
