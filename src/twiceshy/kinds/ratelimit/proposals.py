"""How rate limits are seen in a configuration, applied or not."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from twiceshy.kinds.ratelimit import haproxy, nginx
from twiceshy.kinds.ratelimit.facts import Gap, LocationSeen, Promise, RateLimitFact
from twiceshy.languages.haproxy import dialect_of as haproxy_dialect
from twiceshy.languages.haproxy import read as read_haproxy
from twiceshy.languages.nginx import dialect_of as nginx_dialect
from twiceshy.languages.nginx import trees_of
from twiceshy.model.configuration import Configuration
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard


def recognises(path: str, content: bytes) -> str | None:
    """`nginx` or `haproxy`, for files of theirs."""
    return nginx_dialect(path, content) or haproxy_dialect(path, content)


def fact(guard: Guard, configuration: Configuration, at: datetime) -> RateLimitFact | Unseen:
    """The limits of all public locations in a configuration; pure."""
    promise = guard.promise
    assert isinstance(promise, Promise), "a guard carries its own kind's promise"
    software, locations, gaps = _seen(configuration, promise.files, promise.servers)
    if not software:
        return Unseen(
            "no configuration of nginx or HAProxy is here",
            at,
            configuration.origin,
            "Name the main files in `files`, or hand in the folder they are in.",
        )
    return RateLimitFact(
        at=at,
        vantage=configuration.origin,
        software=software,
        locations=locations,
        gaps=gaps,
    )


def limits_in(configuration: Configuration) -> tuple[LocationSeen, ...]:
    """All public locations of a configuration."""
    return _seen(configuration, (), ())[1]


@lru_cache(maxsize=8)  # several guards look at the same configuration one after another
def _seen(
    configuration: Configuration, files: tuple[str, ...], servers: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[LocationSeen, ...], tuple[Gap, ...]]:
    content = configuration.files
    of_haproxy = tuple(
        path
        for path in files
        if path in content and haproxy_dialect(path, content[path]) == "haproxy"
    )
    of_nginx = tuple(path for path in files if path in content and path not in of_haproxy)
    locations: list[LocationSeen] = []
    gaps: list[Gap] = []
    software: list[str] = []
    trees = trees_of(configuration, of_nginx) if of_nginx or not files else ()
    for tree in trees:
        seen, problems = nginx.limits_of(tree, servers)
        locations += seen
        gaps += problems
        software = ["nginx"]
    proxies = read_haproxy(configuration, of_haproxy) if of_haproxy or not files else None
    if proxies is not None and proxies.files:
        seen, problems = haproxy.limits_of(proxies, servers)
        locations += seen
        gaps += problems
        software.append("HAProxy")
    return tuple(software), tuple(locations), tuple(dict.fromkeys(gaps))
