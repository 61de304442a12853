"""main.cf: `name = value`, the last one counts (postconf(5))."""

from __future__ import annotations

import re
from dataclasses import dataclass

from twiceshy.languages.postfix.lines import MOST_BYTES, logical_lines
from twiceshy.languages.postfix.setting import Problem, Setting
from twiceshy.model.place import Place

MOST_SETTINGS = 5_000
_ASSIGNMENT = re.compile(r"(?P<name>[^\s=]+)\s*=\s*(?P<value>.*?)\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class MainFile:
    """What one main.cf says, in its order."""

    settings: tuple[Setting, ...]
    problems: tuple[Problem, ...] = ()


def read_main(content: bytes, shown: str) -> MainFile:
    """Read one main.cf; `shown` is its name in places."""
    if len(content) > MOST_BYTES:
        why = f"the file is longer than the {MOST_BYTES // 1024 // 1024} MiB that are read"
        return MainFile((), (Problem(why, Place(shown, 1), is_fatal=False),))
    settings: list[Setting] = []
    problems: list[Problem] = []
    for line in logical_lines(content.decode("utf-8", "replace"), shown):
        if len(settings) + len(problems) >= MOST_SETTINGS:
            why = f"there are more than the {MOST_SETTINGS} settings that are read"
            problems.append(Problem(why, line.at(0), is_fatal=False))
            break
        found = _ASSIGNMENT.match(line.text)
        if line.is_orphan:
            why = "the first line begins with white space: there is no line that it goes on with"
            problems.append(Problem(why, line.at(0)))
        elif found is None:
            word = line.text.split(None, 1)[0][:40]
            problems.append(Problem(f"{word!r} is followed by no '='", line.at(0)))
        else:
            value = found["value"]
            settings.append(Setting(found["name"], value, line, 0, found.start("value")))
    return MainFile(tuple(settings), tuple(problems))
