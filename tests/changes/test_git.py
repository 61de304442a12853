from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from twiceshy.changes import git
from twiceshy.changes.git import read_commits, read_staged
from twiceshy.errors import WrongUsage


class Repository:
    """A real repository in a folder of the test's own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run("init", "-q", "-b", "main")

    def run(self, *argv: str) -> str:
        told = subprocess.run(
            (
                "git",
                "-C",
                str(self.path),
                "-c",
                "user.name=test",
                "-c",
                "user.email=test@example.org",
                *argv,
            ),
            check=True,
            capture_output=True,
            text=True,
        )
        return told.stdout.strip()

    def commit(self, **files: str) -> str:
        self.stage(**files)
        self.run("commit", "-q", "-m", "x")
        return self.run("rev-parse", "HEAD")

    def stage(self, **files: str) -> None:
        for name, content in files.items():
            path = self.path / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        self.run("add", "-A")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    return Repository(tmp_path)


def test_it_reads_both_commits_of_a_range(repository: Repository) -> None:
    repository.commit(web__etc__app="one")
    repository.commit(web__etc__app="two")
    before, after = read_commits(repository.path, "HEAD~1..HEAD")
    assert (before.files["web/etc/app"], after.files["web/etc/app"]) == (b"one", b"two")
    assert after.origin == f"git:{repository.run('rev-parse', 'HEAD')[:12]}"


def test_neighbours_on_the_same_host_are_read_and_other_hosts_are_not(
    repository: Repository,
) -> None:
    repository.commit(web__etc__app="one", web__etc__same="same", mail__etc__same="same")
    repository.commit(web__etc__app="two")
    before, after = read_commits(repository.path, "HEAD~1..HEAD")
    assert set(after.files) == set(before.files) == {"web/etc/app", "web/etc/same"}


def test_a_file_that_comes_or_goes_is_on_one_side_only(repository: Repository) -> None:
    repository.commit(etc__old="x")
    (repository.path / "etc/old").unlink()
    repository.commit(etc__new="y")
    before, after = read_commits(repository.path, "HEAD~1..HEAD")
    assert (set(before.files), set(after.files)) == ({"etc/old"}, {"etc/new"})


def test_three_dots_compare_with_where_the_branches_parted(repository: Repository) -> None:
    base = repository.commit(etc__app="one")
    repository.run("checkout", "-q", "-b", "topic")
    repository.commit(etc__app="two")
    repository.run("checkout", "-q", "main")
    repository.commit(etc__other="on main")
    before, _ = read_commits(repository.path, "main...topic")
    assert before.origin == f"git:{base[:12]}"


def test_what_is_staged_is_compared_with_head_and_the_folder_is_not_looked_at(
    repository: Repository,
) -> None:
    repository.commit(etc__app="one")
    repository.stage(etc__app="two")
    (repository.path / "etc/app").write_text("three, not staged")
    before, after = read_staged(repository.path)
    assert (before.files["etc/app"], after.files["etc/app"]) == (b"one", b"two")
    assert after.origin == "staged"


def test_the_first_commit_is_compared_with_nothing(repository: Repository) -> None:
    repository.stage(etc__app="one")
    before, after = read_staged(repository.path)
    assert not before.files
    assert after.files == {"etc/app": b"one"}


def test_links_and_the_executable_bit_are_kept(repository: Repository) -> None:
    repository.commit(etc__hook="#!/bin/sh")
    (repository.path / "etc/hook").chmod(0o755)
    (repository.path / "etc/link").symlink_to("hook")
    repository.commit()
    before, after = read_commits(repository.path, "HEAD~1..HEAD")
    assert (before.modes["etc/hook"], after.modes["etc/hook"]) == (0o644, 0o755)
    assert after.links == {"etc/link": "hook"}


def test_a_file_that_is_too_large_is_unseen(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(etc__app="x")
    repository.commit(etc__app="x" * 100)
    monkeypatch.setattr(git, "LARGEST_FILE_BYTES", 10)
    _, after = read_commits(repository.path, "HEAD~1..HEAD")
    assert "100 bytes" in after.unseen["etc/app"]


@pytest.mark.parametrize(
    "range_", ["gone..HEAD", "HEAD..gone", "--output=x", "HEAD..-x", "HEAD^{tree}"]
)
def test_what_git_does_not_know_is_refused(repository: Repository, range_: str) -> None:
    repository.commit(etc__app="one")
    with pytest.raises(WrongUsage, match="git knows no commit"):
        read_commits(repository.path, range_)


def test_a_folder_that_is_no_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage):
        read_staged(tmp_path)
