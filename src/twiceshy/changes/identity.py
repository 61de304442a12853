"""A change's hash: what was approved is what is applied, byte for byte."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from twiceshy.changes.outcome import ChangedFile
from twiceshy.model.configuration import OUTPUTS, Configuration

_COUNTS = re.compile(rb"\[\d+:\d+\]|\bpackets \d+ bytes \d+|^#.*$|\bexpires \S+", re.MULTILINE)
"""What differs between two listings of the same rule set: counters, time stamps, what is left of
a time-out."""


def content_hash(content: bytes | None) -> str | None:
    """SHA-256 of a file in hexadecimal; None for no file."""
    return None if content is None else hashlib.sha256(content).hexdigest()


def identity(files: Iterable[ChangedFile], running: Mapping[str, str]) -> str:
    """SHA-256 in hexadecimal over each file's host, path and both contents, and over what ran.

    Of the permission bits only "executable" counts: git keeps no other.
    """
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda one: (one.host, one.stands_at)):
        told = (file.host, file.stands_at, file.before, file.after, file.is_executable)
        digest.update(repr(told).encode("utf-8", "surrogateescape"))
    for path, held in sorted(running.items()):
        digest.update(repr((path, held)).encode())
    return digest.hexdigest()


def running_hashes(configuration: Configuration) -> Mapping[str, str]:
    """What runs and is no file: path among `OUTPUTS` to the hash of its listing, less counters."""
    return MappingProxyType(
        {
            path: hashlib.sha256(b"".join(_COUNTS.sub(b"", content).split())).hexdigest()
            for path, content in configuration.files.items()
            if path in OUTPUTS
        }
    )
