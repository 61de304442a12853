"""The roots to trust: the system's own store or a PEM file, read once for each version of it."""

from __future__ import annotations

import os
import ssl
import stat
from functools import cache, lru_cache
from pathlib import Path

from twiceshy.kinds.certificate.facts import TrustStore
from twiceshy.kinds.certificate.read import certificates_in

SYSTEM = "system"
_MOST_BYTES = 16 * 1024 * 1024

_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where Debian, Fedora, SUSE and Alpine keep all roots in one file."""


def trust_store(name: str, estate_path: str) -> TrustStore:
    """The store called `system`, or the one in the PEM file `name`.

    Relative names start at the folder of `estate_path`.
    """
    path = _system_bundle() if name == SYSTEM else _place(name, estate_path)
    if path is None:
        return TrustStore(SYSTEM, (), "this host has no file of trusted roots")
    try:
        status = os.stat(path)  # noqa: PTH116 - its result is the cache's key
    except (OSError, ValueError) as error:
        return TrustStore(name, (), _why(error))
    if not stat.S_ISREG(status.st_mode):
        return TrustStore(name, (), "not a regular file")
    return _read(name, path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=32)
def _read(name: str, path: str, _modified_ns: int, size: int) -> TrustStore:
    if size > _MOST_BYTES:
        return TrustStore(name, (), f"larger than {_MOST_BYTES} bytes")
    try:
        return TrustStore(name, certificates_in(Path(path).read_bytes()))
    except (OSError, ValueError) as error:
        return TrustStore(name, (), _why(error))


@lru_cache(maxsize=32)
def _place(name: str, estate_path: str) -> str:
    return str(Path(estate_path).parent / Path(name).expanduser())


@cache
def _system_bundle() -> str | None:
    """The file that OpenSSL would use (SSL_CERT_FILE included), else the distribution's."""
    default = ssl.get_default_verify_paths().cafile
    candidates = (*((default,) if default else ()), *_BUNDLES)
    return next((path for path in candidates if Path(path).is_file()), None)


def _why(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
