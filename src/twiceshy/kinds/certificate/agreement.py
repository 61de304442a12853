"""Do all places agree: every address with the others, and what is served with what is on disk?

Renewal tools report success when the new file is written; what clients get is decided by every
listener that still holds the old one. A certificate that is so new that it may still be on its way
to all places is only warned of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from twiceshy.kinds.certificate.examine import Examined
from twiceshy.kinds.certificate.facts import Look, OnDisk, Promise
from twiceshy.kinds.certificate.flaw import Flaw, serious, warning
from twiceshy.kinds.certificate.phrases import instant
from twiceshy.kinds.certificate.read import Certificate, Unreadable, read_certificate

_RELOAD = "Reload the service there; if it stays, see which file that listener reads."


@dataclass(frozen=True, slots=True)
class Seen:
    """A look that brought a chain, and what was made of it."""

    look: Look
    examined: Examined

    @property
    def leaf(self) -> Certificate:
        """The server's own certificate."""
        return self.examined.leaf


def differing(
    seen: Iterable[Seen], promise: Promise, now: datetime
) -> tuple[tuple[Seen, Flaw], ...]:
    """Looks whose certificate is not the one that the rest of their endpoint serves.

    Certificates are compared within one endpoint and key type; those that are older than the
    newest are the ones to mend.
    """
    if not promise.same_everywhere:
        return ()
    groups: defaultdict[tuple[str, str], list[Seen]] = defaultdict(list)
    for one in seen:
        if one.look.named:
            groups[one.look.endpoint, one.leaf.key.kind].append(one)
    found = []
    for group in groups.values():
        if len(group) == 1:
            continue
        newest = max(group, key=lambda one: (one.leaf.not_before, one.leaf.not_after)).leaf
        severity = _severity(newest, promise, now)
        for one in group:
            if one.leaf != newest:
                why = (
                    f"another certificate is served than elsewhere: it ends "
                    f"{instant(one.leaf.not_after)}, the newest {instant(newest.not_after)}"
                )
                found.append((one, severity("differs", why, _RELOAD)))
    return tuple(found)


def not_on_disk(
    seen: Iterable[Seen], disk: tuple[OnDisk, ...], promise: Promise, now: datetime
) -> tuple[tuple[Seen, Flaw], ...]:
    """Looks whose certificate is none of those on disk."""
    files = _first_certificates(disk)
    if not files:
        return ()
    found = []
    for one in seen:
        if not one.look.named or any(one.leaf == leaf for _, leaf in files):
            continue
        same_kind = [pair for pair in files if pair[1].key.kind == one.leaf.key.kind]
        source, newest = max(same_kind or files, key=lambda pair: pair[1].not_before)
        severity = _severity(newest, promise, now)
        if newest.not_before > one.leaf.not_before:
            why = (
                f"the certificate in {source} (ends {instant(newest.not_after)}) is newer than "
                f"the one served (ends {instant(one.leaf.not_after)})"
            )
            step = "Reload the service that listens there, and mend the hook that should have."
        else:
            why = f"what is served is not the certificate in {source}"
            step = "See which file that listener reads, and correct the path here or there."
        found.append((one, severity("not-as-on-disk", why, step)))
    return tuple(found)


def not_served(seen: Iterable[Seen], disk: tuple[OnDisk, ...]) -> tuple[tuple[OnDisk, Flaw], ...]:
    """Files whose certificate nobody was seen to serve, when others of its kind of key are."""
    looks = [one for one in seen if one.look.named]
    kinds = {one.leaf.key.kind for one in looks}
    found = []
    for source, leaf in _first_certificates(disk):
        if leaf.key.kind in kinds or any(one.leaf == leaf for one in looks):
            continue
        why = f"the certificate in {source} ({leaf.key}) is not served"
        step = "Add it to the listener and reload, or take the file out of the promise."
        on_disk = next(one for one in disk if one.source == source)
        found.append((on_disk, warning("not-served", why, step)))
    return tuple(found)


def _first_certificates(disk: tuple[OnDisk, ...]) -> tuple[tuple[str, Certificate], ...]:
    return tuple(
        (one.source, leaf)
        for one in disk
        if one.chain and not isinstance(leaf := read_certificate(one.chain[0]), Unreadable)
    )


def _severity(
    newest: Certificate, promise: Promise, now: datetime
) -> Callable[[str, str, str], Flaw]:
    rolled_out = newest.not_before + timedelta(minutes=promise.rollout_minutes)
    return serious if now >= rolled_out else warning
