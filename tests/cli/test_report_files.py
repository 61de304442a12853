from __future__ import annotations

import io
import os
import sys
import threading
from pathlib import Path

import pytest

from twiceshy.cli import report_files
from twiceshy.cli.report_files import open_reports, report_paths
from twiceshy.errors import UnreadableInput


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.md", "a.txt", "deep/c.markdown", "deep/d.html", "e.mdx", "UPPER.MD"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(name)
    for name in (".hidden.md", ".git/x.md", "notes.pdf", "code.py"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(name)
    return tmp_path


def names(folder: Path, paths: list[str]) -> list[str]:
    return [str(Path(path).relative_to(folder)) for path in paths]


def test_a_folder_stands_for_the_reports_below_it_in_order(folder: Path) -> None:
    found = names(folder, report_paths([str(folder)]))

    assert found == ["UPPER.MD", "a.txt", "b.md", "deep/c.markdown", "deep/d.html", "e.mdx"]


def test_a_file_named_itself_may_be_called_anything(folder: Path) -> None:
    assert open_reports([str(folder / "code.py")]) == [(str(folder / "code.py"), b"code.py")]


def test_a_file_named_twice_is_read_once(folder: Path) -> None:
    (folder / "link.md").symlink_to(folder / "b.md")

    paths = report_paths([str(folder / "b.md"), str(folder)])
    assert names(folder, paths).count("b.md") == 1
    assert "link.md" not in names(folder, paths)


def test_links_in_a_circle_are_walked_once(folder: Path) -> None:
    (folder / "deep" / "up").symlink_to(folder, target_is_directory=True)

    assert len(report_paths([str(folder)])) == 6


def test_a_pipe_in_a_folder_is_no_report(folder: Path) -> None:
    os.mkfifo(folder / "fifo.md")

    assert "fifo.md" not in names(folder, report_paths([str(folder)]))


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"# Outage \xff")))

    assert open_reports(["-", "-"]) == [("<stdin>", b"# Outage \xff")]


def test_a_missing_file_is_answered_with_its_neighbour(folder: Path) -> None:
    with pytest.raises(UnreadableInput, match="there is no file") as caught:
        report_paths([str(folder / "deep" / "c.markdwon")])

    assert caught.value.hint == f"did you mean {folder / 'deep' / 'c.markdown'}?"


def test_a_folder_without_reports_says_what_it_looked_for(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="no report in the folder") as caught:
        report_paths([str(tmp_path)])

    assert caught.value.hint is not None
    assert "*.md" in caught.value.hint


def test_a_broken_link_that_should_be_a_report_is_not_passed_over(folder: Path) -> None:
    (folder / "gone.md").symlink_to(folder / "nowhere.md")

    with pytest.raises(UnreadableInput, match=r"gone\.md"):
        report_paths([str(folder)])


def test_a_file_without_end_is_read_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_files, "LARGEST_BYTES", 1024 * 1024)

    with pytest.raises(UnreadableInput, match="larger than 1 MiB"):
        open_reports(["/dev/zero"])


def test_a_name_no_file_can_have_is_an_input_error() -> None:
    with pytest.raises(UnreadableInput):
        report_paths(["a\0b"])
    with pytest.raises(UnreadableInput):
        report_paths(["x" * 5000])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_one_may_not_read_says_so(folder: Path) -> None:
    (folder / "b.md").chmod(0)

    with pytest.raises(UnreadableInput, match="may not be read"):
        open_reports([str(folder / "b.md")])


def test_what_another_program_writes_into_a_pipe_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"# Report" * 50_000,))
    writer.start()

    assert open_reports([str(pipe)]) == [(str(pipe), b"# Report" * 50_000)]
    writer.join()


def test_somebody_who_has_a_pipe_open_may_take_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_files, "PIPE_SECONDS", 0)
    reading, writing = os.pipe()
    os.set_blocking(reading, False)

    assert report_files._of_a_pipe(reading, "pipe") == b""
    os.close(writing)
    os.close(reading)


def test_a_pipe_into_which_nobody_writes_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(report_files, "PIPE_SECONDS", 0.01)
    with pytest.raises(UnreadableInput, match="nobody wrote to the pipe"):
        open_reports([str(tmp_path / "pipe")])


def test_a_link_to_nowhere_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to("gone.md")
    with pytest.raises(UnreadableInput, match="a link to what is not there"):
        open_reports([str(tmp_path)])
