"""cli.ini: defaults for every run of certbot, one option a line.

`name = value`, `name: value`, `name value`, or a bare `name` for a switch; `#`, `;` and section
lines are comments. Source: ConfigArgParse's DefaultConfigFileParser, which certbot uses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from twiceshy.languages.certbot.setting import MOST_BYTES, Fault, Setting

_KEY = re.compile(r"[^:=;#\s]+")
_COMMENT = re.compile(r"\s[;#]")


def read_cli_ini(data: bytes) -> tuple[Mapping[str, Setting], tuple[Fault, ...]]:
    """The options by their names with `-` for `_`, the last of each; and lines that are none."""
    settings: dict[str, Setting] = {}
    faults: list[Fault] = []
    if len(data) > MOST_BYTES:
        return {}, (Fault(1, f"{len(data)} bytes are more than any cli.ini has"),)
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text[0] in "#;[" or text.startswith("---"):
            continue
        found = _KEY.match(text.removeprefix("--"))
        if found is None:
            faults.append(Fault(number, "this is no option"))
            continue
        rest = text.removeprefix("--")[found.end() :].strip()
        settings[found[0].replace("_", "-")] = Setting(_value(rest), number)
    return settings, tuple(faults)


def _value(rest: str) -> str:
    if not rest or rest[0] in ";#":
        return "true"
    value = rest[1:].strip() if rest[0] in ":=" else rest
    comment = _COMMENT.search(value)
    if comment is not None:
        value = value[: comment.start()].strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value
