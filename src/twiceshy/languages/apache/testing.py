"""What `<IfModule>`, `<IfDefine>` and `<IfVersion>` come to while a configuration is read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from twiceshy.languages.apache.directive import Directive

BUILT_IN = frozenset(
    {
        "core_module",
        "core.c",
        "http_module",
        "http_core.c",
        "so_module",
        "mod_so.c",
        "watchdog_module",
        "mod_watchdog.c",
        "log_config_module",
        "mod_log_config.c",
        "logio_module",
        "mod_logio.c",
        "version_module",
        "mod_version.c",
        "unixd_module",
        "mod_unixd.c",
    }
)
"""Modules that Debian's apache2 has without loading them."""
MAJOR_MINOR = (2, 4)
_COMPARED = re.compile(r"(?:(?P<sign>=|==|>|>=|<|<=|!?~|!=)\s+)?(?P<version>\d+(?:\.\d+){0,2})")


@dataclass(slots=True)
class Known:
    """What has been said so far."""

    defined: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)

    def load(self, name: str, file: str) -> None:
        """Note a LoadModule: known by its identifier and by the name of its source file."""
        self.modules.add(name)
        self.modules.add(f"{file.rpartition('/')[2].removesuffix('.so')}.c")

    def value(self, name: str, otherwise: str) -> str:
        """The value of `${name}`."""
        return self.defined.get(name, self.environment.get(name, otherwise))


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a test holds (None: not known here), and why."""

    holds: bool | None
    why: str


def answer_to(opening: Directive, known: Known) -> Answer:
    """Decide the test that opens a block."""
    argument = " ".join(word.text for word in opening.words).strip()
    negated = argument.startswith("!")
    name = argument.removeprefix("!")
    match opening.key:
        case "ifmodule":
            loaded = name in known.modules or name in BUILT_IN
            said = f"{name} is {'' if loaded else 'not '}loaded above it"
            return Answer(loaded is not negated, said)
        case "ifdefine":
            defined = name in known.defined
            said = f"{name} is {'' if defined else 'not '}defined above it or by -D"
            return Answer(defined is not negated, said)
        case "ifversion":
            return _version(argument)
    return Answer(None, f"<{opening.written}> is not decided here")


def _version(argument: str) -> Answer:
    found = _COMPARED.fullmatch(argument.strip())
    if found is None or "~" in (found["sign"] or ""):
        return Answer(None, f"<IfVersion {argument[:40]}> is not decided here")
    parts = tuple(int(part[:9]) for part in found["version"].split("."))
    sign = found["sign"] or "="
    if parts[:2] == MAJOR_MINOR and len(parts) > len(MAJOR_MINOR):
        return Answer(None, f"<IfVersion {argument[:40]}> depends on the exact version")
    here = MAJOR_MINOR[: len(parts)]
    answers = {
        "=": here == parts[:2],
        "==": here == parts[:2],
        "!=": here != parts[:2],
        ">": here > parts[:2],
        ">=": here >= parts[:2],
        "<": here < parts[:2],
        "<=": here <= parts[:2],
    }
    return Answer(answers[sign], f"the version is taken to be {'.'.join(map(str, MAJOR_MINOR))}")
