"""How much of a change is read: enough for any configuration, and no more."""

from __future__ import annotations

MOST_FILES = 50_000
LARGEST_FILE_BYTES = 64 * 1024 * 1024
"""A larger one is Unseen, and says so."""
MOST_BYTES = 256 * 1024 * 1024
"""Of all files of one side together."""
DEEPEST_FOLDERS = 64


def too_large(size_bytes: int) -> str:
    """Why a file of that size was not read."""
    return f"it is larger than {LARGEST_FILE_BYTES // 1024 // 1024} MiB ({size_bytes} bytes)"
