from __future__ import annotations

from pathlib import Path

import pytest

from twiceshy.errors import UnreadableInput
from twiceshy.estate.find import find_estate


def test_it_takes_the_file_in_the_folder_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "twiceshy.yaml").write_text("")
    monkeypatch.chdir(tmp_path)
    assert find_estate(Path()) == Path("twiceshy.yaml")
    assert find_estate(tmp_path) == tmp_path / "twiceshy.yaml"


def test_it_takes_the_nearest_one_above(tmp_path: Path) -> None:
    below = tmp_path / "a" / "b" / "c"
    below.mkdir(parents=True)
    (tmp_path / "twiceshy.yaml").write_text("")
    (tmp_path / "a" / "twiceshy.yaml").write_text("")
    assert find_estate(below) == tmp_path / "a" / "twiceshy.yaml"


def test_without_one_it_says_how_to_make_it(tmp_path: Path) -> None:
    (tmp_path / "twiceshy.yaml").mkdir()
    with pytest.raises(UnreadableInput) as refusal:
        find_estate(tmp_path)
    assert refusal.value.message == (
        f"there is no twiceshy.yaml in {tmp_path} or a folder above it"
    )
    assert refusal.value.hint is not None
    assert "twiceshy propose REPORT -o twiceshy.yaml" in refusal.value.hint
