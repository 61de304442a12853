"""The limits of nginx's public locations, from its configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from twiceshy.kinds.ratelimit.facts import Answered, Counts, Gap, LimitSeen, LocationSeen
from twiceshy.kinds.ratelimit.keys import Counted, Keys
from twiceshy.languages.nginx import (
    Directive,
    Level,
    Location,
    Match,
    Server,
    Tree,
    Web,
    answered_before,
    rewriting_of,
    sometimes_answered_before,
    sources_of,
    web_of,
)
from twiceshy.model.place import Place

_RATE = re.compile(r"rate=(\d{1,9})r/([sm])")
MOST_LOCATIONS = 20_000
_ITS_OWN_STATUS = 503
_MAY_LIMIT = tuple(
    f"{phase}_by_lua{form}" for phase in ("access", "rewrite") for form in ("", "_block", "_file")
)
_DECIDING = frozenset(
    {
        "limit_req",
        "limit_req_dry_run",
        "limit_req_status",
        "limit_conn",
        "limit_conn_dry_run",
        "limit_conn_status",
        "set_real_ip_from",
        "real_ip_header",
        "set",
        "if",
    }
)
"""Directives that make the limits of a level others than those around it."""
_TO_THE_LOG_ONLY = "only writes to the log what it would refuse"


@dataclass(frozen=True, slots=True)
class _Zone:
    """One `limit_req_zone` or `limit_conn_zone`."""

    key: str
    per_minute: float | None
    place: Place


@dataclass(slots=True)
class _Limits:
    """Reads the limits of one configuration."""

    web: Web
    requests: Mapping[str, _Zone]
    connections: Mapping[str, _Zone]
    keys: Keys
    gaps: dict[Gap, None] = field(default_factory=dict)
    known: dict[Level | None, tuple[tuple[LimitSeen, ...], tuple[LimitSeen, ...]]] = field(
        default_factory=dict
    )
    """By the innermost level that says anything about limits: locations inside are alike."""

    def both(self, location: Location) -> tuple[tuple[LimitSeen, ...], tuple[LimitSeen, ...]]:
        """What limits requests at a location, and what limits connections."""
        if location.match is Match.EXACT:
            # There even `$uri` is the same for everybody.
            return self.of(location), self.of_connections(location)
        deciding = next(
            (one for one in location.level.outwards() if one.by_name.keys() & _DECIDING), None
        )
        if deciding not in self.known:
            self.known[deciding] = self.of(location), self.of_connections(location)
        return self.known[deciding]

    def of(self, location: Location) -> tuple[LimitSeen, ...]:
        """What `limit_req` does at a location."""
        level = location.level
        dry = level.setting("limit_req_dry_run")
        is_dry_run = dry is not None and level.is_on("limit_req_dry_run")
        status, status_place = self._status(location, "limit_req_status")
        found = []
        for one in level.nearest("limit_req"):
            settings = dict(arg.partition("=")[::2] for arg in one.args)
            self._check(one, settings, frozenset({"zone", "burst", "nodelay", "delay"}))
            zone = self.requests.get(settings.get("zone", ""))
            counted = self._counted(zone, one, location)
            if is_dry_run and dry is not None:
                counted = Counted(counted.counts, _TO_THE_LOG_ONLY, dry.place)
            found.append(
                LimitSeen(
                    text=one.words,
                    place=one.place,
                    counts=counted.counts,
                    why=counted.why,
                    decided_by=counted.decided_by,
                    per_minute=None if zone is None else zone.per_minute,
                    burst=_number(settings.get("burst", "0")),
                    is_dry_run=is_dry_run,
                    status=status,
                    status_place=status_place,
                )
            )
        return tuple(found)

    def of_connections(self, location: Location) -> tuple[LimitSeen, ...]:
        """What `limit_conn` does at a location."""
        level = location.level
        dry = level.setting("limit_conn_dry_run")
        is_dry_run = dry is not None and level.is_on("limit_conn_dry_run")
        status, status_place = self._status(location, "limit_conn_status")
        found = []
        for one in level.nearest("limit_conn"):
            counted = self._counted(self.connections.get(one.first), one, location)
            if is_dry_run and dry is not None:
                counted = Counted(counted.counts, _TO_THE_LOG_ONLY, dry.place)
            found.append(
                LimitSeen(
                    text=one.words,
                    place=one.place,
                    counts=counted.counts,
                    why=counted.why,
                    decided_by=counted.decided_by,
                    burst=_number(one.args[1] if len(one.args) > 1 else ""),
                    is_dry_run=is_dry_run,
                    status=status,
                    status_place=status_place,
                )
            )
        return tuple(found)

    def _counted(self, zone: _Zone | None, one: Directive, location: Location) -> Counted:
        if zone is not None:
            return self.keys.counted(zone.key, zone.place, location)
        if self.web.is_whole():
            return Counted(
                Counts.NOBODY, "its zone is not defined: nginx does not load it", one.place
            )
        return Counted(Counts.UNKNOWN, "its zone is not in what was handed in", one.place)

    def _status(self, location: Location, name: str) -> tuple[int | None, Place | None]:
        found = location.level.setting(name)
        if found is None:
            return _ITS_OWN_STATUS, None
        return _number(found.first), found.place

    def _check(self, one: Directive, settings: Mapping[str, str], known: frozenset[str]) -> None:
        odd = next((name for name in settings if name not in known), None)
        if odd is not None:
            why = f'"{odd[:40]}" is no parameter of limit_req: is a ";" missing?'
            self.gaps[Gap(why, one.place)] = None


def limits_of(tree: Tree, servers: tuple[str, ...]) -> tuple[list[LocationSeen], list[Gap]]:
    """The public locations of one tree, of all servers or of those with these names."""
    web = web_of(tree)
    limits = _Limits(
        web, _zones(web, "limit_req_zone"), _zones(web, "limit_conn_zone"), Keys(sources_of(web))
    )
    judged = (
        (server, location)
        for server in web.servers
        if _is_promised(server, servers)
        for location in _judged(server)
    )
    seen = [_location(limits, *one) for one in islice(judged, MOST_LOCATIONS)]
    further = next(judged, None)
    if further is not None:
        why = f"there are more than the {MOST_LOCATIONS} locations that are judged"
        limits.gaps[Gap(why, further[1].place)] = None
    gaps = [Gap(problem.why, problem.place) for problem in tree.problems]
    return seen, [*gaps, *limits.gaps]


def _is_promised(server: Server, servers: tuple[str, ...]) -> bool:
    if not servers:
        return server.is_public
    return bool({*server.names, server.title} & {*servers})


def _judged(server: Server) -> Iterator[Location]:
    """The locations strangers get to.

    One that is internal is behind another one, where `limit_req` was asked already, except when
    rewriting leads there: then nothing was asked before.
    """
    every = tuple(server.every_location())
    levels = [server.level, *(location.level for location in every)]
    leads_on = any(
        found.moves is not None or found.some_paths for found in map(rewriting_of, levels)
    )
    for location in every:
        if location.is_public or (leads_on and location.is_internal and not location.is_denied):
            yield location


def _location(limits: _Limits, server: Server, location: Location) -> LocationSeen:
    answer = answered_before(server, location)
    some = tuple(
        Answered(f"{one.condition.words}: {one.does.words}", one.does.place)
        for one in sometimes_answered_before(server, location)
    )
    requests, connections = limits.both(location)
    return LocationSeen(
        title=location.title,
        text=location.text,
        place=location.place,
        limits=requests,
        answered=None if answer is None else Answered(answer.words, answer.place),
        some_answered=some,
        connections=connections,
        unknown=_unknown(location),
    )


def _unknown(location: Location) -> str | None:
    unread = location.level.unread()
    if unread:
        return f"{unread[0].words} ({unread[0].place}) could not be read"
    script = location.level.nearest(*_MAY_LIMIT)
    if script:
        return f"{script[0].name} ({script[0].place}) may limit too"
    if not location.level.is_whole:
        return "the main file, with what `http` says, was not handed in"
    return None


def _zones(web: Web, name: str) -> Mapping[str, _Zone]:
    found: dict[str, _Zone] = {}
    for level in web.levels:
        for one in level.own(name):
            zone = next((arg for arg in one.args if arg.startswith("zone=")), "")
            rate = next((match for arg in one.args if (match := _RATE.fullmatch(arg))), None)
            per_minute = None
            if rate is not None:
                per_minute = float(rate[1]) * (60 if rate[2] == "s" else 1)
            found[zone.removeprefix("zone=").partition(":")[0]] = _Zone(
                one.first, per_minute, one.place
            )
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004 - longer is no setting
