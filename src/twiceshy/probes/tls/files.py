"""Files that the served chain is held against: certificates on disk, and revocation lists.

A file is named by its path (on the host that checks, relative to the folder of twiceshy.yaml) or
as `host:path` for a host of the estate. Only certificates are kept of what is read, never a key.
"""

from __future__ import annotations

from pathlib import Path

from twiceshy.kinds.certificate.facts import NotRead, OnDisk, RevocationList
from twiceshy.kinds.certificate.read import certificates_in
from twiceshy.model.estate import Estate, Host
from twiceshy.model.fact import Unseen
from twiceshy.model.ids import HostId
from twiceshy.probes.reach import read_file
from twiceshy.probes.view import View

_MOST_BYTES = 16 * 1024 * 1024
_HERE = Host(HostId("this host"))


async def on_disk(source: str, estate: Estate, view: View) -> OnDisk | NotRead:
    """The certificates of a PEM file."""
    data = await _read(source, estate, view)
    if isinstance(data, Unseen):
        return NotRead(source, data.why)
    try:
        return OnDisk(source, certificates_in(data))
    except ValueError as error:
        return NotRead(source, str(error))


async def revocation_list(source: str, estate: Estate, view: View) -> RevocationList | NotRead:
    """A revocation list, in PEM or DER."""
    data = await _read(source, estate, view)
    return NotRead(source, data.why) if isinstance(data, Unseen) else RevocationList(source, data)


async def _read(source: str, estate: Estate, view: View) -> bytes | Unseen:
    host, path = _place(source, estate)
    return await read_file(host, path, view, limit_bytes=_MOST_BYTES)


def _place(source: str, estate: Estate) -> tuple[Host, str]:
    before, colon, path = source.partition(":")
    host = estate.hosts.get(HostId(before)) if colon else None
    if host is not None:
        return host, path
    return _HERE, str(Path(estate.path).parent / Path(source).expanduser())
