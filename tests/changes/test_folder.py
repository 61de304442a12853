from __future__ import annotations

import os
from pathlib import Path

import pytest

from twiceshy.changes import folder
from twiceshy.changes.folder import read_side
from twiceshy.errors import UnreadableInput


def test_it_reads_a_folder_with_modes_and_links_as_links(tmp_path: Path) -> None:
    (tmp_path / "etc/hooks").mkdir(parents=True)
    (tmp_path / "etc/hooks/reload").write_text("#!/bin/sh\n")
    (tmp_path / "etc/hooks/reload").chmod(0o755)
    (tmp_path / "etc/app").symlink_to("hooks/reload")
    tree = read_side(tmp_path)
    assert dict(tree.files) == {"etc/hooks/reload": b"#!/bin/sh\n"}
    assert tree.modes["etc/hooks/reload"] == 0o755
    assert dict(tree.links) == {"etc/app": "hooks/reload"}


def test_a_single_file_is_a_tree_of_one(tmp_path: Path) -> None:
    (tmp_path / "new.rules").write_bytes(b"*filter\nCOMMIT\n")
    tree = read_side(tmp_path / "new.rules")
    assert dict(tree.files) == {"new.rules": b"*filter\nCOMMIT\n"}
    assert tree.base == str(tmp_path)


def test_what_is_no_regular_file_is_unseen_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "no regular file" in read_side(tmp_path).unseen["pipe"]


def test_a_file_that_is_too_large_is_unseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "LARGEST_FILE_BYTES", 10)
    (tmp_path / "huge").write_bytes(b"x" * 11)
    (tmp_path / "small").write_bytes(b"x" * 10)
    tree = read_side(tmp_path)
    assert list(tree.files) == ["small"]
    assert "11 bytes" in tree.unseen["huge"]


def test_the_repositorys_own_folder_is_left_out(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_text("[core]\n")
    assert not read_side(tmp_path).files


@pytest.mark.parametrize(
    ("limit", "value"), [("MOST_FILES", 2), ("MOST_BYTES", 2), ("DEEPEST_FOLDERS", 0)]
)
def test_what_holds_too_much_is_refused_with_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(folder, limit, value)
    (tmp_path / "deep").mkdir()
    for name in ("a", "b", "deep/c"):
        (tmp_path / name).write_text("x")
    with pytest.raises(UnreadableInput):
        read_side(tmp_path)


@pytest.mark.parametrize("name", ["gone", "a\0b"])
def test_what_is_not_there_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableInput, match="cannot be reviewed"):
        read_side(tmp_path / name)
