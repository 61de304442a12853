"""`twiceshy propose`: the actions of postmortems become guards in a commented twiceshy.yaml."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twiceshy.cli.render.paper import fold
from twiceshy.cli.report_files import STDIN_PATH, open_reports
from twiceshy.errors import BugInTwiceshy, WrongUsage

if TYPE_CHECKING:
    from twiceshy.estate.merge import Additions
    from twiceshy.estate.skeleton import ReportEntry, Skeleton
    from twiceshy.guards.propose import Plan
    from twiceshy.model.estate import Estate
    from twiceshy.model.moment import Moment
    from twiceshy.model.report import Report

EXAMPLES = """Examples:

- `twiceshy propose mail-2024.md` prints an estate file to start from
- `twiceshy propose reports/ -o twiceshy.yaml` writes one, or adds to the one that is there
- `twiceshy propose new.md --estate twiceshy.yaml` adds a new report's guards, in place
- `twiceshy propose new.md --estate twiceshy.yaml -o -` shows what that would give

Every action gets at least one guard. What a person wrote in the file stays, to the letter; an action
that has a guard already gets no other.
"""

_TO_SCREEN = "-"


_COLUMNS = 100


class Format(StrEnum):
    """How the proposal is written."""

    YAML = "yaml"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class _Ids:
    """What the reports are called, and where they are from the estate file's folder."""

    reports: tuple[Report, ...]
    entries: tuple[ReportEntry, ...]


def command(
    reports: Annotated[
        list[str],
        typer.Argument(
            metavar="REPORT...", help="Postmortems: files, folders, or -.", show_default=False
        ),
    ],
    estate: Annotated[
        Path | None,
        typer.Option("--estate", "-e", metavar="FILE", help="The estate file to add to."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write here instead of to --estate; - prints."
        ),
    ] = None,
    output_format: Annotated[
        Format, typer.Option("--format", "-f", help="yaml is the estate file; json lists guards.")
    ] = Format.YAML,
) -> None:
    """Turn every action of postmortems into guards, in a commented estate file.

    What a machine can check gets a check, the rest a practice that people attest. Writes a new
    file, or adds to one and keeps everything a person wrote in it.
    """
    from twiceshy.guards.propose import propose

    to_file = _file_to_write(estate, output, output_format)
    if to_file is not None and not to_file.parent.is_dir():
        raise WrongUsage(f"there is no folder {to_file.parent}", hint="create it first")
    base = _file_to_add_to(estate, to_file, output_format)
    text, existing = _existing(base)
    ids = _identified(_only_reports(open_reports(reports)), existing, base or to_file)
    plan = propose(ids.reports)
    if output_format is Format.JSON:
        _put(_as_json(plan, ids), to_file)
        _summarise(ids.reports, plan, None, to_file)
        return
    written, added = _written(text, existing, _skeleton(plan, ids), base or to_file)
    if to_file is None or written != text or to_file != base:
        _put(written, to_file)
    _summarise(ids.reports, plan, added, to_file)


def _file_to_write(estate: Path | None, output: str | None, output_format: Format) -> Path | None:
    if output is not None:
        return None if output == _TO_SCREEN else Path(output)
    return estate if output_format is Format.YAML else None


def _file_to_add_to(
    estate: Path | None, to_file: Path | None, output_format: Format
) -> Path | None:
    """The file whose contents stay: --estate, else what -o names, if they are there."""
    if estate is not None:
        return estate
    is_estate = to_file is not None and to_file.is_file() and output_format is Format.YAML
    return to_file if is_estate else None


def _existing(base: Path | None) -> tuple[str, Estate | None]:
    """The text and meaning of the file to add to; raises InvalidEstate when it is not an estate."""
    if base is None or not base.exists():
        return "", None
    from twiceshy.cli.report_files import read_bounded
    from twiceshy.estate.load import InvalidEstate, read_estate

    data = read_bounded(str(base))
    if not data.strip():
        return "", None
    try:
        return data.decode("utf-8"), read_estate(data, str(base))
    except InvalidEstate as error:
        error.hint = "it was left as it is: mend it first, or write the proposal to another file with -o FILE"
        raise


def _only_reports(files: Sequence[tuple[str, bytes]]) -> tuple[Report, ...]:
    from twiceshy.reports.read import read_report

    found: list[Report] = []
    for path, data in files:
        report = read_report(data, path=path)
        if report.is_report:
            found.append(report)
        else:
            typer.echo(f"skipped {path}: {report.why_not_report or 'not a report'}", err=True)
    if not found:
        raise WrongUsage(
            "there is no postmortem among these files",
            hint="name a report with a cause and actions; `twiceshy read FILE` shows what was read",
        )
    return tuple(found)


def _identified(
    reports: tuple[Report, ...], existing: Estate | None, estate_file: Path | None
) -> _Ids:
    """Give each report the id that the estate file has or will have for it."""
    from twiceshy.estate.skeleton import ReportEntry
    from twiceshy.model.ids import ReportId

    folder = Path(os.path.realpath(estate_file)).parent if estate_file is not None else Path.cwd()
    known: Mapping[str, ReportId] = (
        {os.path.realpath(source.path): source.id for source in existing.reports}
        if existing is not None
        else {}
    )
    taken = {str(id_) for id_ in known.values()}
    named: list[Report] = []
    entries: list[ReportEntry] = []
    for report in reports:
        from_stdin = report.path == STDIN_PATH
        if from_stdin and estate_file is not None:
            raise WrongUsage(
                "a report from standard input has no file that the estate could name",
                hint="save it to a file first, or print the proposal: leave --estate and -o out",
            )
        real = os.path.realpath(report.path)
        own = _own_id(report.path)
        id_ = known.get(real) or ReportId(_free(own, taken))
        taken.add(id_)
        named.append(replace(report, id=id_))
        path = report.path if from_stdin else Path(os.path.relpath(real, folder)).as_posix()
        entries.append(ReportEntry(id_, path, id_ == own, _notes(report)))
    return _Ids(tuple(named), tuple(entries))


