"""Where the estate file is when nobody says: here, or in a folder above."""

from __future__ import annotations

from pathlib import Path

from twiceshy.errors import UnreadableInput

FILE_NAME = "twiceshy.yaml"
PROPOSE_HINT = f"write a first one from your reports: twiceshy propose REPORT -o {FILE_NAME}"


def find_estate(start: Path) -> Path:
    """The nearest `twiceshy.yaml` in `start` or a folder above it; raises UnreadableInput.

    A path inside `start`'s own tree stays relative when `start` is, so that messages stay short.
    """
    try:
        if (start / FILE_NAME).is_file():
            return start / FILE_NAME
        for folder in start.absolute().parents:
            if (folder / FILE_NAME).is_file():
                return folder / FILE_NAME
        here = start.absolute()
    except OSError as error:
        raise UnreadableInput(
            f"{FILE_NAME} cannot be looked for from the working folder: {error.strerror}",
            hint="change to another folder, or name the file",
        ) from error
    raise UnreadableInput(
        f"there is no {FILE_NAME} in {here} or a folder above it", hint=PROPOSE_HINT
    )
