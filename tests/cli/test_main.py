"""The command as a shell starts it: odd descriptors, odd names, and being asked to end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from twiceshy.cli import check
from twiceshy.cli.main import VERBS, main

PROGRAM = [sys.executable, "-c", "from twiceshy.cli.main import main; main()"]

REPORT = """# Postmortem: mail

Mail was down on 2024-06-07 from 14:00 to 15:00 UTC because the certificate had expired.

## Timeline

- 14:00 Alert.
- 15:00 Renewed.

## Action items

- Watch the expiry date of every certificate.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a report and an estate whose one guard is unknown."""
    (tmp_path / "mail.md").write_text(REPORT)
    (tmp_path / "twiceshy.yaml").write_text(
        "version: 1\nhosts:\n  here: {reach: local}\nguards:\n"
        "  - {id: training, kind: practice, promise: {what: trained, subject: on-call}}\n"
    )
    (tmp_path / "old.conf").write_text("one\n")
    (tmp_path / "new.conf").write_text("two\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWICESHY_STATE", str(tmp_path / "state"))
    return tmp_path


def _through_a_shell(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line in which `$T` is the command."""
    return subprocess.run(
        ["/bin/sh", "-c", line.replace("$T", '"$PYTHON" -c "$CODE"')],
        env={**os.environ, "PYTHON": sys.executable, "CODE": PROGRAM[2], **environment},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=60,
        check=False,
    )


REVIEW = "$T review --live here --after new.conf --at $PWD/old.conf"
REVIEWED = f"{REVIEW} --format json -o review.json --no-journal"
APPROVE = "$T approve review.json --by ops"
LINES = {
    "read": "$T read mail.md",
    "propose": "$T propose mail.md",
    "check": "$T check",
    "status": "$T status",
    "attest": "$T attest training --by ops --evidence wiki/7",
    "review": REVIEW,
    "approve": f"{REVIEWED}; {APPROVE}",
    "apply": f"{REVIEWED}; {APPROVE} >approved; $T apply review.json --after new.conf "
    "--at $PWD/old.conf --host here --activate true --confirm-within 2",
    "confirm": "$T confirm abcdef123456 --host here",
    "schema": "$T schema",
    "--version": "$T --version",
    "--help": "$T --help",
}
USUAL = dict.fromkeys(LINES, 0) | {"check": 2, "apply": 1, "confirm": 1}


def test_every_verb_is_tried() -> None:
    assert set(VERBS) <= set(LINES)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("what", LINES)
def test_output_that_cannot_be_written_is_4_with_one_message(what: str) -> None:
    ended = _through_a_shell(f"{LINES[what]} >/dev/full")
    assert ended.returncode == 4
    assert ended.stderr.startswith(
        "error: cannot write to standard output: No space left on device\n\nhint: "
    )


@pytest.mark.usefixtures("folder")
def test_standard_output_that_is_closed_is_said_and_never_a_socket_or_the_journal() -> None:
    ended = _through_a_shell("$T check >&-")
    assert ended.returncode == 4
    assert ended.stderr.startswith("error: cannot write to standard output: Bad file descriptor")
    assert _through_a_shell("$T status").stderr == ""


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("what", ["read", "propose", "check"])
@pytest.mark.parametrize("redirected", ["<&-", "2>&-", "2>/dev/full"])
def test_streams_that_are_not_needed_change_nothing(what: str, redirected: str) -> None:
    assert _through_a_shell(f"{LINES[what]} {redirected}").returncode == USUAL[what]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("what", ["read", "propose", "check", "--help"])
def test_a_reader_who_leaves_at_once_is_no_error(what: str) -> None:
    ended = _through_a_shell(f'{{ {LINES[what]}; echo "exit $?" >&2; }} | true')
    assert f"exit {USUAL[what]}\n" in ended.stderr
    assert "error" not in ended.stderr


@pytest.mark.usefixtures("folder")
def test_standard_input_that_is_closed_is_said() -> None:
    ended = _through_a_shell("$T read - <&-")
    assert ended.returncode == 3
    assert ended.stderr.startswith("error: <stdin> cannot be read: Bad file descriptor")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("encoding", ["ascii:strict", "latin-1"])
