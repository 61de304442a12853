"""The pages of the documentation, and the commands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (?P<line>.*?)(?:\s+# exit code (?P<code>\d+))?$", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Command:
    """A line that a page tells its reader to type, and how it ends."""

    line: str
    code: int


@dataclass(frozen=True)
class Page:
    """One page of the documentation."""

    path: Path

    @property
    def name(self) -> str:
        """Its path in the tree."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        """What it says."""
        return self.path.read_text(encoding="utf-8")

    @property
    def commands(self) -> tuple[Command, ...]:
        """Those in its `sh` blocks, in order."""
        return tuple(
            Command(found["line"], int(found["code"] or 0))
            for block in _FENCE.findall(self.text)
            for found in _COMMAND.finditer(block)
        )

    @property
    def links(self) -> tuple[Path, ...]:
        """What it links to in the tree, whether it is there or not."""
        targets = (link.split("#")[0] for link in _LINK.findall(self.text))
        return tuple(
            (self.path.parent / target).resolve()
            for target in targets
            if target and "://" not in target
        )


PAGES = tuple(Page(path) for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]))
BY_NAME = {page.name: page for page in PAGES}
