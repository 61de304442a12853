"""Disks that are full, files that may not be written, are no database, or are used by others."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from twiceshy.errors import JournalUnavailable
from twiceshy.model.fact import Attestation
from twiceshy.model.ids import GuardId
from twiceshy.model.verdict import Holds
from twiceshy.store.location import Location, located
from twiceshy.store.opening import open_journal
from twiceshy.store.records import Observation, Run

MakeRun = Callable[..., Run]
MakeSeen = Callable[..., Observation]
MAIL = GuardId("mail")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

RECORDER = """
    import resource, sys
    from datetime import UTC, datetime, timedelta
    from twiceshy.errors import TwiceshyError
    from twiceshy.model.guard import Guard
    from twiceshy.model.ids import GuardId, KindId
    from twiceshy.model.verdict import Holds
    from twiceshy.store.location import located
    from twiceshy.store.opening import open_journal
    from twiceshy.store.records import Observation, Run

    url, prefix, count, runs, largest = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
    if largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    try:
        for number in range(runs):
            at = noon + timedelta(minutes=number)
            with open_journal(located(url)) as journal:
                turns = journal.record(
                    Run(at, at, "desk", "0.1.0"),
                    [
                        Observation(
                            Guard(GuardId(f"{prefix}{n}"), KindId("host"), "x", {}, noon - noon),
                            Holds("x" * 500), at, "desk", 0.1,
                        )
                        for n in range(count)
                    ],
                )
            print(len(turns))
    except TwiceshyError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
"""


def _recorder(
    location: Location, prefix: str, *, count: int, runs: int = 1, largest: int = 0
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(RECORDER),
            location.url,
            prefix,
            *map(str, (count, runs, largest)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.fixture
def kept(tmp_path: Path, run_at: MakeRun, seen: MakeSeen) -> Location:
    """A journal that has recorded that mail holds."""
    location = located(f"sqlite:///{tmp_path}/journal.db")
    with open_journal(location) as journal:
        journal.record(run_at(), [seen("mail", Holds("fine"))])
    return location


def _still_kept(location: Location) -> bool:
    with open_journal(location, reading=True) as journal:
        return journal.latest([MAIL])[MAIL].verdict == "holds"


def test_a_full_disk_is_one_clear_error_and_loses_nothing_earlier(kept: Location) -> None:
    assert kept.file is not None
    size = kept.file.stat().st_size
    code, out, err = _ended(_recorder(kept, "g", count=2000, largest=size + 200_000))
    assert (code, out) == (4, "")
    assert err.startswith("error: cannot write the journal")
    assert "no room left" in err
    assert "hint: make room on the disk" in err
    assert "Traceback" not in err
    assert _still_kept(kept)
    with open_journal(kept) as journal:
        assert journal.latest([GuardId("g0")]) == {}


def test_a_disk_that_is_full_from_the_start_is_one_clear_error(tmp_path: Path) -> None:
    location = located(f"sqlite:///{tmp_path}/new.db")
    code, _, err = _ended(_recorder(location, "g", count=1, largest=4096))
    assert code == 4
    assert err.startswith("error: cannot open the journal")
    assert "Traceback" not in err


def _as_nobody(work: Callable[[], str]) -> str:
    """What `work` returns, or its error, in a fork where permissions count: root gets past them."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            said = work()
        except BaseException as error:  # noqa: BLE001 - a fork must end here, whatever happens
            said = f"{type(error).__name__}: {error}"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        said = told.read()
    os.waitpid(child, 0)
    return said


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="twiceshy-journal-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o555, 0o444), (0o777, 0o444)])
def test_a_journal_that_may_not_be_written_is_one_clear_error_and_can_still_be_read(
    open_folder: Path, run_at: MakeRun, seen: MakeSeen, folder_mode: int, file_mode: int
) -> None:
    location = located(f"sqlite:///{open_folder}/journal.db")
    with open_journal(location) as journal:
        journal.record(run_at(), [seen("mail", Holds("fine"))])
    assert location.file is not None
    location.file.chmod(file_mode)
    open_folder.chmod(folder_mode)

    def attest() -> str:
        with open_journal(location) as journal:
            journal.attest(MAIL, Attestation("ops", NOON, "wiki"), recorded_at=NOON)
        return "written"

    def read() -> str:
        with open_journal(location, reading=True) as journal:
            return journal.latest([MAIL])[MAIL].verdict

    said = _as_nobody(attest)
    assert said.startswith("JournalUnavailable: cannot ")
    assert "may not be written" in said or "cannot be opened" in said
    assert "hint: " in said
    assert _as_nobody(read) == "holds"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match="cannot be opened") as caught:
        open_journal(located(f"sqlite:///{tmp_path}/no/journal.db"))
    assert "folder must exist" in (caught.value.hint or "")


