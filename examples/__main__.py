"""The main job, done with the commands a user types: five reports in, one status page out.

Everything happens in a folder of its own, which is removed at the end, and on loopback.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from examples.servers import servers

HERE = Path(__file__).parent
TWICESHY = Path(sys.executable).with_name("twiceshy")
COMPARISON = "reports compared"
COUNT = "(checked from"
SOME = tuple(
    word for kind in ("certificate", "http", "signal") for word in ("--only", f"kind:{kind}")
)
REVIEW = ("review", "--before", "before", "--after", "after", "--no-journal")
RECORD = ("--evidence", "https://wiki.example.org/audits/7")
STEPS = 8
SOMETHING_BROKEN = 1
INTERRUPTED = 130


def main() -> int:
    """Do the steps; 0 when each command ended as it should."""
    if not TWICESHY.exists():
        print(f"error: {TWICESHY} is not there\n\nhint: make run", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="twiceshy-example-") as folder:
        place = Path(folder)
        shutil.copytree(HERE / "reports", place / "reports")
        shutil.copytree(HERE / "changes/mail-firewall", place / "changes/mail-firewall")
        estate = Path(shutil.copy(HERE / "twiceshy.yaml", place))
        _step(1, "read a postmortem: where did the minutes go, and what is wrong with it?")
        _twiceshy(place, "read", "reports/mail-certificate-2024.md")
        _step(2, "read all five and compare them (shown: the comparison)")
        _twiceshy(place, "read", "reports", shown_from=COMPARISON)
        _step(3, "turn every action of the five into guards, beside those written by hand")
        _twiceshy(place, "propose", "reports", "--estate", "twiceshy.yaml")
        _step(4, "a change of the firewall is proposed: what would it break?")
        _twiceshy(place / "changes/mail-firewall", *REVIEW, ends_with=SOMETHING_BROKEN)
        _step(5, "start the estate's real servers, and look at some of them")
        with servers(estate, _now()) as started:
            for site in started:
                print(f"  {site}")
            _twiceshy(place, "check", *SOME, ends_with=SOMETHING_BROKEN)
            _step(6, "record what only people can do: the certificates have been audited")
            _twiceshy(place, "attest", "certificate-audit", "--by", "mail-team", *RECORD)
            _step(7, "check all guards, for the journal (shown: the last line)")
            _twiceshy(place, "check", shown_from=COUNT, ends_with=SOMETHING_BROKEN)
        _step(8, "could it happen again?")
        _twiceshy(place, "status")
    return 0


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - certificates are made for the day they are used on


def _step(number: int, what: str) -> None:
    print(f"\n== {number} of {STEPS}: {what}", flush=True)


class _EndedWrongly(Exception):
    """A command did not end with the code it should."""


def _twiceshy(
    place: Path, *arguments: str, ends_with: int = 0, shown_from: str | None = None
) -> None:
    """Run it as a user would; `shown_from` leaves out what stands before the line with that text."""
    print(f"$ twiceshy {' '.join(arguments)}\n", flush=True)
    command = [str(TWICESHY), *arguments]
    output = None if shown_from is None else subprocess.PIPE
    with subprocess.Popen(
        command, cwd=place, stdin=subprocess.DEVNULL, stdout=output, text=True
    ) as running:
        try:
            printed, _ = running.communicate()
        finally:
            # Whatever ends us, it does not go on alone; once it has ended this does nothing.
            running.terminate()
            running.wait()
    if shown_from is not None:
        print(_from(shown_from, printed), flush=True)
    if running.returncode != ends_with:
        raise _EndedWrongly(
            f"twiceshy {' '.join(arguments)} ended with {running.returncode}, not {ends_with}"
        )


def _from(text: str, output: str) -> str:
    lines = output.splitlines()
    return "\n".join(lines[next((n for n, line in enumerate(lines) if text in line), 0) :])


def _terminated(_number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _terminated)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except _EndedWrongly as error:
        sys.exit(f"error: {error}")
