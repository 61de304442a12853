from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from twiceshy.cli.attest import EXAMPLES, read_time
from twiceshy.cli.main import main
from twiceshy.errors import WrongUsage
from twiceshy.model.fact import Attestation
from twiceshy.model.ids import GuardId
from twiceshy.store.location import beside, located
from twiceshy.store.opening import open_journal

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
ESTATE = """
version: 1
guards:
  - id: renewal-training
    kind: practice
    target: on-call
    promise: {what: trained, subject: on-call on certificate renewal, within_days: 90}
  - id: shop-answers
    kind: http
    target: https://shop.example.org/
"""
Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Type `twiceshy attest ...` in a folder with an estate; gives the exit code."""
    (tmp_path / "twiceshy.yaml").write_text(ESTATE)
    monkeypatch.chdir(tmp_path)

    def typed(*words: str) -> int:
        monkeypatch.setattr("sys.argv", ["twiceshy", "attest", *words])
        with pytest.raises(SystemExit) as left:
            main()
        return int(left.value.code or 0)

    return typed


def recorded(folder: Path) -> Attestation | None:
    location = beside(str(folder / "twiceshy.yaml"))
    if location.is_absent:
        return None
    with open_journal(location, reading=True) as journal:
        return journal.latest_attestation(GuardId("renewal-training"))


def test_it_records_who_when_and_where_the_record_is(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("renewal-training", "--by", "ops", "--evidence", "https://wiki/7") == 0
    found = recorded(tmp_path)
    assert found is not None
    assert (found.by, found.evidence) == ("ops", "https://wiki/7")
    assert found.at.tzinfo is not None
    assert capsys.readouterr().out.startswith(
        "recorded: renewal-training: trained today by ops, due again "
    )


def test_a_file_is_recorded_by_its_whole_path(run: Run, tmp_path: Path) -> None:
    (tmp_path / "audit.pdf").touch()
    assert run("renewal-training", "--by", "ops", "--evidence", "audit.pdf") == 0
    found = recorded(tmp_path)
    assert found is not None
    assert found.evidence == str(tmp_path / "audit.pdf")


def test_the_estate_and_the_journal_can_be_elsewhere(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    url = f"sqlite:///{elsewhere}/other.db"
    estate = str(tmp_path / "twiceshy.yaml")
    words = ("--by", "ops", "--evidence", "OPS-7", "--estate", estate, "--database", url)
    assert run("renewal-training", *words) == 0
    assert recorded(tmp_path) is None
    with open_journal(located(url), reading=True) as journal:
        assert journal.latest_attestation(GuardId("renewal-training")) is not None


def test_the_estate_is_found_in_a_folder_above(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "deeper")
    assert run("renewal-training", "--by", "ops", "--evidence", "OPS-7") == 0
    assert recorded(tmp_path) is not None


def test_an_old_record_is_taken_and_said_to_be_overdue(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--by", "ops", "--evidence", "OPS-7", "--at", "2020-02-29")
    assert run("renewal-training", *words) == 0
    found = recorded(tmp_path)
    assert found is not None
    assert found.at == datetime(2020, 2, 29, tzinfo=UTC)
    assert "overdue since 2020-05-29" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("renewal-trainin", "--by", "ops", "--evidence", "x"), "did you mean renewal-training?"),
        (("qqq", "--by", "ops", "--evidence", "x"), "the practices are renewal-training"),
        (("shop-answers", "--by", "ops", "--evidence", "x"), "is of the kind http"),
        (("renewal-training", "--by", "ops", "--evidence", " "), "--evidence must not be empty"),
        (("renewal-training", "--by", "", "--evidence", "x"), "--by must not be empty"),
        (("renewal-training", "--by", "o\x1bps", "--evidence", "x"), "must be printable"),
        (("renewal-training", "--by", "ops", "--evidence", "x" * 2001), "2000 characters"),
        (
            ("renewal-training", "--by", "ops", "--evidence", "x", "--at", "2100-01-01"),
            "in the future",
        ),
    ],
)
def test_what_cannot_be_attested_is_refused_and_nothing_recorded(
    words: tuple[str, ...],
    says: str,
    run: Run,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(*words) == 3
    assert says in capsys.readouterr().err
    assert recorded(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        (None, NOW),
        ("2026-10-01", datetime(2026, 10, 1, tzinfo=UTC)),
        ("2026-10-02", NOW),
        ("2026-10-01T13:00+02:00", datetime(2026, 10, 1, 11, tzinfo=UTC)),
        ("2026-10-01 11:59:59Z", NOW - timedelta(seconds=1)),
    ],
)
def test_a_time_is_a_date_or_has_a_zone(text: str | None, at: datetime) -> None:
    assert read_time(text, NOW) == at


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-10-01T11:00", "has no zone"),
        ("yesterday", "is not a time"),
        ("", "is not a time"),
        ("0001-01-01T00:00+23:00", "is not a time"),
        ("2026-10-03", "in the future"),
        ("2026-10-01T12:00:01Z", "in the future"),
    ],
)
def test_any_other_time_is_refused(text: str, says: str) -> None:
    with pytest.raises(WrongUsage, match=says):
        read_time(text, NOW)


def test_the_help_shows_examples() -> None:
    assert EXAMPLES.count("twiceshy attest") == 2


def test_the_estate_is_found_above_and_the_journal_may_be_named_by_the_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    assert run("renewal-training", "--by", "ops", "--evidence", "wiki/7") == 0
    assert recorded(tmp_path) is not None
    monkeypatch.setenv("TWICESHY_DATABASE", f"sqlite:///{tmp_path}/elsewhere.db")
    assert run("renewal-training", "--by", "ops", "--evidence", "wiki/7") == 0
    assert (tmp_path / "elsewhere.db").exists()
