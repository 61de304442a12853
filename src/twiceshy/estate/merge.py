"""What is proposed joins a person's estate file; every character they wrote stays where it is.

1. An action that some guard names already is settled: nothing is added for it.
2. What is left joins a guard of the same id and kind (or the certificate guard of the same target)
   by one more entry in its `because`, else it becomes a new guard at the end of the list.
3. Services are added for new guards and new reports only; reports that are listed stay as listed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from twiceshy.estate.insert import Piece, Section, insert
from twiceshy.estate.skeleton import GuardEntry, ReportEntry, ServiceEntry, Skeleton
from twiceshy.estate.write import (
    guard_lines,
    guard_value,
    reference,
    report_lines,
    report_value,
    service_lines,
    service_value,
)
from twiceshy.model.estate import Estate
from twiceshy.model.guard import Guard


@dataclass(frozen=True, slots=True)
class Additions:
    """What a file lacks of a skeleton."""

    reports: tuple[ReportEntry, ...] = ()
    services: tuple[ServiceEntry, ...] = ()
    guards: tuple[GuardEntry, ...] = ()
    joined: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Guards of the file, with the actions that they keep from now on too."""

    @property
    def are_none(self) -> bool:
        """Whether the file has it all."""
        return not (self.reports or self.services or self.guards or self.joined)


def additions(estate: Estate, skeleton: Skeleton) -> Additions:
    """What `estate` lacks of `skeleton`."""
    settled = {str(ref) for guard in estate.guards.values() for ref in guard.because}
    taken = {str(id_) for id_ in estate.guards}
    fresh: list[GuardEntry] = []
    joined: dict[str, tuple[str, ...]] = {}
    for entry in skeleton.guards:
        open_refs = tuple(ref for ref in entry.because if ref not in settled)
        if not open_refs:
            continue
        same = _same(entry, estate)
        if same is not None:
            joined[same.id] = tuple(dict.fromkeys((*joined.get(same.id, ()), *open_refs)))
            continue
        name = _free(entry.id, taken)
        fresh.append(replace(entry, id=name, because=open_refs))
    known = {str(source.id) for source in estate.reports}
    reports = tuple(report for report in skeleton.reports if report.id not in known)
    services = _services(estate, skeleton, fresh, {report.id for report in reports})
    return Additions(reports, services, tuple(fresh), tuple(joined.items()))


def _same(entry: GuardEntry, estate: Estate) -> Guard | None:
    for guard in estate.guards.values():
        if guard.kind != entry.kind:
            continue
        if guard.id == entry.id or (entry.kind == "certificate" and guard.target == entry.target):
            return guard
    return None


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free = f"{name}-{number}"
        number += 1
    taken.add(free)
    return free


def _services(
    estate: Estate, skeleton: Skeleton, fresh: Iterable[GuardEntry], new_reports: set[str]
) -> tuple[ServiceEntry, ...]:
    of_new_reports = {
        guard.target
        for guard in skeleton.guards
        if any(ref.partition("#")[0] in new_reports for ref in guard.because)
    }
    wanted = {guard.target for guard in fresh} | of_new_reports
    wanted |= {one for s in skeleton.services if s.id in wanted for one in s.depends_on}
    known = {str(id_) for id_ in estate.services}
    return tuple(s for s in skeleton.services if s.id in wanted and s.id not in known)


def merge(text: str, estate: Estate, skeleton: Skeleton) -> tuple[str, Additions]:
    """`text`, which says `estate`, with what it lacks of `skeleton`; the same text for nothing."""
    added = additions(estate, skeleton)
    if added.are_none:
        return text, added
    reports = tuple(
        Piece(tuple(report_lines(one)), _json(report_value(one))) for one in added.reports
    )
    services = tuple(
        Piece(tuple(service_lines(one)), f"{_json(one.id)}: {_json(service_value(one))}")
        for one in added.services
    )
    guards = tuple(Piece(tuple(guard_lines(one)), _json(guard_value(one))) for one in added.guards)
    sections = (
        Section("reports", reports, "[]"),
        Section("services", services, "{}"),
        Section("guards", guards, "[]", gap=True),
    )
    refs = [(id_, tuple(reference(ref) for ref in joined)) for id_, joined in added.joined]
    return insert(text, sections, refs), added


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
