"""The servers and locations of a configuration, and which request gets where.

`http` > `server` > `location`, locations inside locations too. A request is first answered or
rewritten by its server's own `return`, `rewrite` and `if` (`rewriting.py`), then finds its location
(`locate.py`), runs that location's rewriting, and only then meets what guards it: `limit_conn`,
`limit_req` and ModSecurity's look at the body, `allow`/`deny`, and at last what answers. Hence a
`return` in a server or location answers although a limit is written there.

A request that fits no location is answered with the settings of the server itself: such a server
has an *implied* location (`Match.IMPLIED`) unless another one takes every path.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from twiceshy.languages.nginx.level import Level, Scope
from twiceshy.languages.nginx.listen import HTTP_PORT, Listener, listener_of
from twiceshy.languages.nginx.tree import Directive, Tree
from twiceshy.languages.pausing import without_collecting
from twiceshy.model.place import Place


class Match(StrEnum):
    """How a location is chosen."""

    EXACT = "="
    PREFIX = ""
    PREFIX_FIRST = "^~"
    """A prefix after which no regular expression is tried."""
    REGEX = "~"
    REGEX_ANY_CASE = "~*"
    NAMED = "@"
    """Only other locations lead there."""
    IMPLIED = "implied"
    """What fits no location: the server's own settings."""


_TAKES_ALL = frozenset(
    start + body + end
    for start in ("", "^")
    for body, ends in (
        ("", ("",)),
        ("/", ("",)),
        (".", ("",)),
        (".*", ("", "$")),
        (".+", ("", "$")),
        ("(.*)", ("", "$")),
        ("(.+)", ("", "$")),
        ("/.*", ("", "$")),
        ("/(.*)", ("", "$")),
    )
    for end in ends
)
"""Expressions that match every path, as every path begins with a slash."""
ANSWERING = (
    "proxy_pass",
    "fastcgi_pass",
    "uwsgi_pass",
    "scgi_pass",
    "grpc_pass",
    "memcached_pass",
    "content_by_lua",
    "content_by_lua_block",
    "content_by_lua_file",
    "js_content",
    "perl",
    "stub_status",
    "empty_gif",
    "echo",
)
"""Directives that answer by themselves; without one a location serves files."""


@dataclass(frozen=True, slots=True, eq=False)
class Location:
    """One location of a server."""

    level: Level
    match: Match
    path: str
    """The prefix, expression or name (without `@`); empty when implied."""
    server_title: str
    inner: tuple[Location, ...] = ()

    @property
    def place(self) -> Place:
        """Of the word `location`, or of `server` when implied."""
        assert self.level.place is not None, "locations are always written somewhere"
        return self.level.place

    @property
    def title(self) -> str:
        """Such as `location ^~ /api/ of server shop.example.org`."""
        if self.match is Match.IMPLIED:
            return f"server {self.server_title}, whatever fits no location"
        return f"location {self.text} of server {self.server_title}"

    @property
    def text(self) -> str:
        r"""As it is written: `/`, `= /x`, `~ \.php$`, `@app`."""
        if self.match is Match.NAMED:
            return f"@{self.path}"
        return f"{self.match} {self.path}".strip()

    @property
    def answers(self) -> Directive | None:
        """What answers there; None for files (or a `return`, see `rewriting.py`)."""
        found = self.level.own(*ANSWERING)
        return found[-1] if found else None

    @property
    def is_internal(self) -> bool:
        """Whether only other locations lead there."""
        return self.match is Match.NAMED or bool(self.level.own("internal"))

    @property
    def is_denied(self) -> bool:
        """Whether strangers are turned away by `allow` and `deny`."""
        if self.level.value("satisfy") == "any" and self.level.value("auth_basic", "off") != "off":
            return False
        for rule in self.level.nearest("allow", "deny"):
            if rule.first == "all" or _is_everything(rule.first):
                return rule.name == "deny"
            if rule.name == "allow" and not _is_private(rule.first):
                return False
        return False

    @property
    def is_public(self) -> bool:
        """Whether a stranger's request can be for it."""
        return not (self.is_internal or self.is_denied)


@dataclass(frozen=True, slots=True, eq=False)
class Server:
    """One server of `http`, `stream` or `mail`."""

    level: Level
    listeners: tuple[Listener, ...]
    names: tuple[str, ...]
    """As written: names, wildcards, `~` expressions; empty for one that has none."""
    locations: tuple[Location, ...] = ()
    """Those right inside it, in the order they are written; not the implied one."""

    @property
    def place(self) -> Place:
        """Of the word `server`."""
        assert self.level.place is not None, "servers are always written somewhere"
        return self.level.place

    @property
    def title(self) -> str:
        """Its first name, or its first socket."""
        return title_of(self.names, self.listeners)

    @property
    def is_public(self) -> bool:
        """Whether other machines get to one of its sockets."""
        return any(listener.is_public for listener in self.listeners)

    def every_location(self) -> Iterator[Location]:
        """All locations at all depths, the implied one last where there is one."""
        waiting = list(reversed(self.locations))
        while waiting:
            location = waiting.pop()
            yield location
            waiting += reversed(location.inner)
        implied = self.implied
        if implied is not None:
            yield implied

    @property
    def implied(self) -> Location | None:
        """What answers when no location fits; None when one takes every path."""
        if self.level.scope is not Scope.SERVER or any(map(_takes_all, self.locations)):
            return None
        return Location(self.level, Match.IMPLIED, "", self.title)


