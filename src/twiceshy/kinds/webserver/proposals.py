"""How web servers are seen in a configuration, applied or not."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from twiceshy.kinds.webserver import haproxy, nginx
from twiceshy.kinds.webserver.facts import (
    Gap,
    ListenerSeen,
    Promise,
    UpstreamSeen,
    WebServerFact,
)
from twiceshy.languages.haproxy import dialect_of as haproxy_dialect
from twiceshy.languages.haproxy import read as read_haproxy
from twiceshy.languages.nginx import dialect_of as nginx_dialect
from twiceshy.languages.nginx import trees_of
from twiceshy.model.configuration import Configuration
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard

Seen = tuple[tuple[str, ...], tuple[ListenerSeen, ...], tuple[UpstreamSeen, ...], tuple[Gap, ...]]
"""Software, listeners, upstreams and gaps of one configuration."""


def recognises(path: str, content: bytes) -> str | None:
    """`nginx` or `haproxy`, for files of theirs."""
    return nginx_dialect(path, content) or haproxy_dialect(path, content)


def fact(guard: Guard, configuration: Configuration, at: datetime) -> WebServerFact | Unseen:
    """The listeners and upstreams in a configuration; pure."""
    promise = guard.promise
    assert isinstance(promise, Promise), "a guard carries its own kind's promise"
    software, listeners, upstreams, gaps = seen_in(configuration, promise.files, promise.servers)
    if not software:
        return Unseen(
            "no configuration of nginx or HAProxy is here",
            at,
            configuration.origin,
            "Name the main files in `files`, or hand in the folder they are in.",
        )
    return WebServerFact(
        at=at,
        vantage=configuration.origin,
        software=software,
        listeners=listeners,
        upstreams=upstreams,
        gaps=gaps,
    )


@lru_cache(maxsize=8)  # several guards look at the same configuration one after another
def seen_in(
    configuration: Configuration, files: tuple[str, ...] = (), servers: tuple[str, ...] = ()
) -> Seen:
    """Everything a configuration says that this kind judges."""
    content = configuration.files
    of_haproxy = tuple(
        path for path in files if path in content and haproxy_dialect(path, content[path])
    )
    of_nginx = tuple(path for path in files if path in content and path not in of_haproxy)
    software: list[str] = []
    listeners: list[ListenerSeen] = []
    upstreams: list[UpstreamSeen] = []
    gaps: list[Gap] = []
    for tree in trees_of(configuration, of_nginx) if of_nginx or not files else ():
        software = ["nginx"]
        listeners += nginx.listeners_of(tree, configuration, servers)
        upstreams += nginx.upstreams_of(tree)
        gaps += nginx.gaps_of(tree)
    proxies = read_haproxy(configuration, of_haproxy) if of_haproxy or not files else None
    if proxies is not None and proxies.files:
        software.append("HAProxy")
        listeners += haproxy.listeners_of(proxies, configuration, servers)
        upstreams += haproxy.upstreams_of(proxies)
        gaps += haproxy.gaps_of(proxies)
    return (
        tuple(software),
        tuple(listeners),
        tuple(upstreams),
        tuple(dict.fromkeys(gaps)),
    )
