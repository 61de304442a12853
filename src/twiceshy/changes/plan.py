"""What is sent to a host to apply a change there: the files, the commands, and the script."""

from __future__ import annotations

import io
import shlex
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from twiceshy.changes.activation import Activation, activations
from twiceshy.changes.identity import content_hash
from twiceshy.changes.outcome import ChangedFile
from twiceshy.errors import WrongUsage

SCRIPT = "on_host.sh"
_ABSENT = "-"


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


def plan_of(
    id_: str,
    files: Sequence[ChangedFile],
    contents: Mapping[str, bytes],
    *,
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
        if any(character in file.stands_at for character in "\t\n\r\\"):
            raise WrongUsage(f"the path {file.stands_at!r} cannot be handed to a shell")
    known = activations(files)
    if not known and activate is None:
        raise WrongUsage(
            "nobody knows how the software takes up these files",
            hint="say it: --activate 'systemctl reload app', or --activate true",
        )
    return Plan(
        id=id_,
        files=tuple(files),
        contents=contents,
        check=check or _lines((one.check, file) for one, file in known),
        activate=activate or _lines((one.activate, file) for one, file in known),
        save=_lines((one.save, file) for one, file in known),
        undo=activate or _lines((_undo(one), file) for one, file in known),
    )


def _undo(activation: Activation) -> str:
    return activation.activate if activation.undo is None else activation.undo


def _lines(commands: Iterable[tuple[str, ChangedFile]]) -> str:
    return "\n".join(command.format(path=shlex.quote(file.stands_at)) for command, file in commands)


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
    for name in ("check", "activate", "save", "undo"):
        packed_files[name] = f"{getattr(plan, name)}\n".encode("utf-8", "surrogateescape")
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in packed_files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            member.mode = 0o600
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()
