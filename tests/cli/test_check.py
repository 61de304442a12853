"""`twiceshy check` as a user runs it, against real servers on loopback."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from twiceshy.cli.main import main
from twiceshy.model.fact import Attestation
from twiceshy.model.ids import GuardId
from twiceshy.store.location import beside
from twiceshy.store.opening import open_journal


@dataclass
class Site:
    """A web server whose answer the test decides."""

    port: int
    status: int = 200


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site(0)

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(served.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        served.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield served
        server.shutdown()
        thread.join()


def _estate(folder: Path, *guards: str) -> Path:
    path = folder / "twiceshy.yaml"
    path.write_text("version: 1\nguards:\n" + "".join(guards) if guards else "version: 1\n")
    return path


def _web(name: str, port: int) -> str:
    return f"  - {{id: {name}, kind: http, target: 'http://127.0.0.1:{port}/', promise: {{}}}}\n"


TRAINING = "  - {id: training, kind: practice, promise: {what: trained, subject: on-call}}\n"
RULES = "  - {id: rules, kind: firewall, target: 'tcp://127.0.0.1:25', promise: {}}\n"


def _run(*arguments: str | Path) -> int:
    """The exit code of the command line in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["twiceshy", "check", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
    code = left.value.code
    assert isinstance(code, int)
    return code


def test_all_that_holds_is_0(
    tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _estate(tmp_path, _web("web", site.port))
    assert _run(path) == 0
    told = capsys.readouterr()
    assert "✓ holds    web  http" in told.out
    assert "1 holds, 0 broken, 0 unknown" in told.out
    assert told.err == ""


def test_something_broken_is_1_and_tells_the_turn(
    tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _estate(tmp_path, _web("web", site.port), RULES)
    assert _run(path) == 2
    site.status = 500
    assert _run(path) == 1
    assert "newly broken: web\n" in capsys.readouterr().out
    with open_journal(beside(str(path)), reading=True) as journal:
        assert [(turn.before, turn.after) for turn in journal.turns(GuardId("web"))] == [
            (None, "holds"),
            ("holds", "broken"),
        ]


def test_a_practice_is_judged_by_what_the_journal_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _estate(tmp_path, TRAINING)
    assert _run(path) == 2
    now = datetime.now(UTC)  # noqa: TID251 - the command reads the same clock
    with open_journal(beside(str(path))) as journal:
        journal.attest(GuardId("training"), Attestation("ops", now, "wiki/7"), recorded_at=now)
    assert _run(path) == 0
    assert _run(path, "--no-journal") == 2
    assert "Check without --no-journal" in capsys.readouterr().out


def test_without_a_journal_nothing_is_kept(tmp_path: Path, site: Site) -> None:
    path = _estate(tmp_path, _web("web", site.port))
    assert _run(path, "--no-journal") == 0
    assert [file.name for file in tmp_path.iterdir()] == ["twiceshy.yaml"]


def test_no_guards_at_all_is_2_and_starts_no_journal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(_estate(tmp_path)) == 2
    assert "no guards" in capsys.readouterr().out
    assert not (tmp_path / "twiceshy.db").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "wbe"], "did you mean web?"),
        (["--database", "mysql://db/x"], "a journal cannot be kept in 'mysql'"),
        (["--format", "yaml"], "--format"),
        (["--timeout", "0"], "--timeout"),
        (["--timeout", "nan"], "--timeout"),
        (["--concurrency", "0"], "--concurrency"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_wrong_usage_is_3_with_a_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert _run(_estate(tmp_path, _web("web", 1)), *arguments) == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error: ")
    assert said in told.err
    assert "hint: " in told.err


def test_a_journal_that_cannot_be_written_is_4_after_the_verdicts(
    tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _estate(tmp_path, _web("web", site.port), TRAINING)
    (tmp_path / "twiceshy.db").write_text("this is no database")
    assert _run(path) == 4
    told = capsys.readouterr()
    assert "✓ holds    web" in told.out
    assert "? unknown  training" in told.out
    assert told.err.startswith("error: cannot open the journal")
    assert (tmp_path / "twiceshy.db").read_text() == "this is no database"


def test_only_checks_what_is_asked_for(
    tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _estate(tmp_path, _web("web", site.port), RULES)
    assert _run(path, "--only", "kind:http", "--format", "json") == 0
    assert [guard["id"] for guard in json.loads(capsys.readouterr().out)["guards"]] == ["web"]


@pytest.mark.parametrize(
    ("output_format", "start"),
    [
        ("json", "{"),
        ("junit", "<?xml"),
        ("sarif", "{"),
        ("prometheus", "# HELP"),
        ("text", "✓"),
    ],
)
def test_every_format_goes_to_a_file(
    tmp_path: Path,
    site: Site,
    output_format: str,
    start: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = _estate(tmp_path, _web("web", site.port))
    target = tmp_path / "out"
    assert _run(path, "--format", output_format, "-o", target) == 0
    assert target.read_text("utf-8").startswith(start)
    assert capsys.readouterr().out == ""


def test_the_estate_file_is_found_from_a_folder_below(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    _estate(tmp_path, _web("web", site.port))
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")
    assert _run() == 0
    assert (tmp_path / "twiceshy.db").exists()


PROGRAM = [sys.executable, "-c", "from twiceshy.cli.main import main; main()", "check"]


def test_a_server_that_never_answers_is_unknown_within_the_time_given(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        path = _estate(tmp_path, _web("silent", silent.getsockname()[1]))
        ended = subprocess.run(
            [*PROGRAM, str(path), "--timeout", "0.3", "--format", "json"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    (guard,) = json.loads(ended.stdout)["guards"]
    assert guard["verdict"] != "holds"
    assert ended.returncode in {1, 2}


def test_ctrl_c_ends_cleanly_and_keeps_what_was_seen(tmp_path: Path, site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        path = _estate(tmp_path, _web("web", site.port), _web("silent", port))
        check = subprocess.Popen(
            [*PROGRAM, str(path), "--timeout", "60", "--concurrency", "1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        # One look at a time: when the silent server is reached, the other has answered.
        connection, _ = silent.accept()
        with connection:
            check.send_signal(signal.SIGINT)
            out, err = check.communicate(timeout=30)
    assert check.returncode == 130
    assert out == ""
    assert err == ("interrupted: 1 of 2 guards were checked; what they showed is in the journal\n")
    with open_journal(beside(str(path)), reading=True) as journal:
        assert set(journal.latest([GuardId("web"), GuardId("silent")])) == {"web"}


def test_a_reader_who_leaves_early_does_not_change_the_exit_code(
    tmp_path: Path, site: Site
) -> None:
    site.status = 500
    path = _estate(tmp_path, *(_web(f"web{n}", site.port) for n in range(3)))
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [*PROGRAM, str(path)], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (1, "")


def test_an_estate_may_come_through_a_pipe(tmp_path: Path, site: Site) -> None:
    path = _estate(tmp_path, _web("web", site.port))
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(path.read_bytes(),))
    writer.start()
    assert _run(tmp_path / "pipe", "--no-journal") == 0
    writer.join()


def test_the_journal_may_be_named_by_the_environment(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWICESHY_DATABASE", f"sqlite:///{tmp_path}/elsewhere.db")
    assert _run(_estate(tmp_path, _web("web", site.port))) == 0
    assert (tmp_path / "elsewhere.db").exists()
    assert not (tmp_path / "twiceshy.db").exists()


def test_a_practice_nobody_attested_says_how_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(_estate(tmp_path, TRAINING), "--only", "kind:practice") == 2
    assert "twiceshy attest training --by WHO" in capsys.readouterr().out


def test_an_output_that_has_no_place_is_said_before_anything_is_looked_at(
    tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _estate(tmp_path, _web("web", site.port))
    assert _run(path, "-o", tmp_path / "no" / "file") == 3
    assert "there is no folder" in capsys.readouterr().err
    assert not (tmp_path / "twiceshy.db").exists()
