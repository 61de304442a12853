"""A proposed estate as commented YAML, and a file replaced in one step."""

from __future__ import annotations

import json
import os
import re
import tempfile
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path

from twiceshy.errors import TheWorld
from twiceshy.estate.skeleton import (
    GuardEntry,
    ReportEntry,
    ServiceEntry,
    Setting,
    Skeleton,
)

WIDTH = 98

HEADER = """\
What is looked after, and the guards that keep what the reports promised.
Proposed from the reports below; it is yours now: edit it as you like.

How to go on:
1. Give each service its endpoints, in place of the commented examples. Until then the guards
   that look at it are Unknown, never green.
2. Go through the guards: is each the right promise, and strict enough?
3. `twiceshy check` looks, `twiceshy attest` records what only people can do, and
   `twiceshy status` says whether it could happen again.

Running `twiceshy propose` again adds guards for new actions and leaves the rest as you wrote it.
An action that has a guard keeps exactly the guards you left it with; delete its last one, and it
comes back.
"""

_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9 _./()'%+-]*[A-Za-z0-9_./()'%+-])?")
_PLAIN_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*#a\d+")
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_SHORT = 84


def clean(text: str) -> str:
    """`text` on one line, without anything that cannot stand in a YAML comment or string."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return re.sub(r"\s+", " ", printable).strip()


def scalar(value: Setting) -> str:
    """A value as YAML, on one line; a tuple as a flow list."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case tuple():
            return f"[{', '.join(_item(one) for one in value)}]"
        case str():
            text = clean(value)
            if _PLAIN.fullmatch(text) and text.lower() not in _RESERVED:
                return text
            return json.dumps(text, ensure_ascii=False)


def _item(value: str | int) -> str:
    return json.dumps(clean(value) if isinstance(value, str) else value, ensure_ascii=False)


def reference(text: str) -> str:
    """A `<report>#<action>` as YAML inside a flow list."""
    return text if _PLAIN_REF.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def comment(text: str) -> list[str]:
    """`text` as comment lines."""
    return [f"# {line}" for line in textwrap.wrap(clean(text), WIDTH - 6)]


def report_lines(report: ReportEntry) -> list[str]:
    """An entry of `reports:`, its comment first."""
    entry = f"- {scalar(report.path)}"
    if not report.id_is_file_name:
        entry = (
            f"- {{path: {json.dumps(report.path, ensure_ascii=False)}, "
            f"id: {json.dumps(report.id, ensure_ascii=False)}}}"
        )
    return [*(line for note in report.notes for line in comment(note)), entry]


def service_lines(service: ServiceEntry) -> list[str]:
    """An entry of `services:`."""
    lines = [f"{service.id}:"]
    if clean(service.summary or ""):
        lines.append(f"  summary: {scalar(service.summary or '')}")
    else:
        lines += ["  # The report names no service: say what this is.", "  summary: Not named"]
    if service.depends_on:
        lines.append(f"  depends_on: [{', '.join(service.depends_on)}]")
    return [*lines, "  # endpoints:", f"  #   main: {service.example}"]


def guard_lines(guard: GuardEntry) -> list[str]:
    """An entry of `guards:`, its comment first."""
    lines = [line for note in guard.notes for line in comment(note)]
    lines += [f"- id: {guard.id}", f"  kind: {guard.kind}", f"  target: {guard.target}"]
    if guard.promise:
        lines.append("  promise:")
        lines += [f"    {name}: {scalar(value)}" for name, value in guard.promise.items()]
    lines.append(f"  every: {guard.every}")
    lines += _because(guard.because)
    why = clean(guard.why)
    if len(why) <= _SHORT:
        return [*lines, f"  why: {scalar(why)}"]
    return [*lines, "  why: >-", *(f"    {line}" for line in textwrap.wrap(why, WIDTH - 8))]


def _because(refs: Iterable[str]) -> list[str]:
    written = [reference(ref) for ref in refs]
    flow = f"  because: [{', '.join(written)}]"
    if len(flow) <= WIDTH - 2:
        return [flow]
    return ["  because:", *(f"    - {ref}" for ref in written)]


def render(skeleton: Skeleton) -> str:
    """A new estate file."""
    lines = [f"# {line}".rstrip() for line in HEADER.splitlines()]
    lines += ["", "version: 1", ""]
    lines += _section("reports", (report_lines(one) for one in skeleton.reports), gap=False)
    lines += _section("services", (service_lines(one) for one in skeleton.services), gap=False)
    lines += _section("guards", (guard_lines(one) for one in skeleton.guards), gap=True)
    return "\n".join(lines).rstrip("\n") + "\n"


def _section(name: str, entries: Iterable[list[str]], *, gap: bool) -> list[str]:
    lines = [f"{name}:"]
    for number, entry in enumerate(entries):
        if gap and number:
            lines.append("")
        lines += [f"  {line}".rstrip() for line in entry]
    return [*lines, ""] if len(lines) > 1 else []


def guard_value(guard: GuardEntry) -> Mapping[str, object]:
    """A guard as plain values, for JSON and for flow style files."""
    return {
        "id": guard.id,
        "kind": guard.kind,
        "target": guard.target,
        "promise": {k: list(v) if isinstance(v, tuple) else v for k, v in guard.promise.items()},
        "every": guard.every,
        "because": list(guard.because),
        "why": clean(guard.why),
    }


def service_value(service: ServiceEntry) -> Mapping[str, object]:
    """A service as plain values."""
    value: dict[str, object] = {"summary": clean(service.summary or "") or "Not named"}
    if service.depends_on:
        value["depends_on"] = list(service.depends_on)
    return value


def report_value(report: ReportEntry) -> object:
    """A report's entry as a plain value."""
    return report.path if report.id_is_file_name else {"path": report.path, "id": report.id}


def replace_file(path: Path, text: str) -> None:
    """Put `text` at `path` in one step, keeping the file's mode; what was there stays on failure.

    A symbolic link keeps pointing where it does. Raises TheWorld when it cannot be written.
    """
    if path.exists() and not path.is_file():
        _write_in_place(path, text)
        return
    real = Path(os.path.realpath(path))
    try:
        handle, name = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.")
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(real.stat().st_mode & 0o7777 if real.exists() else _usual_mode())
        Path(name).replace(real)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        Path(name).unlink(missing_ok=True)


def _write_in_place(path: Path, text: str) -> None:
    """For a pipe or a device: to replace it would break it for everybody."""
    try:
        path.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise _unwritable(path, error) from error


def _usual_mode() -> int:
    """What a new file gets here: read and write, less what the process's mask takes away."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _unwritable(path: Path, error: OSError) -> TheWorld:
    return TheWorld(
        f"cannot write {path}: {error.strerror or error}",
        hint="nothing was changed; write to another place with -o FILE, or to the screen with -o -",
    )
