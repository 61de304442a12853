"""Options that several verbs share: the same name, the same words, the same variable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EstateFile = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="The estate file; twiceshy.yaml here or above by default."),
]
EstateOption = Annotated[
    Path | None,
    typer.Option(
        "--estate", metavar="FILE", help="The estate file; twiceshy.yaml here or above by default."
    ),
]
OutputFile = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write there, in one step."),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        envvar="TWICESHY_DATABASE",
        help="The journal: sqlite:///FILE or postgresql://...; a file beside the estate by default.",
    ),
]