@pytest.mark.parametrize("content", [b"version: 1\n" * 500, b"\x00" * 5000, b"x"])
@pytest.mark.parametrize("reading", [True, False])
def test_a_file_that_is_no_database_is_said_and_left_as_it_is(
    tmp_path: Path,
    content: bytes,
    reading: bool,
) -> None:
    file = tmp_path / "journal.db"
    file.write_bytes(content)
    with pytest.raises(JournalUnavailable, match="no SQLite database"):
        open_journal(located(f"sqlite:///{file}"), reading=reading)
    assert file.read_bytes() == content


def test_a_damaged_journal_is_said(kept: Location) -> None:
    assert kept.file is not None
    content = bytearray(kept.file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    kept.file.write_bytes(content)
    with pytest.raises(JournalUnavailable, match="damaged"), open_journal(kept) as journal:
        journal.latest([MAIL])


def test_a_journal_that_another_process_keeps_locked_is_said(
    kept: Location, monkeypatch: pytest.MonkeyPatch, run_at: MakeRun, seen: MakeSeen
) -> None:
    monkeypatch.setattr("twiceshy.store.connect.WAIT_SECONDS", 0.05)
    assert kept.file is not None
    other = sqlite3.connect(kept.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with open_journal(kept) as journal:
            assert journal.latest([MAIL])
            with pytest.raises(JournalUnavailable, match="keeps it locked"):
                journal.record(run_at(1), [seen("mail", Holds("fine"), 1)])
    finally:
        other.close()
    assert _still_kept(kept)


def test_several_processes_create_and_write_one_journal_at_once(location: Location) -> None:
    writers = [_recorder(location, "same", count=50, runs=4) for _ in range(4)]
    ends = [_ended(writer) for writer in writers]
    assert [(code, err) for code, _, err in ends] == [(0, "")] * 4
    # Whoever comes first tells the first turn of each guard; nobody tells it twice.
    assert sum(int(line) for _, out, _ in ends for line in out.split()) == 50
    with open_journal(location) as journal:
        assert len(journal.turns()) == 50


def test_reading_a_file_that_is_no_journal_yet_does_not_make_it_one(tmp_path: Path) -> None:
    file = tmp_path / "empty.db"
    file.touch()
    with pytest.raises(JournalUnavailable, match="holds no journal"):
        open_journal(located(f"sqlite:///{file}"), reading=True)
    assert file.read_bytes() == b""


def test_a_server_that_does_not_answer_is_said_without_the_password() -> None:
    with pytest.raises(JournalUnavailable) as caught:
        open_journal(located("postgresql://keeper:hush@127.0.0.1:1/journal"))
    assert "hush" not in str(caught.value)
    assert "server runs" in (caught.value.hint or "")


def test_a_postgresql_url_that_cannot_be_read_is_said_without_the_password() -> None:
    with pytest.raises(Exception, match="cannot be taken apart") as caught:
        open_journal(located("postgresql://keeper:hush@host:port:port/journal"))
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("reading", [True, False])
def test_a_folder_or_a_pipe_is_no_place_for_a_journal(tmp_path: Path, reading: bool) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, said in ((tmp_path, "it is a folder"), (tmp_path / "pipe", "no regular file")):
        with pytest.raises(JournalUnavailable, match=said):
            open_journal(located(f"sqlite:///{path}"), reading=reading)


def test_reading_leaves_nothing_beside_the_journal(kept: Location) -> None:
    assert kept.file is not None
    with open_journal(kept, reading=True) as journal:
        assert journal.latest([MAIL])
    assert [file.name for file in kept.file.parent.iterdir()] == [kept.file.name]


def test_a_reader_cannot_write(kept: Location) -> None:
    with open_journal(kept, reading=True) as journal:
        attested = Attestation("ops", datetime(2026, 1, 1, tzinfo=UTC), "wiki/7")
        with pytest.raises(JournalUnavailable, match="may not be written"):
            journal.attest(MAIL, attested, recorded_at=attested.at)
