"""The main job as `make run` does it: it ends by itself, shows all verdicts and leaves nothing."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "examples")


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    code: int
    shown: str
    complained: str
    left_behind: tuple[Path, ...]


def environment(place: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(place)}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    place = tmp_path_factory.mktemp("run")
    ended = subprocess.run(
        COMMAND,
        cwd=ROOT,
        env=environment(place),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(ended.returncode, ended.stdout, ended.stderr, tuple(place.iterdir()))


def part(done: Done, number: int) -> str:
    return done.shown.split(f"== {number} of ")[1].split("\n== ")[0]


def test_it_ends_well_and_leaves_no_file(done: Done) -> None:
    assert (done.code, done.left_behind) == (0, ()), done.complained
    assert "Traceback" not in done.complained
    assert not list((ROOT / "examples").glob("**/*.db*"))


def test_each_step_says_its_command(done: Done) -> None:
    assert re.findall(r"^\$ twiceshy (\w+)", done.shown, re.MULTILINE) == [
        "read",
        "read",
        "propose",
        "review",
        "check",
        "attest",
        "check",
        "status",
    ]


def test_it_shows_where_the_minutes_went_and_compares_the_five(done: Done) -> None:
    assert "WHERE THE MINUTES WENT" in part(done, 1)
    assert "5 reports compared" in part(done, 2)
    for report in (ROOT / "examples" / "reports").iterdir():
        assert report.stem in part(done, 2)


def test_the_change_that_stopped_the_mail_is_refused_with_a_packet_and_the_line(done: Done) -> None:
    assert re.search(r"breaks +mail-passes-the-firewall .*critical", part(done, 4))
    assert re.search(r"after/etc/nftables.conf:\d+", part(done, 4))


def test_every_action_gets_a_guard(done: Done) -> None:
    assert "unguarded" not in part(done, 8)
    assert "new in the file" in done.complained


@pytest.mark.parametrize(
    "seen",
    [
        r"broken +notification-mail-certificate .*critical\n +the certificate expired",
        r"broken +website-certificate .*warning\n +the certificate ends .* \(in 9 days\), 21 days",
        r"holds +api-certificate .*\n +1 address serves a valid certificate",
        r"holds +website-moves-to-https .*\n.* status 301",
        r"holds +shop-answers .*\n.* status 200",
        r"holds +login-answers .*\n.* status 200",
        r"unknown +\S+ +signal ",
    ],
)
def test_the_check_of_real_servers_shows(done: Done, seen: str) -> None:
    assert re.search(seen, part(done, 5)), part(done, 5)


def test_what_was_attested_holds(done: Done) -> None:
    assert "recorded: certificate-audit" in part(done, 6)
    assert re.search(r"holding +a4 .*\n(?: .*\n)* +· held by certificate-audit", part(done, 8))


def test_what_it_shows_fits_the_screen(done: Done) -> None:
    too_wide = [line for line in done.shown.splitlines() if len(line) > 100]
    assert not too_wide


def test_the_status_page_says_that_it_could_happen_again_and_why(done: Done) -> None:
    assert "This could happen again because" in part(done, 8)
    for report in (ROOT / "examples" / "reports").iterdir():
        assert report.stem in part(done, 8)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        COMMAND,
        cwd=ROOT,
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        yield process


@pytest.mark.parametrize(
    ("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM)]
)
def test_it_cleans_up_when_it_is_interrupted(
    started: subprocess.Popen[str], tmp_path: Path, stop: signal.Signals, code: int
) -> None:
    assert started.stdout is not None
    for line in started.stdout:
        if line.startswith("== 4 of "):
            break
    os.killpg(started.pid, stop)
    # Both pipes are read to their end, so whatever it had started has ended too.
    _, complained = started.communicate()
    assert (started.returncode, list(tmp_path.iterdir())) == (code, []), complained
    assert "Traceback" not in complained
