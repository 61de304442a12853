"""`twiceshy.yaml` to an Estate, or to all of its mistakes at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from types import MappingProxyType

from twiceshy import kinds as built_in
from twiceshy.errors import UnreadableInput
from twiceshy.estate.document import MAX_BYTES, Mapping, Scalar, read_document
from twiceshy.estate.fields import Fields, describe
from twiceshy.estate.find import PROPOSE_HINT, find_estate
from twiceshy.estate.guards import read_guards
from twiceshy.estate.hosts import read_hosts
from twiceshy.estate.mistakes import InvalidEstate, Mistake, Mistakes
from twiceshy.estate.people import read_channels, read_people
from twiceshy.estate.references import Reference, check_cycles, check_references
from twiceshy.estate.report_sources import read_report_sources
from twiceshy.estate.services import read_services
from twiceshy.estate.targets import check_targets
from twiceshy.model.estate import Estate
from twiceshy.model.kind import Kind

__all__ = ["InvalidEstate", "Mistake", "find_estate", "load_estate", "read_estate"]

KEYS = ("version", "reports", "hosts", "services", "people", "channels", "guards")
VERSION = 1


def load_estate(path: str | Path, *, kinds: Iterable[Kind] | None = None) -> Estate:
    """Read an estate file.

    Raises UnreadableInput when the file cannot be opened, InvalidEstate with every mistake in it.
    `kinds` are the kinds that can be judged; all built ones when nothing is given.
    """
    file = str(path)
    try:
        with Path(path).open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise UnreadableInput(f"{file} does not exist", hint=PROPOSE_HINT) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise UnreadableInput(f"{file} cannot be read: {reason}") from error
    return read_estate(data, file, kinds=kinds)


def read_estate(data: bytes, file: str, *, kinds: Iterable[Kind] | None = None) -> Estate:
    """The estate in these bytes; `file` is its name for places and for relative report paths."""
    known_kinds = built_in.KINDS if kinds is None else {kind.id: kind for kind in kinds}
    mistakes = Mistakes(file)
    root = Fields(read_document(data, mistakes), "the estate", KEYS, mistakes)
    if not isinstance(root.node, Mapping):
        if not mistakes.found:
            mistakes.add(
                root.node, f"the file must be a mapping of keys, not {describe(root.node)}"
            )
        raise InvalidEstate(file, mistakes.found)
    _check_version(root)
    references: list[Reference] = []
    reports = read_report_sources(root)
    hosts = read_hosts(root)
    services = read_services(root, references)
    people = read_people(root, references)
    channels = read_channels(root, references)
    guards = read_guards(root, known_kinds, references)
    known: dict[str, Collection[str]] = {
        "report": dict.fromkeys(report.id for report in reports),
        "host": hosts,
        "service": services.services,
        "person": people,
        "channel": channels,
    }
    check_references(references, known, mistakes)
    check_cycles(services.depends_on, mistakes)
    check_targets(guards.targets, services.services, hosts, mistakes)
    if mistakes.found:
        raise InvalidEstate(file, mistakes.found)
    return Estate(
        path=file,
        reports=reports,
        hosts=MappingProxyType(hosts),
        services=MappingProxyType(services.services),
        people=MappingProxyType(people),
        channels=MappingProxyType(channels),
        guards=MappingProxyType(guards.guards),
    )


def _check_version(root: Fields) -> None:
    root.need("version", f"version: {VERSION}")
    node = root.values.get("version")
    if node is None or (
        isinstance(node, Scalar) and node.value is not True and node.value == VERSION
    ):
        return
    root.wrong("version", node, f"{describe(node)} is not a version", f"allowed: {VERSION}")
