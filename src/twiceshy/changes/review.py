"""A change before it is applied: which guards would it break, mend, or leave unknown?

 1. Both sides become configurations, one for each host they hold.
 2. Files that differ are found, and the kinds that read them.
 3. Every guard of those kinds whose target is on such a host is judged on both sides, by the one
    judge that also judges what runs.
 4. The kinds say in words what behaves otherwise: the blast radius.

All of it is pure: the same files, guards and time give the same review.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from twiceshy.changes.identity import content_hash, identity, running_hashes
from twiceshy.changes.limits import tells_content
from twiceshy.changes.outcome import ChangedFile, Difference, How, Judged, Review, Unread
from twiceshy.changes.patience import OutOfTime, Patience, endless
from twiceshy.changes.readers import Readers, proposals_of
from twiceshy.changes.tree import Tree, configurations, host_named, leads_outside
from twiceshy.guards.judge import judge
from twiceshy.model.configuration import OUTPUTS, Configuration
from twiceshy.model.estate import Estate
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import KindId
from twiceshy.model.verdict import Unknown, Verdict
from twiceshy.probes.targets import hosts_of

MOST_DIFFERENCES = 200
"""Lines of blast radius that are kept; the first are the most important."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """One host, before and after."""

    root: str
    before: Configuration
    after: Configuration
    files: tuple[ChangedFile, ...]
    unread: tuple[Unread, ...]

    @property
    def kinds(self) -> frozenset[KindId]:
        return frozenset(kind for file in self.files for kind, _ in file.kinds) | frozenset(
            kind for file in self.unread for kind, _ in file.kinds
        )


def review(
    before: Tree, after: Tree, estate: Estate, at: datetime, *, stands_at: str | None = None
) -> Review:
    """Judge the change from `before` to `after` at a time (aware, UTC).

    `stands_at` says where the trees stand on their host, when they do not mirror it from its root.
    """
    return review_of_hosts(
        configurations(before, stands_at),
        configurations(after, stands_at),
        estate,
        at,
        origins=(before.origin, after.origin),
    )


def review_of_hosts(
    before: Mapping[str, Configuration],
    after: Mapping[str, Configuration],
    estate: Estate,
    at: datetime,
    *,
    origins: tuple[str, str],
    at_rest: Mapping[str, Mapping[str, bytes]] = MappingProxyType({}),
    patience: Patience = endless,
) -> Review:
    """The same for configurations by the folder or name of their host.

    `at_rest` has by host the files that would be replaced, and are not what counts before: rules
    in a file, where the kernel's are in `before`.
    """
    readers = Readers(guard.kind for guard in estate.guards.values())
    roots = sorted({*before, *after})
    pairs = []
    for root in roots:
        sides = before.get(root), after.get(root)
        pair = _pair(
            root,
            *sides,
            origins=origins,
            readers=readers,
            at_rest=at_rest.get(root, MappingProxyType({})),
        )
        if pair.files or pair.unread:
            pairs.append(pair)
    named = frozenset(map(host_named, roots))
    bench = _Bench(at, patience)
    judged: list[Judged] = []
    for guard in estate.guards.values():
        if proposals_of(guard.kind) is not None:
            judged.extend(_judged(guard, pairs, estate, named, bench))
    differences = tuple(_differences(pairs, bench))[:MOST_DIFFERENCES]
    looked_at = {(one.guard.kind, one.host) for one in judged}
    files = tuple(file for pair in pairs for file in pair.files)
    running = MappingProxyType(
        {path: held for pair in pairs for path, held in running_hashes(pair.before).items()}
    )
    return Review(
        hash=identity(files, running),
        at=at,
        before=origins[0],
        after=origins[1],
        files=files,
        running=running,
        judged=tuple(sorted(judged, key=lambda one: one.effect.rank)),
        unread=tuple(one for pair in pairs for one in pair.unread),
        differences=differences,
        unguarded=tuple(
            file
            for file in files
            if file.kinds and not any((kind, file.host) in looked_at for kind, _ in file.kinds)
        ),
        notes=tuple(bench.notes),
    )


def _pair(
    root: str,
    before: Configuration | None,
    after: Configuration | None,
    *,
    origins: tuple[str, str],
    readers: Readers,
    at_rest: Mapping[str, bytes],
) -> _Pair:
    old = before or Configuration(files=MappingProxyType({}), origin=origins[0])
    new = after or Configuration(files=MappingProxyType({}), origin=origins[1])
    changed = tuple(_changed(host_named(root), old, new, readers, at_rest))
    return _Pair(root, old, new, changed, tuple(_unread(host_named(root), old, new, readers)))


def _unread(
    host: str, before: Configuration, after: Configuration, readers: Readers
) -> Iterator[Unread]:
    for path in sorted({*before.unseen, *after.unseen} - OUTPUTS.keys()):
        old, new = before.unseen.get(path), after.unseen.get(path)
        why = new or old or ""
        if (old == new and tells_content(why)) or leads_outside(why):
            continue
        yield Unread(
            path=(before if new is None else after).shown(path),
            host=host,
            why=why,
            kinds=readers.of(path, before.files.get(path), after.files.get(path)),
        )


def _changed(
    host: str,
    before: Configuration,
    after: Configuration,
    readers: Readers,
    at_rest: Mapping[str, bytes],
) -> Iterator[ChangedFile]:
    unread = {*before.unseen, *after.unseen}
    for path in sorted({*before.files, *after.files} - OUTPUTS.keys() - unread):
        old, new = before.files.get(path, at_rest.get(path)), after.files.get(path)
        is_executable = _is_executable(after, path)
        # Only what is known on both sides can differ: a host is not asked for its modes.
        same_mode = (
            path not in before.modes
            or path not in after.modes
            or _is_executable(before, path) == is_executable
        )
        if old == new and same_mode and path not in at_rest:
            continue
        how = How.ADDED if old is None else How.REMOVED if new is None else How.CHANGED
        side = before if new is None else after
        yield ChangedFile(
            path=side.shown(path),
            host=host,
            stands_at=path,
            how=how,
            before=content_hash(old),
            after=content_hash(new),
            is_executable=is_executable,
            kinds=readers.of(path, old, new),
        )


def _is_executable(side: Configuration, path: str) -> bool:
    return bool(side.modes.get(path, 0) & 0o111)


def _judged(
    guard: Guard, pairs: Sequence[_Pair], estate: Estate, named: frozenset[str], bench: _Bench
) -> Iterator[Judged]:
    hosts = {str(host.id) for host in hosts_of(guard.target, estate)}
    for pair in pairs:
        name = host_named(pair.root)
        # A folder that the estate does not know may be any host's, but for those that have theirs.
        is_anothers = name in estate.hosts or bool(hosts & named)
        if hosts and name not in hosts and is_anothers:
            continue
        concerns = guard.kind in pair.kinds or _names_a_changed_file(guard, pair)
        if not concerns and all(file.kinds for file in pair.files):
            continue
        judged = Judged(
            guard, name, bench.verdict(guard, pair.before), bench.verdict(guard, pair.after)
        )
        # A file that no kind reads may be named by one that was read: a hook, a certificate.
        if concerns or judged.before != judged.after:
            yield judged


def _names_a_changed_file(guard: Guard, pair: _Pair) -> bool:
    files = getattr(guard.promise, "files", ())
    changed = {file.stands_at for file in pair.files}
    return any(path in changed for path in files if isinstance(path, str))


class _Bench:
    """Where the guards are judged, with patience.

    What is too much for one guard of a kind is not tried again with the next.
    """

    def __init__(self, at: datetime, patience: Patience) -> None:
        self.at = at
        self.patience = patience
        self.notes: list[str] = []
        self._too_much: set[tuple[KindId, Configuration]] = set()

    def verdict(self, guard: Guard, configuration: Configuration) -> Verdict:
        """The guard's verdict on one side."""
        if (guard.kind, configuration) in self._too_much:
            return _too_much(configuration)
        try:
            return self.patience(lambda: _verdict(guard, configuration, self.at))
        except OutOfTime:
            self._too_much.add((guard.kind, configuration))
            return _too_much(configuration)

    def differences(self, kind_id: KindId, pair: _Pair) -> tuple[str, ...]:
        """What behaves otherwise, as far as that could be worked out in time."""
        proposals = proposals_of(kind_id)
        if proposals is None or proposals.differences is None:
            return ()
        tell = proposals.differences
        if not self._too_much & {(kind_id, pair.before), (kind_id, pair.after)}:
            with suppress(OutOfTime):
                return self.patience(lambda: tuple(tell(pair.before, pair.after)))
        where = f" on {host_named(pair.root)}" if host_named(pair.root) else ""
        self.notes.append(f"what behaves otherwise for {kind_id}{where} took too long to tell")
        return ()


def _too_much(configuration: Configuration) -> Unknown:
    return Unknown(
        f"{configuration.origin} took too long to work out",
        next_step="Look for what makes it so large, or review the files that matter by themselves.",
    )


def _verdict(guard: Guard, configuration: Configuration, at: datetime) -> Verdict:
    proposals = proposals_of(guard.kind)
    assert proposals is not None, "only guards whose kind can judge a change are judged"
    fact = proposals.fact(guard, configuration, at)
    if isinstance(fact, Unseen):
        return Unknown(fact.why, next_step=fact.next_step)
    return judge(guard, fact, at)


def _differences(pairs: Sequence[_Pair], bench: _Bench) -> Iterator[Difference]:
    for pair in pairs:
        for kind_id in sorted(pair.kinds):
            for text in bench.differences(kind_id, pair):
                yield Difference(kind_id, host_named(pair.root), text)
