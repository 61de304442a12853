"""Which kinds read which files of a change."""

from __future__ import annotations

from collections.abc import Iterable

from twiceshy.kinds import KINDS
from twiceshy.model.ids import KindId
from twiceshy.model.kind import Proposals


def proposals_of(kind_id: KindId) -> Proposals | None:
    """How a kind sees a change; None for kinds that judge only what runs, or are not built."""
    kind = KINDS.get(kind_id)
    return None if kind is None else kind.proposals


class Readers:
    """Asks the kinds that have guards first: importing the others takes longer than a review.

    A file that none of these reads is shown to all the others.
    """

    def __init__(self, guarded: Iterable[KindId]) -> None:
        wanted = set(guarded)
        self._guarded = tuple(id_ for id_ in KINDS if id_ in wanted)
        self._others = tuple(id_ for id_ in KINDS if id_ not in wanted)

    def of(self, path: str, *contents: bytes | None) -> tuple[tuple[KindId, str], ...]:
        """The kinds that read a file, each with the dialect; `contents` are its sides, if any."""
        held = [content for content in contents if content is not None]
        return _asked(self._guarded, path, held) or _asked(self._others, path, held)


def _asked(
    ids: Iterable[KindId], path: str, contents: Iterable[bytes]
) -> tuple[tuple[KindId, str], ...]:
    readers: dict[KindId, str] = {}
    for id_ in ids:
        proposals = proposals_of(id_)
        if proposals is None:
            continue
        for content in contents:
            dialect = proposals.recognises(path, content)
            if dialect is not None:
                readers.setdefault(id_, dialect)
    return tuple(readers.items())
