"""Reads nft text: files of a host in order, or a change against what is loaded already."""

from __future__ import annotations

from collections.abc import Sequence

from twiceshy.languages.firewall.nft.commands import script
from twiceshy.languages.firewall.nft.cursor import Cursor, Scope
from twiceshy.languages.firewall.nft.includes import source_of
from twiceshy.languages.firewall.nft.lowering import lower
from twiceshy.languages.firewall.nft.quiet import no_collection
from twiceshy.languages.firewall.nft.reading import Reading
from twiceshy.languages.firewall.nft.state import NftState
from twiceshy.languages.firewall.ruleset import Ruleset
from twiceshy.model.configuration import Configuration


def read_nft(
    data: bytes,
    path: str,
    configuration: Configuration,
    state: NftState | None = None,
    *,
    leave_out_foreign: bool = False,
) -> Ruleset:
    """The rule set that loading a file with `nft -f` leaves.

    `path` is the file's absolute path on the host; files that it includes are looked up in the
    configuration. `state` is what is loaded already, from `read_nft_state`; None: nothing.
    `leave_out_foreign`: without tables that iptables-nft manages (else each is a Problem), for a
    caller who has what iptables-save says of them.
    """
    loaded = read_nft_state([(path, data)], configuration, state)
    return lower(loaded, leave_out_foreign=leave_out_foreign)


def read_nft_files(
    files: Sequence[tuple[str, bytes]],
    configuration: Configuration,
    *,
    leave_out_foreign: bool = False,
) -> Ruleset:
    """The rule set that loading several files one after the other leaves."""
    return lower(read_nft_state(files, configuration), leave_out_foreign=leave_out_foreign)


def read_nft_state(
    files: Sequence[tuple[str, bytes]],
    configuration: Configuration,
    state: NftState | None = None,
) -> NftState:
    """What the kernel holds after loading files; `state` itself stays as it was."""
    reading = Reading(
        configuration,
        NftState() if state is None else state.copy(),
        is_change=state is not None,
    )
    with no_collection():
        for path, data in files:
            reading.stack[:] = [path]
            script(reading, Cursor(source_of(reading, data, path), Scope()))
    return reading.state
