"""systemd unit files with their drop-ins; after systemd.syntax(7) and systemd.unit(5)."""

from __future__ import annotations

from dataclasses import dataclass

_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Assignment:
    """One `Key=value` of a unit."""

    section: str
    key: str
    value: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as systemd would load it: its file, then its drop-ins."""

    name: str
    path: str
    assignments: tuple[Assignment, ...]
    is_masked: bool = False
    """A link to /dev/null, or an empty file: systemd never starts it."""

    def all(self, section: str, key: str) -> tuple[Assignment, ...]:
        """The values of a setting that may be given more than once; an empty one begins anew."""
        found: list[Assignment] = []
        for one in self.assignments:
            if (one.section, one.key) == (section, key):
                found = [*found, one] if one.value else []
        return tuple(found)

    def last(self, section: str, key: str) -> Assignment | None:
        """The value of a setting that counts once: the last one."""
        found = self.all(section, key)
        return found[-1] if found else None


def read_assignments(path: str, data: bytes) -> tuple[Assignment, ...]:
    """The assignments of one unit file or drop-in; other lines are passed over, as systemd does."""
    found: list[Assignment] = []
    section, pending, began = "", "", 0
    lines = data[:_MOST_BYTES].decode("utf-8", "replace").splitlines()
    for number, line in enumerate(lines, 1):
        bare = line.strip()
        if bare.startswith(("#", ";")) or (not bare and not pending):
            continue
        began = began if pending else number
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        whole, pending = (pending + line).strip(), ""
        if whole.startswith("[") and whole.endswith("]"):
            section = whole[1:-1]
        elif "=" in whole and section:
            key, _, value = whole.partition("=")
            found.append(Assignment(section, key.strip(), value.strip(), path, began))
    return tuple(found)