def test_what_the_encoding_cannot_say_is_replaced(encoding: str) -> None:
    ended = _through_a_shell(
        "$T attest training --by Zoë --evidence 証明書 && $T read mail.md && $T check",
        PYTHONIOENCODING=encoding,
        PYTHONUTF8="0",
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_junit_is_utf8_where_the_terminal_is_not(folder: Path) -> None:
    (folder / "twiceshy.yaml").write_text(
        "version: 1\nhosts:\n  here: {reach: local}\nguards:\n"
        "  - {id: training, kind: practice, target: café, promise: {what: trained, subject: é}}\n"
    )
    ended = subprocess.run(
        [*PROGRAM, "check", "--format", "junit"],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=False,
    )
    assert "café".encode() in ended.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["\x1b[31mverb"],
        ["check", "\x1b[31m\u202e\u009bfile"],
        ["check", "--only", "\x1b[31mid"],
        ["check", "--database", "sqlite:///\x1b[31mno/file"],
        ["read", "\x1b[31mfile"],
        ["schema", "-o", "\x1b[31mno/file"],
    ],
)
def test_no_name_in_an_error_steers_the_terminal(
    arguments: list[str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert folder.is_dir()
    monkeypatch.setattr(sys, "argv", ["twiceshy", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code in {3, 4}
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert all(one.isprintable() for one in error.splitlines())


def test_a_bug_is_70_and_says_where_without_repeating_what_it_was_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_estate: object, _wanted: object) -> None:
        raise ValueError("hunter2")

    assert folder.is_dir()
    monkeypatch.setattr(check, "chosen", broken)
    monkeypatch.setattr(sys, "argv", ["twiceshy", "check"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 70
    error = capsys.readouterr().err
    assert error.startswith("error: a bug in Twiceshy: ValueError at ")
    assert "TWICESHY_DEBUG=1" in error
    assert "hunter2" not in error
    monkeypatch.setenv("TWICESHY_DEBUG", "1")
    with pytest.raises(ValueError, match="hunter2"):
        main()


def test_a_working_folder_that_is_gone_is_said(folder: Path) -> None:
    (folder / "gone").mkdir()
    ended = _through_a_shell("cd gone && rmdir ../gone && $T check")
    assert ended.returncode in {3, 4}
    assert ended.stderr.startswith("error: ")


@pytest.fixture
def hanging(folder: Path) -> Iterator[socket.socket]:
    """A server that takes connections and says nothing; the only thing to look at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (folder / "twiceshy.yaml").write_text(
            "version: 1\nhosts:\n  here: {reach: local}\nguards:\n"
            f"  - {{id: web, kind: http, target: 'http://127.0.0.1:{port}/', promise: {{}}}}\n"
        )
        yield server


@pytest.mark.parametrize(
    ("number", "exit_code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_a_signal_ends_a_check_in_order_with_its_own_exit_code(
    number: signal.Signals, exit_code: int, hanging: socket.socket
) -> None:
    program = [*PROGRAM, "check", "--timeout", "60"]
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True) as process:
        connection, _ = hanging.accept()
        with connection:
            process.send_signal(number)
            _, error = process.communicate(timeout=30)
    assert process.returncode == exit_code
    assert error == "interrupted: 0 of 1 guards were checked; nothing was recorded\n"


def test_a_kill_is_obeyed_where_ctrl_c_is_ignored(hanging: socket.socket) -> None:
    line = "trap '' INT; exec \"$@\""
    program = ["/bin/sh", "-c", line, "sh", *PROGRAM, "check", "--timeout", "60"]
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True) as process:
        connection, _ = hanging.accept()
        with connection:
            process.send_signal(signal.SIGTERM)
            _, error = process.communicate(timeout=30)
    assert (process.returncode, "Traceback" in error) == (143, False)


@pytest.mark.usefixtures("folder")
def test_a_database_that_does_not_answer_does_not_keep_an_interrupted_check() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://ops@127.0.0.1:{silent.getsockname()[1]}/journal?connect_timeout=100"
        program = [*PROGRAM, "check", "--timeout", "100", "--database", url]
        with subprocess.Popen(program, stderr=subprocess.PIPE, text=True) as process:
            connection, _ = silent.accept()
            with connection:
                process.send_signal(signal.SIGINT)
                _, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert error == "interrupted: 0 of 1 guards were checked; nothing was recorded\n"


def test_reading_standard_input_can_be_interrupted() -> None:
    with subprocess.Popen(
        [*PROGRAM, "read", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        # More than a pipe holds: when it is written, it is being read.
        process.stdin.write(b"# Postmortem\n" * 100_000)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        assert process.stderr is not None
        assert process.stderr.read() == b""


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("twiceshy ", set(VERBS)),
        ("twiceshy che", {"check"}),
        ("twiceshy check --for", {"--format"}),
        ("twiceshy attest --", {"--by", "--evidence", "--at", "--estate", "--database", "--help"}),
        ("twiceshy check --format j", {"json", "junit"}),
    ],
)
def test_a_shell_completes_verbs_options_and_values(words: str, offered: set[str]) -> None:
    # As a shell asks: the word under the cursor is the last one.
    completing = {
        "_TWICESHY_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    code = "import sys; sys.argv[0] = 'twiceshy'; " + PROGRAM[2]
    ended = _through_a_shell("$T", CODE=code, **completing)
    assert set(ended.stdout.split()) == offered
