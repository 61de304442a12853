"""Listeners and servers of HAProxy, from its configuration."""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.kinds.webserver.facts import (
    Checked,
    FileState,
    Gap,
    ListenerSeen,
    MemberSeen,
    PairSeen,
    TlsFile,
    UpstreamSeen,
)
from twiceshy.kinds.webserver.pem import certificate_file, key_file
from twiceshy.languages.haproxy import (
    Always,
    Bind,
    Proxies,
    Section,
    Statement,
    binds_of,
    certificate_path,
    condition_of,
)
from twiceshy.model.configuration import Configuration
from twiceshy.model.place import Place

_NO_CERTIFICATE = frozenset({".key", ".issuer", ".ocsp", ".sctl", ".dh"})
_MOST_CERTIFICATES = 2000
"""In one folder or list."""


def listeners_of(
    proxies: Proxies, configuration: Configuration, frontends: tuple[str, ...]
) -> Iterator[ListenerSeen]:
    """Every bind that other machines get to, or those of the frontends with these names."""
    main = proxies.files[0] if proxies.files else "/"
    settings = next(iter(proxies.of("global")), None)
    for section in proxies.of("frontend", "listen"):
        for bind in binds_of(section):
            if not (section.name in frontends if frontends else bind.is_public):
                continue
            if bind.is_ssl:
                yield _with_tls(section, bind, settings, main, configuration)
            else:
                yield _plain(section, bind)


def upstreams_of(proxies: Proxies) -> Iterator[UpstreamSeen]:
    """Every backend or listen with servers, and those without any that something leads to."""
    for section in proxies.of("backend", "listen"):
        members = tuple(_member(section, one) for one in section.own("server", "server-template"))
        leads_nowhere = not members and section.kind == "backend" and _is_used(section, proxies)
        if members or leads_nowhere:
            yield UpstreamSeen(section.title, section.place, members)


def gaps_of(proxies: Proxies) -> Iterator[Gap]:
    """What could not be read."""
    return (Gap(one.why, one.place, one.is_fatal) for one in proxies.problems)


def _with_tls(
    section: Section, bind: Bind, settings: Section | None, main: str, configuration: Configuration
) -> ListenerSeen:
    pairs: list[PairSeen] = []
    for name in bind.crt:
        path = certificate_path(name, settings, main)
        pairs += _pairs(path, bind.place, configuration)
    for name in bind.crt_lists:
        pairs += _listed(certificate_path(name, None, main), bind, settings, main, configuration)
    return ListenerSeen(
        title=section.title,
        place=bind.place,
        sockets=(bind.socket,),
        is_tls=True,
        names=_names(pairs),
        met_at=() if bind.needs_proxy_header else (bind.socket,),
        pairs=tuple(pairs),
        trouble=None if pairs else "the bind names no certificate (`crt`)",
    )


def _names(pairs: list[PairSeen]) -> tuple[str, ...]:
    """One name of each certificate: HAProxy chooses among them by the name a client sends."""
    leaves = (one.certificate.certificates[0] for one in pairs if one.certificate.certificates)
    return tuple(
        dict.fromkeys(leaf.names[0].replace("*", "www", 1) for leaf in leaves if leaf.names)
    )


def _pairs(path: str, place: Place, configuration: Configuration) -> Iterator[PairSeen]:
    """The certificate in a file, or those in a folder."""
    inside = list(configuration.under(path))[:_MOST_CERTIFICATES]
    if inside and path not in configuration.files:
        for one in inside:
            if not one.endswith(tuple(_NO_CERTIFICATE)):
                yield _pair(one, place, configuration)
    else:
        yield _pair(path, place, configuration)


def _pair(path: str, place: Place, configuration: Configuration) -> PairSeen:
    """HAProxy takes the key from the same file, or from the one beside it that ends in `.key`."""
    certificate = certificate_file(path, place, configuration)
    key = key_file(path, place, configuration)
    beside = (
        f"{path}.key" if f"{path}.key" in configuration.files else f"{path.rpartition('.')[0]}.key"
    )
    if key.state is not FileState.READ and beside in configuration.files:
        key = key_file(beside, place, configuration)
    return PairSeen(certificate, key)


def _listed(
    path: str, bind: Bind, settings: Section | None, main: str, configuration: Configuration
) -> list[PairSeen]:
    content = configuration.files.get(path)
    if content is None:
        absent = certificate_file(path, bind.place, configuration)
        return [PairSeen(absent, TlsFile(path, bind.place, absent.state, absent.why))]
    pairs: list[PairSeen] = []
    for number, line in enumerate(content.decode("utf-8", "replace").split("\n"), 1):
        words = line.split()
        if words and not words[0].startswith("#") and len(pairs) < _MOST_CERTIFICATES:
            place = Place(configuration.shown(path), number)
            named = certificate_path(words[0], settings, main)
            pairs.append(_pair(named, place, configuration))
    return pairs


def _plain(section: Section, bind: Bind) -> ListenerSeen:
    redirect = next(
        (
            one
            for one in (*section.rules("http-request"), *section.own("redirect"))
            if _redirects_all(one, section)
        ),
        None,
    )
    leads = next(iter(section.own("use_backend", "default_backend", "server")), None)
    return ListenerSeen(
        title=section.title,
        place=bind.place,
        sockets=(bind.socket,),
        is_tls=False,
        answers_plainly=None if redirect is not None else f"{section.title} answers without TLS",
        plainly_at=leads.place if leads is not None else bind.place,
    )


def _redirects_all(one: Statement, section: Section) -> bool:
    """`redirect scheme https`, for all requests or for those without TLS."""
    words = one.words[1:] if one.name == "http-request" else one.words
    if words[:3] != ("redirect", "scheme", "https"):
        return False
    condition = condition_of(words, section)
    plain = {"ssl_fc"} if not condition.negated else set()
    only_plain = len(condition.terms) == 1 and (
        (condition.terms[0].text in plain and condition.terms[0].negated)
        or (condition.negated and condition.terms[0].text == "ssl_fc")
    )
    return condition.value is Always.TRUE or only_plain


def _is_used(section: Section, proxies: Proxies) -> bool:
    return any(
        section.name in one.words[1:2]
        for other in proxies.of("frontend", "listen", "defaults")
        for one in other.own("use_backend", "default_backend")
    )


def _member(section: Section, one: Statement) -> MemberSeen:
    own = one.words[2:]
    options = (*_defaults(section), *own)
    checked, why = Checked.NOT, "no `check`: it is sent requests whether it answers or not"
    for word in options:
        if word in {"check", "agent-check", "track"}:
            checked, why = Checked.ACTIVE, word
        elif word == "no-check":
            checked, why = Checked.NOT, "no-check"
    in_use = not {"disabled", "backup"} & {*options}
    address = own[1] if one.name == "server-template" and len(own) > 1 else "".join(own[:1])
    name = one.words[1] if len(one.words) > 1 else ""
    return MemberSeen(f"{name} {address}".strip(), one.place, checked, why, in_use)


def _defaults(section: Section) -> tuple[str, ...]:
    """What `default-server` says here and in what is taken over, outermost first."""
    outer = _defaults(section.defaults) if section.defaults is not None else ()
    return (*outer, *(word for one in section.own("default-server") for word in one.words[1:]))
