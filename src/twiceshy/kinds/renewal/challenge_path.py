"""Where nginx looks for the authority's token: which server, location and folder answer for a name.

The authority asks for `http://<name>/.well-known/acme-challenge/<token>` at port 80 and follows
redirects to http and https (RFC 8555, section 8.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from twiceshy.kinds.renewal.facts import Way
from twiceshy.languages import nginx
from twiceshy.languages.nginx import Location, Match, Server, Web
from twiceshy.languages.nginx.tree import Directive, normal
from twiceshy.model.configuration import Configuration
from twiceshy.model.place import Place

CHALLENGES = "/.well-known/acme-challenge"
_TOKEN = "a-token-of-the-authority"  # noqa: S105 - no secret, a place holder in a path
_URI = f"{CHALLENGES}/{_TOKEN}"
_HTTPS_PORT = 443
_MOST_REDIRECTS = 3
_MOST_PATTERN = 300
_TO_HERE = re.compile(
    r"(?P<scheme>https?)://(?P<host>\$(?:host|http_host|server_name)|[A-Za-z0-9.-]+)(?::(?P<port>\d{1,5}))?"
    r"(?P<rest>\$(?:request_uri|uri)|/\$1|\$1)?/?"
)
_OF_NAME = re.compile(r"\$(?:\{(?:host|http_host|server_name)\}|(?:host|http_host|server_name)\b)")


def ways_of(configuration: Configuration, names: Sequence[str], port: int) -> Iterator[Way]:
    """How each name is answered, as far as nginx's configuration is there to tell."""
    for tree in nginx.trees_of(configuration):
        web = nginx.web_of(tree)
        for name in names:
            yield from _ways(web, name.lower(), port, 0)


def listeners_at(configuration: Configuration, port: int) -> Iterator[tuple[str, Place]]:
    """The servers of nginx that take the port for themselves, each by its name and line."""
    for tree in nginx.trees_of(configuration):
        for server in nginx.web_of(tree).servers:
            for one in server.listeners:
                if one.port == port and not one.address.startswith("unix:"):
                    yield f"nginx's server {server.title}", one.place


def _ways(web: Web, name: str, port: int, redirects: int) -> Iterator[Way]:
    """One for each socket at the port; those that say the same only once."""
    sockets: dict[str, list[Server]] = {}
    for server in web.servers:
        for listener in server.listeners:
            if listener.port == port and not listener.address.startswith("unix:"):
                sockets.setdefault(listener.socket, []).append(server)
    try:
        found = [
            _server_for(name, socket, servers, is_whole=web.is_whole())
            for socket, servers in sockets.items()
        ]
    except _Unclear as error:
        why = f"whether the name fits the expression {error} is not tried here"
        yield Way(name, None, why, web.servers[0].place, follows=True)
        return
    chosen = {server.place: server for server in found if server is not None}
    for server in chosen.values():
        yield from _answer(web, server, name, redirects)


def _server_for(name: str, socket: str, servers: list[Server], *, is_whole: bool) -> Server | None:
    """The server that nginx takes for a Host header at a socket (ngx_http_find_virtual_server)."""
    ranked = [
        (rank, -number)
        for number, server in enumerate(servers)
        if (rank := max((_rank(name, one) for one in server.names), default=0)) > 0
    ]
    if ranked:
        return servers[-max(ranked)[1]]
    if not is_whole:
        return None
    for server in servers:
        if any(one.is_default and one.socket == socket for one in server.listeners):
            return server
    return servers[0]


def _rank(name: str, pattern: str) -> int:
    """How well a server_name fits: exact, then wildcards (longest first), then expressions."""
    pattern = pattern.lower() if not pattern.startswith("~") else pattern
    if pattern == name:
        return 1_000_000
    if pattern.startswith("*.") and name.endswith(pattern[1:]):
        return 100_000 + len(pattern)
    if pattern.startswith(".") and (name == pattern[1:] or name.endswith(pattern)):
        return 1_000_000 if name == pattern[1:] else 100_000 + len(pattern)
    if pattern.endswith(".*") and name.startswith(pattern[:-1]):
        return 1_000 + len(pattern)
    if pattern.startswith("~") and _fits(pattern[1:], name):
        return 1
    return 0


class _Unclear(Exception):
    """An expression that is not tried here: it could take for ever, or Python does not know it."""


def _fits(pattern: str, text: str, flags: int = 0) -> bool:
    """Whether an expression fits; raises _Unclear for one that is not tried."""
    repeats = len(_REPEATS.findall(pattern))
    if len(pattern) > _MOST_PATTERN or repeats > _MOST_REPEATS or _REPEATED_GROUP.search(pattern):
        raise _Unclear(pattern)
    try:
        return re.search(pattern, text, flags) is not None
    except (re.error, OverflowError) as error:
        raise _Unclear(pattern) from error


_REPEATS = re.compile(r"[*+{]")
_MOST_REPEATS = 3
"""Each one more multiplies the time by the length of the text."""
_REPEATED_GROUP = re.compile(r"\)[*+{?]")


