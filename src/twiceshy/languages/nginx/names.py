"""Which files of a configuration a pattern stands for, as glob(3) finds them."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from twiceshy.languages.nginx.tree import normal
from twiceshy.model.configuration import Configuration

_MAGIC = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Names:
    """The paths of all files, those that could not be read too, sorted by bytes."""

    by_folder: Mapping[str, tuple[str, ...]]
    every: tuple[str, ...]

    @classmethod
    def of(cls, configuration: Configuration) -> Names:
        """The names in a configuration."""
        every = sorted({*configuration.files, *configuration.unseen}, key=_bytes)
        by_folder: dict[str, list[str]] = {}
        for path in every:
            by_folder.setdefault(path.rpartition("/")[0], []).append(path)
        return cls({folder: tuple(paths) for folder, paths in by_folder.items()}, tuple(every))

    def matching(self, pattern: str) -> Iterator[str]:
        """What glob(3) finds; no wildcard matches a slash or a dot at the beginning of a name."""
        pattern = normal(pattern)
        folder, _, _ = pattern.rpartition("/")
        candidates = self.every if _MAGIC.search(folder) else self.by_folder.get(folder, ())
        wanted = pattern.split("/")
        tests = [re.compile(fnmatch.translate(step)).match for step in wanted]
        for path in candidates:
            steps = path.split("/")
            if len(steps) == len(wanted) and all(
                test(step) and (step[:1] != "." or form[:1] == ".")
                for test, step, form in zip(tests, steps, wanted, strict=True)
            ):
                yield path


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
