"""`twiceshy schema`: what an estate file may say, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from twiceshy.cli.render.delivery import deliver

EXAMPLES = """Examples:

- `twiceshy schema -o twiceshy.schema.json`

Then the first line of twiceshy.yaml tells editors where it is:

`# yaml-language-server: $schema=twiceshy.schema.json`
"""


def command(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to this file instead."),
    ] = None,
) -> None:
    """Print the JSON Schema of twiceshy.yaml, with which editors complete and check it."""
    from twiceshy.estate.schema import estate_schema

    text = json.dumps(estate_schema(), indent=2, ensure_ascii=False) + "\n"
    deliver(text, output, for_people=False)
