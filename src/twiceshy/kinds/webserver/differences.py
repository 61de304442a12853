"""The blast radius of a change to web servers, in words."""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.kinds.webserver.facts import ListenerSeen, UpstreamSeen
from twiceshy.kinds.webserver.proposals import seen_in
from twiceshy.model.configuration import Configuration


def differences(before: Configuration, after: Configuration) -> tuple[str, ...]:
    """Which listeners and upstreams are others than before, those that went away first."""
    _, old_listeners, old_upstreams, _ = seen_in(before)
    _, new_listeners, new_upstreams, _ = seen_in(after)
    old = dict(map(_listener, old_listeners)) | dict(map(_upstream, old_upstreams))
    new = dict(map(_listener, new_listeners)) | dict(map(_upstream, new_upstreams))
    return tuple(_told(old, new))


def _told(old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    yield from (f"{title} is gone" for title in old if title not in new)
    for title, words in new.items():
        if title in old and old[title] != words:
            yield f"{title}: {words}; before: {old[title]}"
    yield from (f"{title} is new: {words}" for title, words in new.items() if title not in old)


def _listener(seen: ListenerSeen) -> tuple[str, str]:
    title = f"{seen.title} at {', '.join(seen.sockets)}"
    if not seen.is_tls:
        return title, f"without TLS, {seen.answers_plainly or 'only redirects'}"
    files = ", ".join(f"{pair.certificate.path} with {pair.key.path}" for pair in seen.pairs)
    return title, f"TLS with {files or seen.trouble or seen.unknown or 'no certificate'}"


def _upstream(seen: UpstreamSeen) -> tuple[str, str]:
    members = ", ".join(
        f"{one.address} ({one.checked} check{'' if one.is_in_use else ', not in use'})"
        for one in seen.members
    )
    return seen.title, members or "no servers"
