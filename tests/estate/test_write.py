from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from twiceshy.errors import TheWorld
from twiceshy.estate.load import read_estate
from twiceshy.estate.skeleton import GuardEntry, ReportEntry, ServiceEntry, Skeleton
from twiceshy.estate.write import WIDTH, render, replace_file


def guard(**changed: object) -> GuardEntry:
    settings_ = {
        "id": "team-trained",
        "kind": "practice",
        "target": "mail",
        "promise": {"what": "trained", "subject": "renewal", "within_days": 90},
        "every": "1d",
        "because": ("one#a1",),
        "why": "People forget.",
        "notes": ("Action: Train the team.",),
    }
    return GuardEntry(**{**settings_, **changed})  # type: ignore[arg-type] # a test's shorthand


def skeleton(*guards: GuardEntry, report: str = "one.md") -> Skeleton:
    return Skeleton(
        (ReportEntry("one", report, notes=("Mail down",)),),
        (ServiceEntry("mail", "Outgoing mail", ("mail-dns",)), ServiceEntry("mail-dns", None)),
        guards or (guard(),),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.md").write_text("# A report")
    return tmp_path


def test_what_is_written_loads_and_says_the_same(folder: Path) -> None:
    text = render(skeleton())
    estate = read_estate(text.encode(), str(folder / "twiceshy.yaml"))
    (loaded,) = estate.guards.values()
    assert loaded.promise.within_days == 90
    assert [str(ref) for ref in loaded.because] == ["one#a1"]
    assert loaded.why == "People forget."
    assert [str(id_) for id_ in estate.services] == ["mail", "mail-dns"]
    assert next(iter(estate.services.values())).depends_on == ("mail-dns",)


def test_numbers_in_a_list_stay_numbers(folder: Path) -> None:
    ports = guard(id="ports", kind="host", promise={"listens": (25, 587)}, every="30s")
    text = render(skeleton(ports))
    assert "listens: [25, 587]" in text
    (loaded,) = read_estate(text.encode(), str(folder / "twiceshy.yaml")).guards.values()
    assert loaded.promise.listens == (25, 587)


def test_it_says_how_to_go_on_and_shows_where_endpoints_go() -> None:
    text = render(skeleton())
    assert text.startswith("# What is looked after")
    assert "twiceshy check" in text
    assert "  #   main: https://www.example.org/" not in text.split("services:")[0]
    assert "    #   main: https://www.example.org/" in text
    assert "  # Action: Train the team.\n  - id: team-trained" in text


def test_a_long_list_and_a_long_sentence_are_folded(folder: Path) -> None:
    because = tuple(f"one#a{number}" for number in range(1, 30))
    why = "It keeps the promise " * 20
    text = render(skeleton(guard(because=because, why=why)))
    assert max(len(line) for line in text.splitlines()) <= WIDTH + 2
    (loaded,) = read_estate(text.encode(), str(folder / "twiceshy.yaml")).guards.values()
    assert len(loaded.because) == 29
    assert loaded.why == why.strip()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120), st.text(max_size=200), st.text(max_size=60))
@example("yes", "null", "- x: [y] # z")
@example("0x10", "1e3", "\x85\u2028\ufeff\ud800")
@example("a: b", "'", '"\\')
def test_any_words_survive_as_text(subject: str, why: str, note: str) -> None:
    promise = {"what": "trained", "subject": f"{subject}!", "within_days": 1}
    one = guard(promise=promise, why=f"{why}.", notes=(note,))
    text = render(Skeleton(services=(ServiceEntry("mail", note),), guards=(one,)))
    text = text.replace("because: [one#a1]", "because: []")
    (loaded,) = read_estate(text.encode(), "twiceshy.yaml").guards.values()
    printable = "".join(char if char.isprintable() else " " for char in f"{subject}!")
    assert loaded.promise.subject == " ".join(printable.split())


def test_a_report_that_cannot_go_by_its_file_name_says_its_id(folder: Path) -> None:
    entry = ReportEntry("two", "one.md", id_is_file_name=False)
    text = render(Skeleton((entry,), (ServiceEntry("mail", "x"),), (guard(because=("two#a1",)),)))
    assert read_estate(text.encode(), str(folder / "twiceshy.yaml")).reports[0].id == "two"


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "twiceshy.yaml"
    path.write_text("old")
    path.chmod(0o640)
    replace_file(path, "new\r\n")
    assert path.read_bytes() == b"new\r\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["twiceshy.yaml"]


def test_a_new_file_gets_the_usual_mode(tmp_path: Path) -> None:
    replace_file(tmp_path / "new.yaml", "x")
    plain = tmp_path / "plain"
    plain.touch()
    assert (tmp_path / "new.yaml").stat().st_mode == plain.stat().st_mode


def test_a_link_keeps_pointing_where_it_did(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_text("old")
    link.symlink_to(real)
    replace_file(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_a_file_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(TheWorld, match="cannot write"):
        replace_file(tmp_path / "missing" / "twiceshy.yaml", "x")


def test_a_folder_in_its_place_is_one_clear_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "twiceshy.yaml").mkdir()
    with pytest.raises(TheWorld, match="cannot write"):
        replace_file(tmp_path / "twiceshy.yaml", "x")
    assert os.listdir(tmp_path) == ["twiceshy.yaml"]  # noqa: PTH208 - names are what matters


def test_a_pipe_or_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as other:
        arrived = other.submit(pipe.read_bytes)
        replace_file(pipe, "version: 1\n")
        assert arrived.result() == b"version: 1\n"
    assert pipe.is_fifo()
    assert os.listdir(tmp_path) == ["pipe"]  # noqa: PTH208 - names are enough
