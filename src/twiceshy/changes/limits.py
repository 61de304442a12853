"""How much of a change is read: enough for any configuration, and no more."""

from __future__ import annotations

MOST_FILES = 50_000
LARGEST_FILE_BYTES = 64 * 1024 * 1024
"""A larger one is Unseen, and says so."""
MOST_BYTES = 256 * 1024 * 1024
"""Of all files of one side together."""
DEEPEST_FOLDERS = 64


_CONTENT = ", content "


def too_large(size_bytes: int, content: str | None = None) -> str:
    """Why a file of that size was not read; `content` is what names its content, if known."""
    named = "" if content is None else f"{_CONTENT}{content}"
    return f"it is larger than {LARGEST_FILE_BYTES // 1024 // 1024} MiB ({size_bytes} bytes{named})"


def tells_content(why: str) -> bool:
    """Whether two files that were not read for this same reason have the same content."""
    return _CONTENT in why