@dataclass(frozen=True, slots=True, eq=False)
class Upstream:
    """A group of servers behind a name."""

    name: str
    level: Level
    place: Place

    @property
    def members(self) -> tuple[Directive, ...]:
        """Its `server` lines: address, then `down`, `backup`, `max_fails=3`, ..."""
        return self.level.own("server")


@dataclass(frozen=True, slots=True, eq=False)
class Web:
    """What a configuration serves in one of its sections."""

    tree: Tree
    section: Scope
    """`HTTP`, `STREAM` or `MAIL`."""
    levels: tuple[Level, ...]
    """The section itself; nginx takes one, and none is there when the section is not."""
    servers: tuple[Server, ...]
    upstreams: tuple[Upstream, ...]

    def is_whole(self) -> bool:
        """Whether all of the section was handed in and read, so that absence means absence."""
        return not self.tree.problems and not self.tree.within


def title_of(names: tuple[str, ...], listeners: tuple[Listener, ...]) -> str:
    """How a server is called in messages."""
    name = next((one for one in names if one not in {"", "_"}), None)
    if name is not None:
        return name
    return listeners[0].socket if listeners else "without a socket"


def web_of(tree: Tree, section: Scope = Scope.HTTP) -> Web:
    """The servers of `http`, or of `stream` or `mail`."""
    return _web(tree, section)


@lru_cache(maxsize=8)  # several kinds and guards ask the same tree one after another
def _web(tree: Tree, section: Scope) -> Web:
    with without_collecting():
        return _whole_web(tree, section)


def _whole_web(tree: Tree, section: Scope) -> Web:
    if tree.within == section:
        whole = Directive(section, (), Place(tree.main, 1), tree.directives)
        level = Level.of(section, whole, None)
        levels = [Level(section, None, level.by_name)]
        blocks = [tree.directives]
    else:
        found = list(tree.top(section))
        levels = [Level.of(section, one, None) for one in found]
        blocks = [one.block or () for one in found]
    servers: list[Server] = []
    upstreams: list[Upstream] = []
    for level, block in zip(levels, blocks, strict=True):
        for one in block:
            if one.name == "server" and one.block is not None:
                servers.append(_server(one, level))
            elif one.name == "upstream" and one.block is not None:
                inner = Level.of(Scope.SERVER, one, level)
                upstreams.append(Upstream(one.first, inner, one.place))
    return Web(tree, section, tuple(levels), tuple(servers), tuple(upstreams))


def _server(directive: Directive, above: Level) -> Server:
    level = Level.of(Scope.SERVER, directive, above)
    listeners = tuple(listener_of(one) for one in level.own("listen"))
    if not listeners and above.scope is Scope.HTTP:
        listeners = (Listener("*", HTTP_PORT, frozenset(), directive.place),)
    names = tuple(name for one in level.own("server_name") for name in one.args)
    if above.scope is not Scope.HTTP:
        return Server(level, listeners, names)
    title = title_of(names, listeners)
    return Server(level, listeners, names, _locations(level, title))


def _locations(level: Level, server_title: str) -> tuple[Location, ...]:
    found = []
    for one in level.own("location"):
        if one.block is None:
            continue
        match, path = _chosen_by(one.args)
        inner = Level.of(Scope.LOCATION, one, level)
        found.append(Location(inner, match, path, server_title, _locations(inner, server_title)))
    return tuple(found)


def _chosen_by(args: tuple[str, ...]) -> tuple[Match, str]:
    """As `ngx_http_core_location` reads it: the modifier may stand before the path without space."""
    if len(args) > 1:
        signs = {"=": Match.EXACT, "^~": Match.PREFIX_FIRST}
        signs |= {"~": Match.REGEX, "~*": Match.REGEX_ANY_CASE}
        return signs.get(args[0], Match.PREFIX), args[1]
    text = args[0] if args else ""
    for sign in (Match.EXACT, Match.PREFIX_FIRST, Match.REGEX_ANY_CASE, Match.REGEX, Match.NAMED):
        if text.startswith(sign):
            return sign, text.removeprefix(sign)
    return Match.PREFIX, text


def _takes_all(location: Location) -> bool:
    if location.match in {Match.PREFIX, Match.PREFIX_FIRST}:
        return location.path == "/"
    if location.match in {Match.REGEX, Match.REGEX_ANY_CASE}:
        return location.path in _TAKES_ALL
    return False


def _is_everything(text: str) -> bool:
    return text in {"0.0.0.0/0", "::/0"}


def _is_private(text: str) -> bool:
    if text == "unix:":
        return True
    try:
        return ipaddress.ip_network(text, strict=False).is_private
    except ValueError:
        return False
