"""Whose requests the key of an nginx zone counts together.

A key that is empty counts nobody (ngx_http_limit_req_module: "requests with an empty key value are
not accounted"). Maps are followed for an ordinary client: one that no `geo` names and that sends
nothing unusual. A case that gives an empty key exempts who fits it: by address that is an
agreement, by what the client sends it is a way round the limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from twiceshy.kinds.ratelimit.facts import Counts
from twiceshy.languages.nginx import Level, Location, Match, Source, variables_in
from twiceshy.languages.nginx.variables import VARIABLE, set_at
from twiceshy.model.place import Place

_CLIENT = frozenset({"binary_remote_addr", "remote_addr", "proxy_protocol_addr"})
_PEER = frozenset({"realip_remote_addr"})
_SERVER = frozenset(
    {"server_name", "server_addr", "server_port", "hostname", "nginx_version", "scheme", "https"}
)
_PATH = frozenset({"uri", "document_uri"})
_CHOSEN = frozenset(
    {
        "request_uri",
        "request",
        "args",
        "query_string",
        "host",
        "request_method",
        "request_body",
        "request_id",
        "remote_port",
        "connection",
        "msec",
        "content_length",
        "content_type",
        "remote_user",
        "ssl_session_id",
        "is_args",
        "request_length",
        "proxy_add_x_forwarded_for",
        "request_time",
    }
)
_CHOSEN_BEGINNINGS = ("http_", "arg_", "cookie_")
_DEEPEST = 20
"""Maps that look at each other."""
_SAME_EVERYWHERE = _CLIENT | _PEER | _SERVER | _CHOSEN


@dataclass(frozen=True, slots=True)
class Counted:
    """Whose requests are counted together, why, and which line decides."""

    counts: Counts
    why: str
    decided_by: Place


class _By(Enum):
    CLIENT = 1
    SERVER = 2
    CHOSEN = 3


@dataclass(frozen=True, slots=True)
class _Value:
    """What a text comes to for an ordinary client."""

    constant: str | None
    """None when it differs between requests."""
    by: frozenset[_By] = frozenset()
    """What it differs by."""
    chosen: tuple[str, ...] = ()
    """The variables that the client chooses."""
    ways_round: tuple[str, ...] = ()
    """Who sends this is not counted."""
    unknown: tuple[str, ...] = ()
    """Variables whose value is not known."""
    decided_by: Place | None = None


@dataclass(slots=True)
class Keys:
    """Reads the keys of one configuration; what was worked out once is remembered."""

    sources: Mapping[str, Source]
    known: dict[str, _Value] = field(default_factory=dict)
    """Keys that come to the same at every location."""
    changing: dict[str, bool] = field(default_factory=dict)
    """Whether a key comes to something else at another location."""

    def counted(self, key: str, place: Place, location: Location) -> Counted:
        """Whose requests `key`, written at `place`, counts together at a location."""
        value = self._value(key, location)
        decided = value.decided_by or place
        if (
            not value.unknown
            and not value.chosen
            and not value.ways_round
            and value.constant is None
        ):
            spoof = _trusts_everybody(location.level) if _By.CLIENT in value.by else None
            if spoof is not None:
                why = f"the key {key} is what the client says: every address may claim another one"
                return Counted(Counts.CHOSEN, why, spoof)
        return Counted(*_counts(key, value), decided)

    def _value(self, key: str, location: Location) -> _Value:
        if key not in self.changing:
            self.changing[key] = self._is_changing(key)
        if self.changing[key]:
            return _Reading(self.sources, location).of(key)
        if key not in self.known:
            self.known[key] = _Reading(self.sources, location).of(key)
        return self.known[key]

    def _is_changing(self, key: str) -> bool:
        waiting, met = list(variables_in(key)), set[str]()
        while waiting:
            name = waiting.pop()
            if name in met:
                continue
            met.add(name)
            if name in self.sources:
                source = self.sources[name]
                waiting += variables_in(source.of)
                waiting += (one for _, value in source.values for one in variables_in(value))
        return not met <= _SAME_EVERYWHERE | self.sources.keys()


@dataclass(slots=True)
class _Reading:
    """One key at one location; every variable is worked out once, so that maps of maps end."""

    sources: Mapping[str, Source]
    location: Location
    known: dict[str, _Value] = field(default_factory=dict)
    depth: int = 0

    def of(self, text: str) -> _Value:
        whole = _Value(VARIABLE.sub("", text))
        for name in variables_in(text):
            if name not in self.known:
                # What stays for a variable that needs itself, or is reached over too many others.
                self.known[name] = _Value(None, unknown=(name,))
                if self.depth < _DEEPEST:
                    self.depth += 1
                    self.known[name] = self._variable(name)
                    self.depth -= 1
            whole = _joined(whole, self.known[name])
        return whole

    def _variable(self, name: str) -> _Value:
        if name in self.sources:
            return self._from(self.sources[name])
        if name in _CLIENT or name in _PEER:
            return _Value(None, frozenset({_By.CLIENT}))
        if name in _SERVER:
            return _Value(None, frozenset({_By.SERVER}))
        fixed = name in _PATH and self.location.match is Match.EXACT
        if fixed:
            return _Value(self.location.path)
        if name in _PATH or name in _CHOSEN or name.startswith(_CHOSEN_BEGINNINGS):
            return _Value(None, frozenset({_By.CHOSEN}), chosen=(name,))
        return self._set(name, self.location.level)

    def _set(self, name: str, level: Level) -> _Value:
        found = set_at(level, name)
        always = [
            one
            for around in level.outwards()
            for one in around.own("set")
            if one.first == f"${name}"
        ]
        if not found or len(found) != len(always) or len(always[0].args) < 2:  # noqa: PLR2004 - variable and value
            return _Value(None, unknown=(name,))
        value = self.of(always[0].args[1])
        return _with_place(value, always[0].place)

    def _from(self, source: Source) -> _Value:
        if not source.is_whole:
            return _Value(None, unknown=(source.variable,), decided_by=source.place)
        if source.kind == "geo":
            return _Value(source.default, decided_by=source.place)
        if source.kind == "split_clients":
            if any(not value for _, value in source.values) or not source.values:
                return _Value("", decided_by=source.place)
            return _Value(None, frozenset({_By.SERVER}), decided_by=source.place)
        return self._from_map(source)

    def _from_map(self, source: Source) -> _Value:
        if all(case == "default" for case, _ in source.values):
            return _with_place(self.of(source.default), source.place)
        looked_at = self.of(source.of)
        given = _looked_up(source, looked_at.constant)
        if looked_at.unknown or given is None:
            unknown = looked_at.unknown or (source.variable,)
            return _Value(None, unknown=unknown, decided_by=source.place)
        value = _with_place(self.of(given), source.place)
        if _By.CHOSEN not in looked_at.by:
            return value
        names = " or ".join(f"${one}" for one in looked_at.chosen)
        round_it = tuple(
            f"{names} as {case}"
            for case, other in source.values
            if case != "default" and self.of(other).constant == ""
        )
        return replace(value, ways_round=(*value.ways_round, *round_it), decided_by=source.place)


def _counts(key: str, value: _Value) -> tuple[Counts, str]:
    if value.unknown:
        names = ", ".join(f"${one}" for one in dict.fromkeys(value.unknown))
        return Counts.UNKNOWN, f"the key {key} hinges on {names}"
    if value.constant == "":
        why = f"the key {key} is empty for an ordinary client, which is then not counted"
        return Counts.NOBODY, why
    if value.ways_round:
        return Counts.CHOSEN, f"the key {key} is empty for whoever sends {value.ways_round[0]}"
    if value.chosen:
        why = f"the key {key} changes with ${value.chosen[0]}, which the client chooses"
        return Counts.CHOSEN, why
    return Counts.CLIENT if _By.CLIENT in value.by else Counts.SERVER, f"key {key}"


def _trusts_everybody(level: Level) -> Place | None:
    """The line by which `$remote_addr` is taken from a header that anybody may send."""
    if level.value("real_ip_header", "X-Real-IP").lower() == "proxy_protocol":
        return None
    everybody = {"0.0.0.0/0", "::/0"}
    lines = level.nearest("set_real_ip_from")
    return next((one.place for one in lines if one.first in everybody), None)


def _looked_up(source: Source, constant: str | None) -> str | None:
    """The value of a map for a constant, or for an ordinary request; None when it is not known."""
    if constant is None:
        return source.default
    cases = dict(source.values)
    exact = {case.lower().removeprefix("\\"): value for case, value in source.values}
    if constant.lower() in exact and constant != "default":
        return exact[constant.lower()]
    if any(case.startswith("~") for case in cases):
        return None
    return source.default


def _joined(one: _Value, other: _Value) -> _Value:
    constant = (
        one.constant + other.constant
        if one.constant is not None and other.constant is not None
        else None
    )
    return _Value(
        constant,
        one.by | other.by,
        (*one.chosen, *other.chosen),
        (*one.ways_round, *other.ways_round),
        (*one.unknown, *other.unknown),
        one.decided_by or other.decided_by,
    )


def _with_place(value: _Value, place: Place) -> _Value:
    return replace(value, decided_by=value.decided_by or place)
