"""The door: picks the verb, and turns what goes wrong into one clear message and an exit code."""

from __future__ import annotations

import importlib
import os
import sys

import typer
from typer.exceptions import TyperException

from twiceshy import __version__
from twiceshy.errors import TwiceshyError, YourInput

VERBS = ("read", "propose", "check", "status", "attest", "schema")
"""Each is a module of this package with a function `command`; only the one asked for is imported."""

INTERRUPTED = 130
"""128 + SIGINT, as shells report it."""


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer hands a flag's value positionally
    if wanted:
        typer.echo(f"twiceshy {__version__}")
        raise typer.Exit


def build_app(verbs: tuple[str, ...]) -> typer.Typer:
    """The command line with these verbs on it."""
    app = typer.Typer(
        name="twiceshy",
        help="Turns what a postmortem promises into guards that are checked for ever.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def options(
        version: bool = typer.Option(  # noqa: ARG001, FBT001 - read by its callback
            False,  # noqa: FBT003
            "--version",
            callback=_version,
            is_eager=True,
            help="Print the version.",
        ),
    ) -> None:
        """Turns what a postmortem promises into guards that are checked for ever."""

    for verb in verbs:
        module = importlib.import_module(f"twiceshy.cli.{verb}")
        app.command(verb, epilog=getattr(module, "EXAMPLES", None))(module.command)
    return app


def main() -> None:
    """Run the command line and leave with its exit code."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        app = build_app((asked,) if asked in VERBS else VERBS)
        code = app(standalone_mode=False)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except TyperException as error:
        verb = f" {asked}" if asked in VERBS else ""
        # Without a verb the help was printed and there is nothing to add.
        if said := error.format_message():
            typer.echo(f"error: {said}\n\nhint: twiceshy{verb} --help", err=True)
        sys.exit(YourInput.exit_code)
    except TwiceshyError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)