def _own_id(path: str) -> str:
    """The id that follows from a file's name when the estate file lists it."""
    import re

    if path == STDIN_PATH:
        return "stdin"
    return re.sub(r"[#\s]+", "-", Path(path).stem).strip("-") or "report"


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free = f"{name}-{number}"
        number += 1
    return free


def _notes(report: Report) -> tuple[str, ...]:
    when = _when(report.start)
    cause = report.cause.cause_class.replace("_", " ") if report.cause is not None else None
    said = (report.title, when, f"cause: {cause}" if cause else None)
    line = "; ".join(part for part in said if part)
    saved = ("Save it and name its file here.",) if report.path == STDIN_PATH else ()
    return tuple(part for part in (line, *saved) if part)


def _when(start: Moment | None) -> str | None:
    if start is None:
        return None
    day = start.day.isoformat() if start.day is not None else None
    clock = f"{start.clock:%H:%M}" if start.clock is not None else None
    zone = str(start.zone) if start.zone is not None and clock is not None else None
    return " ".join(part for part in (day, clock, zone) if part)


def _skeleton(plan: Plan, ids: _Ids) -> Skeleton:
    from twiceshy.estate.skeleton import GuardEntry, ServiceEntry, Skeleton

    services = tuple(
        ServiceEntry(one.id, one.summary, tuple(one.depends_on), one.example)
        for one in plan.services
    )
    guards = tuple(
        GuardEntry(
            one.id,
            one.kind,
            one.target,
            one.promise,
            one.every,
            tuple(str(ref) for ref in one.because),
            one.why,
            (
                *(f"Action: {quote}" for quote in one.actions),
                *((one.advice,) if one.advice else ()),
            ),
        )
        for one in plan.proposals
    )
    return Skeleton(ids.entries, services, guards)


def _written(
    text: str, existing: Estate | None, skeleton: Skeleton, name: Path | None
) -> tuple[str, Additions | None]:
    """The estate file's new text, which says what it should: that is looked at before it is written."""
    from twiceshy.estate.load import InvalidEstate, read_estate
    from twiceshy.estate.merge import additions, merge
    from twiceshy.estate.write import render

    _refuse_odd_names(skeleton)
    if existing is None:
        written, added = render(skeleton), None
    else:
        written, added = merge(text, existing, skeleton)
    if any(report.path == STDIN_PATH for report in skeleton.reports):
        return written, added
    try:
        estate = read_estate(written.encode("utf-8"), str(name or Path("twiceshy.yaml")))
    except InvalidEstate as error:
        raise BugInTwiceshy(
            f"the proposal would not be a valid estate file, so nothing was written: {error.message}"
        ) from error
    if not additions(estate, skeleton).are_none:
        raise BugInTwiceshy("the proposal did not arrive whole in the file; nothing was written")
    return written, added


def _as_json(plan: Plan, ids: _Ids) -> str:
    import json

    from twiceshy.estate.write import guard_value, report_value, service_value

    skeleton = _skeleton(plan, ids)
    value = {
        "reports": [report_value(one) for one in skeleton.reports],
        "services": {one.id: service_value(one) for one in skeleton.services},
        "guards": [{**guard_value(one), "notes": list(one.notes)} for one in skeleton.guards],
    }
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _put(text: str, to_file: Path | None) -> None:
    if to_file is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    from twiceshy.estate.write import replace_file

    replace_file(to_file, text)


def _summarise(
    reports: Sequence[Report], plan: Plan, added: Additions | None, to_file: Path | None
) -> None:
    """What was found and done, on standard error."""
    actions = sum(len(report.actions) for report in reports)
    checks = {kind: count for kind, count in plan.by_kind().items() if kind != "practice"}
    practices = [one for one in plan.proposals if one.is_practice]
    by_kind = ", ".join(f"{kind} {count}" for kind, count in checks.items())
    found = f"{_count(len(reports), 'report')}, {_count(actions, 'action')}"
    in_brackets = f" ({by_kind})" if by_kind else ""
    lines = [
        f"{found}, {_count(len(plan.proposals), 'guard')}",
        *_indented(f"checked by a machine: {sum(checks.values())}{in_brackets}"),
        f"  attested by people:   {len(practices)}",
    ]
    lines += [f"    {one.id}" for one in practices]
    lines += [f"no action was read in {r.path}" for r in reports if not r.actions]
    if added is not None:
        lines.append(
            f"new in the file: {_count(len(added.guards), 'guard')}, "
            f"{_count(len(added.services), 'service')}, {_count(len(added.reports), 'report')}; "
            f"joined: {_count(len(added.joined), 'guard')}; the rest is as it was"
        )
    if to_file is not None:
        changed = added is None or not added.are_none
        lines.append(f"{'wrote' if changed else 'nothing to add to'} {to_file}")
    typer.echo("\n".join(lines), err=True)


def _indented(text: str) -> list[str]:
    first, *rest = fold(text, _COLUMNS - 4)
    return [f"  {first}", *(f"    {line}" for line in rest)]


def _refuse_odd_names(skeleton: Skeleton) -> None:
    """A YAML file holds neither control characters nor bytes that are no text (YAML 1.2, 5.1)."""
    for report in skeleton.reports:
        if not report.path.isprintable():
            raise WrongUsage(
                f"the estate file cannot name the report {report.path!a}",
                hint="rename the file: its name has a character that no text file may hold",
            )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
