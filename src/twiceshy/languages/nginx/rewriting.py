"""What answers a request before limits, ModSecurity's body rules and access rules are asked.

nginx runs `return`, `rewrite`, `set`, `if` and `break` of the server, then those of the location,
in the order they are written and before every other phase: a request they answer never meets
`limit_req`, `limit_conn`, `allow`/`deny` or `auth_basic`. They are not taken over by inner levels
(src/http/modules/ngx_http_rewrite_module.c).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from twiceshy.languages.nginx.level import Level
from twiceshy.languages.nginx.tree import Directive
from twiceshy.languages.nginx.web import Location, Match, Server

REWRITING = ("return", "rewrite", "if", "break")
_EVERY_PATH = frozenset({"^", ".*", "^.*$", "^.*", "(.*)", "^(.*)$", "^/", "/", "^/.*$", "^/(.*)$"})
_REDIRECTS = frozenset({"redirect", "permanent"})
_ELSEWHERE = re.compile(r"https?://|\$scheme")
_OF_A_MODULE = frozenset(
    f"{phase}_by_lua{form}"
    for phase in ("rewrite", "server_rewrite")
    for form in ("", "_block", "_file")
)


@dataclass(frozen=True, slots=True)
class Sometimes:
    """An `if` whose body answers or rewrites: only some requests go that way."""

    condition: Directive
    """The `if`."""
    does: Directive
    """The `return` or `rewrite` in it."""


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What the rewriting of one level does to a request."""

    answers: Directive | None = None
    """It answers every request: a `return`, or a `rewrite` that redirects every path."""
    moves: Directive | None = None
    """A `rewrite` that sends every path to another location (`last`, or at the server's level)."""
    sometimes: tuple[Sometimes, ...] = ()
    """What comes before that and answers some requests."""
    some_paths: tuple[Directive, ...] = ()
    """Rewrites outside an `if` that answer or move the paths they fit."""
    unknown: tuple[Directive, ...] = ()
    """What may answer too and is not understood here: Lua in the rewriting phase."""


_NOTHING = Rewriting()
_OF_INTEREST = _OF_A_MODULE.union(REWRITING)


def rewriting_of(level: Level) -> Rewriting:
    """Run the rewriting of one level (server or location) for a request nothing is known of."""
    if level.by_name.keys().isdisjoint(_OF_INTEREST):
        return _NOTHING
    unknown = tuple(
        one for name in level.by_name.keys() & _OF_A_MODULE for one in level.by_name[name]
    )
    sometimes: list[Sometimes] = []
    some_paths: list[Directive] = []
    answers = moves = None
    for one in level.own(*REWRITING):
        if one.name == "if":
            sometimes += _in_an_if(one)
            continue
        if one.name == "rewrite" and one.first not in _EVERY_PATH:
            if _flag(one) != "break":
                some_paths.append(one)
            continue
        if one.name == "return" or _redirects(one):
            answers = one
        elif _flag(one) == "last":
            moves = one
        elif _flag(one) != "break" and one.name == "rewrite":
            some_paths.append(one)
            continue
        break
    return Rewriting(answers, moves, tuple(sometimes), tuple(some_paths), unknown)


def answered_before(server: Server, location: Location) -> Directive | None:
    """What answers every request for the location before limits are asked; None when nothing does.

    A `return` of the server answers for all its locations.
    """
    found = rewriting_of(server.level).answers
    if found is None and location.match is not Match.IMPLIED:
        found = rewriting_of(location.level).answers
    return found


def sometimes_answered_before(server: Server, location: Location) -> tuple[Sometimes, ...]:
    """The `if`s of server and location that answer some requests before limits are asked."""
    levels = [server.level]
    if location.match is not Match.IMPLIED:
        levels.append(location.level)
    return tuple(one for level in levels for one in rewriting_of(level).sometimes)


def _in_an_if(condition: Directive) -> Iterator[Sometimes]:
    for one in condition.block or ():
        if one.name == "break":
            return
        if one.name == "return" or (one.name == "rewrite" and _flag(one) != "break"):
            yield Sometimes(condition, one)
        if one.name == "return":
            return


def _flag(rewrite: Directive) -> str:
    """The third argument: `last`, `break`, `redirect`, `permanent`, or none."""
    return rewrite.args[2] if len(rewrite.args) > 2 else ""  # noqa: PLR2004 - the third


def _redirects(rewrite: Directive) -> bool:
    target = rewrite.args[1] if len(rewrite.args) > 1 else ""
    return rewrite.name == "rewrite" and (
        _flag(rewrite) in _REDIRECTS or _ELSEWHERE.match(target) is not None
    )
