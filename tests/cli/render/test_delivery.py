from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from twiceshy.cli.render.delivery import deliver
from twiceshy.errors import TheWorld, WrongUsage


def test_a_file_is_replaced_in_one_step_and_keeps_its_permissions(tmp_path: Path) -> None:
    target = tmp_path / "twiceshy.prom"
    target.write_text("old")
    target.chmod(0o640)
    before = target.open()
    deliver("new …\n", target)
    assert before.read() == "old"
    before.close()
    assert target.read_text("utf-8") == "new …\n"
    assert target.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["twiceshy.prom"]  # noqa: PTH208 - names are enough


def test_a_new_file_gets_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "ordinary").touch()
    deliver("new\n", tmp_path / "made")
    assert (tmp_path / "made").stat().st_mode == (tmp_path / "ordinary").stat().st_mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    deliver("new\n", tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new\n"


def test_a_pipe_or_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as other:
        arrived = other.submit(pipe.read_bytes)
        deliver("seen\n", pipe)
        assert arrived.result() == b"seen\n"
    assert pipe.is_fifo()


def test_where_no_file_can_be_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="there is no folder"):
        deliver("x", tmp_path / "no" / "file")
    with pytest.raises(WrongUsage, match="is a folder"):
        deliver("x", tmp_path)


def test_a_full_disk_is_said_and_leaves_nothing_behind() -> None:
    with pytest.raises(TheWorld, match="cannot write /dev/full: No space left"):
        deliver("x", Path("/dev/full"))


def test_what_the_terminal_cannot_write_is_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    deliver("a\ud800b\n", None)
    assert capsys.readouterr().out == "a?b\n"
