"""A secret that was read with the settings: carried to where it is used, and shown nowhere."""

from __future__ import annotations

from typing import NoReturn

MASK = "***"


class Masked:
    """Text that looks like `***` to everybody who does not ask for it by `reveal`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself: for logging in, and for nothing that is kept or shown."""
        return self._text

    def __repr__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Masked) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")
