"""The door: picks the verb, and turns what goes wrong into one clear message and an exit code.

Little is imported before an interruption can be told apart from a bug, and of the verbs only the
one that is asked for.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import TYPE_CHECKING

from twiceshy import __version__
from twiceshy.cli import streams
from twiceshy.cli.ending import INTERRUPTED, Ending
from twiceshy.errors import BugInTwiceshy, TheWorld, TwiceshyError, YourInput

if TYPE_CHECKING:
    from typer import Typer

VERBS = (
    "read",
    "propose",
    "check",
    "status",
    "review",
    "approve",
    "apply",
    "confirm",
    "attest",
    "schema",
)
"""Each is a module of this package with a function `command`; only the one asked for is imported."""

GARBAGE_THRESHOLDS = (50_000, 50, 50)
"""Objects made before the collector looks, instead of 700: enough to bound the largest report."""

DEBUG = "TWICESHY_DEBUG"
"""An environment variable: set to anything, what was not foreseen shows its traceback."""

EPILOG = """Where to begin:

- `twiceshy read REPORT` shows what a postmortem says, and where the minutes went
- `twiceshy propose REPORT... -o twiceshy.yaml` turns its actions into guards
- `twiceshy check` looks whether they hold, and what to do where they do not
- `twiceshy status` tells whether it could happen again
- `twiceshy review --git origin/main..HEAD` judges a change before it is applied

Exit codes: 0 done, and all that was checked holds; 1 something is broken; 2 something is unknown;
3 wrong usage or configuration; 4 a disk or database stood in the way; 130 interrupted.
"""


def build_app(verbs: tuple[str, ...]) -> Typer:
    """The command line with these verbs on it."""
    import typer

    def print_version(wanted: bool) -> None:  # noqa: FBT001 - typer hands a flag's value positionally
        if wanted:
            typer.echo(f"twiceshy {__version__}")
            raise typer.Exit

    app = typer.Typer(
        name="twiceshy",
        help="Turns what a postmortem promises into guards that are checked for ever.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog=EPILOG,
    )

    @app.callback()
    def options(
        version: bool = typer.Option(  # noqa: FBT001 - read by its callback
            False,  # noqa: FBT003
            "--version",
            callback=print_version,
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
    # One pass and out: looking for garbage often would cost more than the memory it gives back.
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    with Ending() as ending:
        try:
            streams.secure()
            code = _run(sys.argv[1] if len(sys.argv) > 1 else "")
            sys.stdout.flush()
        except KeyboardInterrupt:
            code = INTERRUPTED
        except Exception as error:
            if os.environ.get(DEBUG) and not isinstance(error, TwiceshyError):
                raise
            told = _told(error)
            _complain(str(told))
            code = told.exit_code
        # The process ends here: looking through all that is left for garbage would only delay it.
        gc.freeze()
        sys.exit(ending.exit_code if code == INTERRUPTED else code)


def _run(asked: str) -> int:
    from typer.exceptions import TyperException

    app = build_app(_verbs_for(asked))
    try:
        code = app(standalone_mode=False)
    except TyperException as error:
        verb = f" {asked}" if asked in VERBS else ""
        # Without a verb the help was printed and there is nothing to add.
        if said := error.format_message():
            _complain(f"{said}\n\nhint: twiceshy{verb} --help")
        return YourInput.exit_code
    return code if isinstance(code, int) else 0


def _verbs_for(asked: str) -> tuple[str, ...]:
    if asked in VERBS:
        return (asked,)
    return () if asked == "--version" else VERBS


def _told(error: Exception) -> TwiceshyError:
    """What went wrong, for a person: what a verb did not foresee is a bug, and says where."""
    if isinstance(error, TwiceshyError):
        return error
    if isinstance(error, FileNotFoundError) and not error.filename:
        return TheWorld("the working folder is gone", hint="change to another one")
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        return TheWorld(f"{error.strerror or type(error).__name__}{where}")
    # Its own words may repeat a secret.
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "twiceshy" in frame.filename] or frames
    return BugInTwiceshy(
        f"a bug in Twiceshy: {type(error).__name__} at {ours[-1].filename}:{ours[-1].lineno}",
        hint=f"report it with the version ({__version__}); {DEBUG}=1 shows the traceback",
    )


def _complain(message: str) -> None:
    # A message repeats names that a user or a file gave; none of them may steer the terminal.
    shown = "".join(
        one if one.isprintable() or one == "\n" else one.encode("unicode_escape").decode()
        for one in message
    )
    sys.stderr.write(f"error: {shown}\n")
    sys.stderr.flush()
