"""Listeners and upstreams of nginx, from its configuration."""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.kinds.webserver import nginx_plain
from twiceshy.kinds.webserver.facts import (
    Checked,
    Gap,
    ListenerSeen,
    MemberSeen,
    PairSeen,
    UpstreamSeen,
)
from twiceshy.kinds.webserver.pem import certificate_file, key_file
from twiceshy.languages.nginx import Directive, Scope, Server, Tree, Upstream, Web, web_of
from twiceshy.model.configuration import Configuration

SECTIONS = (Scope.HTTP, Scope.STREAM, Scope.MAIL)
_NO_FILE = ("data:", "engine:", "store:")
_ACTIVE = ("check", "health_check")


def listeners_of(
    tree: Tree, configuration: Configuration, servers: tuple[str, ...]
) -> Iterator[ListenerSeen]:
    """Every server with a socket that other machines get to, or those with these names."""
    for section in SECTIONS:
        web = web_of(tree, section)
        with_tls = _sockets_with_tls(web)
        for server in web.servers:
            if servers and not {*server.names, server.title} & {*servers}:
                continue
            sockets = tuple(
                dict.fromkeys(one.socket for one in server.listeners if servers or one.is_public)
            )
            secure = tuple(one for one in sockets if one in with_tls or _is_starttls(server))
            plain = tuple(one for one in sockets if one not in secure)
            if secure:
                yield _with_tls(server, secure, tree, configuration)
            if plain and section is Scope.HTTP:
                yield nginx_plain.listener(server, plain, has_tls=bool(secure))


def upstreams_of(tree: Tree) -> Iterator[UpstreamSeen]:
    """Every `upstream`, of `http` and of `stream`."""
    for section in (Scope.HTTP, Scope.STREAM):
        web = web_of(tree, section)
        asked = _actively_checked(web)
        for upstream in web.upstreams:
            yield _upstream(upstream, asked)


def gaps_of(tree: Tree) -> Iterator[Gap]:
    """What of the tree could not be read."""
    return (Gap(one.why, one.place, one.is_fatal) for one in tree.problems)


def _sockets_with_tls(web: Web) -> frozenset[str]:
    """Where TLS is spoken: for all servers of a socket as soon as one asks for it there."""
    return frozenset(
        listener.socket
        for server in web.servers
        for listener in server.listeners
        if listener.options & {"ssl", "quic"} or server.level.is_on("ssl")
    )


def _is_starttls(server: Server) -> bool:
    return server.level.value("starttls", "off").lower() in {"on", "only"}


def _with_tls(
    server: Server, sockets: tuple[str, ...], tree: Tree, configuration: Configuration
) -> ListenerSeen:
    certificates = server.level.nearest("ssl_certificate")
    keys = server.level.nearest("ssl_certificate_key")
    trouble = unknown = None
    pairs: tuple[PairSeen, ...] = ()
    unread = server.level.unread()
    special = next((one for one in (*certificates, *keys) if _is_no_file(one)), None)
    if server.level.is_on("ssl_reject_handshake"):
        pass
    elif special is not None:
        unknown = f"{special.name} ({special.place}) is decided for each connection"
    elif not certificates and (unread or not server.level.is_whole):
        unknown = "its certificate is named in what was not handed in"
    elif not certificates:
        trouble = "no ssl_certificate is in force there"
    elif len(keys) != len(certificates):
        trouble = f"{len(certificates)} ssl_certificate and {len(keys)} ssl_certificate_key"
    else:
        pairs = tuple(
            PairSeen(
                certificate_file(tree.resolved(one.first), one.place, configuration),
                key_file(tree.resolved(key.first), key.place, configuration),
            )
            for one, key in zip(certificates, keys, strict=True)
        )
    return ListenerSeen(
        title=f"server {server.title}",
        place=server.place,
        sockets=sockets,
        is_tls=True,
        names=_exact(server.names),
        met_at=_met_at(server, sockets),
        pairs=pairs,
        trouble=trouble,
        unknown=unknown,
    )


def _met_at(server: Server, sockets: tuple[str, ...]) -> tuple[str, ...]:
    if _is_starttls(server):
        return ()
    others = {
        one.socket for one in server.listeners if one.options & {"proxy_protocol", "quic", "udp"}
    }
    return tuple(one for one in sockets if one not in others)


def _is_no_file(one: Directive) -> bool:
    return "$" in one.first or one.first.startswith(_NO_FILE)


def _exact(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names without wildcards and expressions; `_` and its like are no names."""
    return tuple(
        name.lower()
        for name in names
        if "." in name.strip(".")
        and not name.startswith(("~", ".", "*"))
        and "*" not in name
        and "$" not in name
    )


def _actively_checked(web: Web) -> frozenset[str]:
    """The upstreams that some location with `health_check` sends requests to."""
    found = set()
    for server in web.servers:
        levels = [server.level, *(location.level for location in server.every_location())]
        for level in levels:
            if level.own("health_check"):
                for one in level.own("proxy_pass", "fastcgi_pass", "grpc_pass", "uwsgi_pass"):
                    found.add(one.first.partition("://")[2].partition("/")[0] or one.first)
    return frozenset(found)


def _upstream(upstream: Upstream, asked: frozenset[str]) -> UpstreamSeen:
    members = tuple(
        _member(upstream, one, is_asked=upstream.name in asked) for one in upstream.members
    )
    unread = upstream.level.own("include")
    return UpstreamSeen(
        title=f"upstream {upstream.name}",
        place=upstream.place,
        members=members,
        unknown=f"{unread[0].words} could not be read" if unread else None,
    )


def _member(upstream: Upstream, one: Directive, *, is_asked: bool) -> MemberSeen:
    options = dict(arg.partition("=")[::2] for arg in one.args[1:])
    active = upstream.level.own(*_ACTIVE)
    if is_asked or active:
        checked, why = Checked.ACTIVE, active[0].words if active else "health_check"
    elif options.get("max_fails") == "0":
        checked, why = Checked.NOT, "max_fails=0: one that does not answer is asked again and again"
    elif len(upstream.members) == 1:
        checked, why = Checked.NOT, "nginx never takes the only server of an upstream out"
    else:
        fails = options.get("max_fails", "1")
        checked, why = Checked.PASSIVE, f"taken out after {fails} failed requests"
    in_use = not options.keys() & {"down", "backup"}
    return MemberSeen(one.first, one.place, checked, why, in_use)
