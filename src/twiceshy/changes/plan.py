"""What is sent to a host to apply a change there: the files, the commands, and the script."""

from __future__ import annotations

import io
import shlex
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from types import MappingProxyType

from twiceshy.changes.activation import Step, activations
from twiceshy.changes.identity import content_hash
from twiceshy.changes.outcome import ChangedFile
from twiceshy.errors import WrongUsage

SCRIPT = "on_host.sh"
_ABSENT = "-"
_EMPTY = ("undecided/", "check.log", "activate.log", "undo.log", "restore.log")
"""Made beforehand: on a full disk nothing new can be."""
_LAST = "complete"
"""Arrives after everything else."""
_SPARE = {
    "spare/confirmed": "confirmed",
    "spare/rolled-back": "rolled back: nobody confirmed it, or somebody said no",
    "spare/failed": "failed: its disk is full",
    "spare/trouble": "taking it back failed: its disk is full",
}
"""What is told where no other words can be written."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An approved change, ready for one host."""

    id: str
    files: tuple[ChangedFile, ...]
    contents: Mapping[str, bytes]
    """Path on the host to its content afterwards."""
    check: str
    """Shell lines."""
    activate: str
    save: str
    undo: str
    links: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Symbolic links by which changed files are reached, to what they say: the host must have
    them, for they are not made."""
    unheeded: tuple[str, ...] = ()
    """Paths of changed files that no command is known for."""


def plan_of(
    id_: str,
    files: Sequence[ChangedFile],
    contents: Mapping[str, bytes],
    *,
    links: Mapping[str, str] = MappingProxyType({}),
    activate: str | None = None,
    check: str | None = None,
) -> Plan:
    """The plan; `activate` and `check` are a person's own commands instead of the usual ones.

    Raises WrongUsage when the contents are not those that were reviewed, a path cannot be handed
    over, or nobody knows how the files are taken up.
    """
    for file in files:
        if content_hash(contents.get(file.stands_at)) != file.after:
            raise WrongUsage(
                f"{file.stands_at} is not what was reviewed",
                hint="hand in the same files, or review them again",
            )
        if any(character in file.stands_at for character in "\t\n\r\0"):
            raise WrongUsage(f"the path {file.stands_at!r} cannot be handed to a shell")
    if any(character in told for told in links.values() for character in "\t\n\r\0"):
        raise WrongUsage("a link's target cannot be handed to a shell")
    known, unheeded = activations(files, contents)
    if activate is None:
        _refuse_unclear(known)
    return Plan(
        id=id_,
        files=tuple(files),
        contents=contents,
        check=check or _lines((one.activation.check, one.path) for one in known),
        activate=activate or _lines((one.activation.activate, one.path) for one in known),
        save=_lines((save, "") for save in dict.fromkeys(one.activation.save for one in known)),
        undo=_undo(known, activate),
        links=MappingProxyType(
            {
                link: target
                for link, target in sorted(links.items())
                if any(f"{file.stands_at}/".startswith(f"{link}/") for file in files)
            }
        ),
        unheeded=() if activate else tuple(file.stands_at for file in unheeded),
    )


def _refuse_unclear(known: Sequence[Step]) -> None:
    if not known:
        raise WrongUsage(
            "nobody knows how the software takes up these files",
            hint="say it: --activate 'systemctl reload app', or --activate true",
        )
    for one in known:
        others = [two.path for two in known if two.activation is one.activation and two != one]
        if others:
            raise WrongUsage(
                f"{one.activation.software} could be handed {one.path} or {others[0]}",
                hint=f"say it: --activate '{one.activation.activate.format(path=one.path)}'",
            )


def _undo(known: Sequence[Step], activate: str | None) -> str:
    """Once the files are back. What was saved goes back last, whatever became of the rest."""
    saved = [one.activation.undo for one in known if one.activation.undo is not None]
    if activate is not None:
        first = f"( {activate}\n) || true" if saved else activate
    else:
        first = _lines(
            (one.activation.activate, one.path) for one in known if not one.activation.undo
        )
    return "\n".join(line for line in (first, *dict.fromkeys(saved)) if line)


def _lines(commands: Iterable[tuple[str, str]]) -> str:
    return "\n".join(command.format(path=shlex.quote(path)) for command, path in commands)


def packed(plan: Plan) -> bytes:
    """The folder of the change as a tar archive."""
    script = resources.files("twiceshy.changes").joinpath(SCRIPT).read_bytes()
    listed = []
    packed_files = {SCRIPT: script}
    for number, file in enumerate(plan.files):
        told = (
            str(number),
            file.before or _ABSENT,
            file.after or _ABSENT,
            str(int(file.is_executable)),
            file.stands_at,
        )
        listed.append("\t".join(told) + "\n")
        if file.after is not None:
            packed_files[f"new/{number}"] = plan.contents[file.stands_at]
    packed_files["files"] = "".join(listed).encode("utf-8", "surrogateescape")
    linked = "".join(f"{link}\t{target}\n" for link, target in plan.links.items())
    packed_files["links"] = linked.encode("utf-8", "surrogateescape")
    for name in ("check", "activate", "save", "undo"):
        packed_files[name] = f"{getattr(plan, name)}\n".encode("utf-8", "surrogateescape")
    packed_files |= {name: f"{words}\n".encode() for name, words in _SPARE.items()}
    packed_files |= dict.fromkeys((*_EMPTY, _LAST), b"")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in packed_files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            member.mode = 0o600
            if name.endswith("/"):
                member.type, member.mode = tarfile.DIRTYPE, 0o700
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()
