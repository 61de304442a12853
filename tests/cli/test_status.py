"""`twiceshy status` as a user runs it, on a report, an estate and a journal."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from twiceshy.cli.main import main
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId
from twiceshy.model.verdict import Broken, Holds, Severity, Verdict
from twiceshy.store.location import beside
from twiceshy.store.opening import open_journal
from twiceshy.store.records import Observation, Run

REPORT = """\
# Mail could not be sent on 7 June 2024

## Summary
From 13:00 to 15:30 UTC on 2024-06-07 nobody could send mail.

## Root cause
The certificate of the mail server had expired.

## Timeline (UTC)
- 13:00 users report that mail is refused
- 15:30 mail flows again with a new certificate

## Corrective actions
- Alarm 21 days before a certificate expires
- Train the on-call team on certificate renewal
"""

ESTATE = """\
version: 1
reports: [reports/]
guards:
  - id: mail-certificate
    kind: certificate
    target: smtp://127.0.0.1:2525
    promise: {days: 21}
    because: mail-2024#a1
  - id: training
    kind: practice
    promise: {what: trained, subject: on-call}
    because: [mail-2024#a2]
"""


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "mail-2024.md").write_text(REPORT)
    path = tmp_path / "twiceshy.yaml"
    path.write_text(ESTATE)
    return path


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the command reads the same clock


def _seen(path: Path, at: datetime, **verdicts: Verdict) -> None:
    observations = [
        Observation(
            Guard(GuardId(name.replace("_", "-")), KindId("host"), "x", {}, timedelta(hours=6)),
            verdict,
            at,
            "desk",
            0.1,
        )
        for name, verdict in verdicts.items()
    ]
    with open_journal(beside(str(path))) as journal:
        journal.record(Run(at, at, "desk", "0.1.0"), observations)


def _status(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["twiceshy", "status", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
    told = capsys.readouterr()
    assert isinstance(left.value.code, int)
    return left.value.code, told.out, told.err


def _reports(text: str) -> list[dict[str, object]]:
    found = json.loads(text)["reports"]
    assert isinstance(found, list)
    return found


def test_before_the_first_check_nothing_is_known(
    estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = _status(capsys, estate)
    assert code == 0
    assert "1 of 1 outage could happen again." in out
    assert out.count("never checked") >= 2
    assert re.search(
        r"warning: there is no journal \S+ yet: `twiceshy check`", " ".join(out.split())
    )
    assert not (estate.parent / "twiceshy.db").exists()


def test_the_page_tells_each_action_its_state_since_when_and_why(
    estate: Path, capsys: pytest.CaptureFixture[str], now: datetime
) -> None:
    before = now - timedelta(hours=2)
    _seen(estate, before, mail_certificate=Holds("40 days left"), training=Holds("in May"))
    _seen(estate, now, mail_certificate=Broken(Severity.SERIOUS, "9 days left, promised 21"))
    _, out, _ = _status(capsys, estate)
    page = re.sub(r"\s+", " ", out)
    assert "✗ mail-2024 Mail could not be sent" in page
    assert "Cause: The certificate of the mail server had expired." in page
    assert (
        "This could happen again because “Alarm 21 days before a certificate expires” (a1) is no"
        " longer kept: 9 days left, promised 21." in page
    )
    assert (
        f"✗ regressed a1 Alarm 21 days before a certificate expires since {now:%Y-%m-%d %H:%M} UTC"
        " · mail-certificate broken (serious): 9 days left, promised 21" in page
    )
    assert (
        f"✓ holding a2 Train the on-call team on certificate renewal since {before:%Y-%m-%d %H:%M}"
        " UTC · held by training" in page
    )


def test_the_page_fits_its_columns_when_piped(
    estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = estate.parent / "reports" / "mail-2024.md"
    report.write_text(
        REPORT.replace("Mail could", "Mail " * 40 + "could").replace("expires", "expires " * 60)
    )
    _, out, _ = _status(capsys, estate)
    assert max(map(len, out.splitlines())) <= 100
    assert "\x1b" not in out


def test_json_tells_the_same(
    estate: Path, capsys: pytest.CaptureFixture[str], now: datetime
) -> None:
    _seen(estate, now, mail_certificate=Holds("40 days left"), training=Holds("in May"))
    code, out, _ = _status(capsys, estate, "--format", "json")
    (report,) = _reports(out)
    assert code == 0
    assert report["id"] == "mail-2024"
    assert report["date"] == "2024-06-07"
    assert report["cause_class"] == "certificate_expired"
    assert report["could_happen_again"] is False
    actions = report["actions"]
    assert isinstance(actions, list)
    assert [(one["id"], one["state"]) for one in actions] == [("a1", "holding"), ("a2", "holding")]
    assert actions[0]["guards"][0]["verdict"] == "holds"
    assert actions[0]["since"] == now.isoformat(timespec="seconds")


def test_markdown_is_a_table_whose_cells_stay_cells(
    estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = estate.parent / "reports" / "mail-2024.md"
    report.write_text(REPORT.replace("Alarm 21", "Alarm | <b>21</b>"))
    _, out, _ = _status(capsys, estate, "--format", "markdown")
    rows = [line for line in out.splitlines() if line.startswith("| ? |")]
    assert len(rows) == 2
    assert len(re.findall(r"(?<!\\)\|", rows[0])) == 6
    assert out.startswith("# Could it happen again?\n")


def test_a_report_that_cannot_be_read_is_a_warning_and_not_the_end(
    estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (estate.parent / "reports" / "huge.md").open("wb") as huge:
        huge.truncate(33 * 1024 * 1024)
    code, out, _ = _status(capsys, estate)
    assert code == 0
    assert "warning: " in out
    assert "huge.md is larger than 32 MiB" in re.sub(r"\s+", " ", out)
    assert "✗ mail-2024" in out


def test_an_action_that_is_not_in_the_report_is_a_warning(
    estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    estate.write_text(ESTATE.replace("mail-2024#a2", "mail-2024#a9"))
    _, out, _ = _status(capsys, estate)
    assert "the report has no action a9" in re.sub(r"\s+", " ", out)


def test_a_journal_that_cannot_be_read_is_4(
    estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (estate.parent / "twiceshy.db").write_text("this is no database")
    code, out, err = _status(capsys, estate)
    assert (code, out) == (4, "")
    assert err.startswith("error: cannot open the journal")


def test_the_page_goes_to_a_file(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = estate.parent / "status.md"
    assert _status(capsys, estate, "--format", "markdown", "-o", target)[:2] == (0, "")
    assert target.read_text("utf-8").startswith("# Could it happen again?")


def test_a_file_name_does_not_steer_the_terminal(
    estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (estate.parent / "reports" / "\x1b[2J\u202email\u009b.md").write_text(REPORT)
    for form in ("text", "markdown"):
        _, out, _ = _status(capsys, estate, "--format", form)
        assert all(line.isprintable() for line in out.splitlines())
