"""Which host a reviewed change is for, and which of its files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twiceshy.changes.outcome import ChangedFile, How
from twiceshy.errors import WrongUsage
from twiceshy.model.estate import Estate, Host
from twiceshy.model.ids import HostId, KindId
from twiceshy.store.change_records import KeptReview


@dataclass(frozen=True, slots=True)
class Where:
    """A host of the estate, and what the change does there."""

    host: Host
    name: str
    """As the change calls the host; empty when it names none."""
    files: tuple[ChangedFile, ...]


def the_host(kept: KeptReview, asked: str | None, estate: Estate) -> Where:
    """The host to apply a review on; raises WrongUsage when that is not clear."""
    files = reviewed_files(kept.shape)
    if not files:
        raise WrongUsage(
            f"the review {kept.hash[:12]} changes no file", hint="there is nothing to do"
        )
    names = sorted({file.host for file in files})
    wanted = asked or (names[0] if len(names) == 1 else None)
    hint = f"say which: --host {' | '.join(estate.hosts) or 'HOST, once the estate has hosts'}"
    if not wanted:
        raise WrongUsage("it is not clear which host the change is for", hint=hint)
    host = estate.hosts.get(HostId(wanted))
    if host is None:
        raise WrongUsage(f"there is no host {wanted!r} in {estate.path}", hint=hint)
    name = wanted if wanted in names else names[0]
    if wanted not in names and (len(names) > 1 or HostId(name) in estate.hosts):
        raise WrongUsage(
            f"the change has nothing for {wanted}", hint=f"it is for {', '.join(names)}"
        )
    return Where(host, name, tuple(file for file in files if file.host == name))


def reviewed_files(shape: Mapping[str, Any]) -> tuple[ChangedFile, ...]:
    """A kept review's files; raises WrongUsage when the review is of another version."""
    try:
        return tuple(_reviewed_file(one) for one in shape["files"])
    except (KeyError, TypeError, ValueError):
        raise WrongUsage(
            "the review was kept by another version of Twiceshy", hint="review it again"
        ) from None


def _reviewed_file(shape: Mapping[str, Any]) -> ChangedFile:
    stands_at = str(shape["stands_at"])
    if not stands_at.startswith("/"):
        raise ValueError("a file stands at an absolute path")
    return ChangedFile(
        path=str(shape["path"]),
        host=str(shape["host"]),
        stands_at=stands_at,
        how=How(shape["how"]),
        before=_hash(shape["before"]),
        after=_hash(shape["after"]),
        is_executable=bool(shape["executable"]),
        kinds=tuple((KindId(one["kind"]), str(one["dialect"])) for one in shape["kinds"]),
    )


def _hash(value: object) -> str | None:
    if value is None or (isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value)):
        return value
    raise ValueError("a content is named by its SHA-256")
