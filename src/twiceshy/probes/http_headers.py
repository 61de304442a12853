"""The headers of a request, with the secret ones read from where they are kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from twiceshy.kinds.http.promise import is_secret_source
from twiceshy.probes.http_chain import Headers

LARGEST_SECRET_BYTES = 8192


@dataclass(frozen=True, slots=True)
class Missing:
    """A secret that could not be read: names its source, never its value."""

    why: str
    next_step: str


def read_headers(wanted: Mapping[str, str], folder: Path) -> Headers | Missing:
    """Fill in the headers; a relative `file:` is looked for in `folder`, the estate file's."""
    plain: dict[str, str] = {}
    secret: dict[str, str] = {}
    for name, value in wanted.items():
        if not is_secret_source(value):
            plain[name] = value
            continue
        found = _read(value, folder)
        if isinstance(found, Missing):
            return found
        secret[name] = found
    return Headers(plain, secret)


def _read(source: str, folder: Path) -> str | Missing:
    scheme, _, place = source.partition(":")
    if scheme == "env":
        value = os.environ.get(place)
        if value is None:
            why = f"the environment variable {place}, which holds a header's secret, is not set"
            return Missing(why, f"Set {place} where twiceshy runs.")
    else:
        path = folder / Path(place).expanduser()
        try:
            # A pipe would keep every other look waiting until somebody writes to it.
            if path.exists() and not path.is_file():
                return Missing(
                    f"a header's secret could not be read from {path} (not a regular file)",
                    f"Keep the secret in a file: {path} is none.",
                )
            with path.open("rb") as file:
                value = file.read(LARGEST_SECRET_BYTES + 1).decode("utf-8")
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or "not UTF-8"
            return Missing(
                f"a header's secret could not be read from {path} ({reason})",
                f"Make {path} readable for twiceshy.",
            )
    value = value.strip()
    if (
        not value
        or len(value) > LARGEST_SECRET_BYTES
        or not (value.isascii() and value.isprintable())
    ):
        return Missing(
            f"what {source} holds cannot be the value of a header",
            "Keep the secret there alone, on one line of printable ASCII.",
        )
    return value