def _answer(web: Web, server: Server, name: str, redirects: int) -> Iterator[Way]:
    try:
        yield from tuple(_answers(web, server, name, redirects))
    except _Unclear as error:
        why = f"whether the expression {error} fits is not tried here"
        yield Way(name, None, why, server.place, follows=True)


def _answers(web: Web, server: Server, name: str, redirects: int) -> Iterator[Way]:
    rewriting = nginx.rewriting_of(server.level)
    if rewriting.answers is not None:
        yield from _answered(web, rewriting.answers, name, redirects)
        return
    moved = next((one for one in rewriting.some_paths if _fits(one.first, _URI)), rewriting.moves)
    if moved is not None:
        yield from _answered(web, moved, name, redirects)
        return
    location = _location_for(server)
    own = nginx.rewriting_of(location.level)
    moved = own.answers or next(
        (one for one in own.some_paths if _fits(one.first, _URI)), own.moves
    )
    if moved is not None and location.match is not Match.IMPLIED:
        yield from _answered(web, moved, name, redirects)
        return
    yield _of_location(location, name)


def _answered(web: Web, directive: Directive, name: str, redirects: int) -> Iterator[Way]:
    """What a `return` or `rewrite` comes to: perhaps another server of the same configuration."""
    found = next((one for one in map(_TO_HERE.fullmatch, directive.args) if one is not None), None)
    if found is None or redirects >= _MOST_REDIRECTS:
        moves = directive.name == "rewrite" or found is not None
        elsewhere = any(one.startswith(("http:", "https:")) for one in directive.args)
        answer = f"it answers with `{directive.words}`"
        yield Way(name, None, answer, directive.place, follows=moves or elsewhere)
        return
    target = name if found["host"].startswith("$") else found["host"].lower()
    default = _HTTPS_PORT if found["scheme"] == "https" else 80
    next_port = int(found["port"] or default)
    there = [] if found["rest"] is None else list(_ways(web, target, next_port, redirects + 1))
    if there:
        yield from (Way(name, one.folder, one.answer, one.place, one.follows) for one in there)
        return
    lost = found["rest"] is None and found["host"].startswith("$")
    answer = f"it answers with `{directive.words}`"
    yield Way(name, None, answer, directive.place, follows=not lost)


def _location_for(server: Server) -> Location:
    found = _found_in(server.locations)
    if found is None:
        found = Location(server.level, Match.IMPLIED, "", server.title)
    return found


def _found_in(locations: Sequence[Location]) -> Location | None:
    """ngx_http_core_find_location: the longest prefix, then the first expression that fits."""
    prefix: Location | None = None
    for one in locations:
        is_prefix = one.match in {Match.PREFIX, Match.PREFIX_FIRST}
        if is_prefix and _URI.startswith(one.path) and len(one.path) >= len(_path(prefix)):
            prefix = one
        if one.match is Match.EXACT and one.path == _URI:
            return one
    inner = _found_in(prefix.inner) if prefix is not None and prefix.inner else None
    if inner is not None and inner.match in {Match.REGEX, Match.REGEX_ANY_CASE, Match.EXACT}:
        return inner
    deciding = inner or prefix
    if deciding is None or deciding.match is not Match.PREFIX_FIRST:
        for one in locations:
            flags = re.IGNORECASE if one.match is Match.REGEX_ANY_CASE else 0
            is_regex = one.match in {Match.REGEX, Match.REGEX_ANY_CASE}
            if is_regex and _fits(one.path, _URI, flags):
                return _found_in(one.inner) or one
    return deciding


def _path(location: Location | None) -> str:
    return "" if location is None else location.path


def _of_location(location: Location, name: str) -> Way:
    level, place = location.level, location.place
    answers = location.answers
    if location.is_internal or location.is_denied:
        denied = next(iter(level.nearest("deny", "internal")), None)
        where = place if denied is None else denied.place
        return Way(name, None, "it turns everybody away there", where)
    if level.value("auth_basic", "off") != "off":
        return Way(name, None, "it asks for a password there", place)
    if answers is not None:
        why = f"it hands the request on: `{answers.words}`"
        return Way(name, None, why, answers.place, follows=True)
    if level.unread():
        why = "part of its configuration was not handed in"
        return Way(name, None, why, level.unread()[0].place, follows=True)
    tries = level.own("try_files")
    if tries and not any("$uri" in one for one in tries[0].args[:-1]):
        why = f"it looks elsewhere: `{tries[0].words}`"
        return Way(name, None, why, tries[0].place, follows=True)
    return _folder(location, name)


def _folder(location: Location, name: str) -> Way:
    level = location.level
    alias = level.own("alias")
    if alias:
        base, rest, directive = alias[0].first, _URI.removeprefix(location.path), alias[0]
    else:
        root = level.setting("root")
        if root is None:
            why = "it serves nginx's own default folder"
            return Way(name, None, why, location.place, follows=True)
        base, rest, directive = root.first, _URI, root
    base = _OF_NAME.sub(name, base)
    if "$" in base or not base.startswith("/"):
        why = f"it looks in `{directive.words}`"
        return Way(name, None, why, directive.place, follows=True)
    whole = normal(base + rest)
    return Way(name, whole.rpartition("/")[0], "", directive.place)
