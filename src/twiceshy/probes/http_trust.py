"""TLS settings that trust the promised roots, made once for each version of their file.

Reading a hundred and more roots takes longer than a whole request, and a sweep has many of them.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from twiceshy.kinds.http.promise import Promise

SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class NoRoots:
    """The trusted roots could not be read: why, and what to do."""

    why: str
    next_step: str


def verifying(promise: Promise, folder: Path) -> ssl.SSLContext | NoRoots:
    """Settings that verify against `promise.roots`; a relative path is looked for in `folder`."""
    if promise.roots == SYSTEM:
        return _system()
    path = folder / Path(promise.roots).expanduser()
    try:
        if path.exists() and not path.is_file():
            return _unreadable(path, "not a regular file")
        version = path.stat()
        return _from_file(path, version.st_mtime_ns, version.st_size)
    except ssl.SSLError:
        return _unreadable(path, "it holds no certificates in PEM form")
    except (OSError, ValueError) as error:
        return _unreadable(path, (error.strerror if isinstance(error, OSError) else "") or "a path")


@lru_cache(maxsize=1)
def not_verifying() -> ssl.SSLContext:
    """Settings that take any certificate, to see what lies behind a refused one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _unreadable(path: Path, reason: str) -> NoRoots:
    return NoRoots(
        f"the roots could not be read from {path} ({reason})",
        "Correct `roots`: a file of trusted certificates in PEM form.",
    )


@lru_cache(maxsize=16)
def _from_file(path: Path, _modified_ns: int, _size: int) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=path)
    return context


def _system() -> ssl.SSLContext | NoRoots:
    paths = ssl.get_default_verify_paths()
    places = tuple(Path(place) for place in (paths.cafile, paths.capath) if place)
    versions = tuple((place, place.stat().st_mtime_ns) for place in places if place.exists())
    context, has_roots = _of_the_system(versions)
    if has_roots:
        return context
    return NoRoots(
        "this host has no trusted root certificates, so that every server looks untrusted",
        "Install the package ca-certificates, or name a file in `roots`.",
    )


@lru_cache(maxsize=4)
def _of_the_system(places: tuple[tuple[Path, int], ...]) -> tuple[ssl.SSLContext, bool]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    # Roots in a folder are read when they are needed; until then only their files show.
    in_folders = any(next(place.glob("*.0"), None) for place, _ in places)
    return context, bool(context.cert_store_stats()["x509_ca"]) or in_folders
