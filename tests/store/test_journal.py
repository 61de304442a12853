from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from twiceshy.model.fact import Attestation
from twiceshy.model.ids import GuardId
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown
from twiceshy.store.location import Location
from twiceshy.store.opening import open_journal
from twiceshy.store.records import Latest, Observation, Run, Turn

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MAIL = GuardId("mail")

MakeRun = Callable[..., Run]
MakeSeen = Callable[..., Observation]


def test_what_is_recorded_comes_back_whole(
    location: Location, run_at: MakeRun, seen: MakeSeen
) -> None:
    broken = Broken(
        Severity.SERIOUS,
        "9 days left, promised 21",
        (Evidence("smtp://mail:25", "leaf ends 2026-06-10"),),
        hurts_at=NOON + timedelta(days=9),
        next_step="Renew it.",
    )
    with open_journal(location) as journal:
        journal.record(run_at(), [seen("mail", broken)])
    with open_journal(location) as journal:
        assert journal.latest([MAIL, GuardId("other")]) == {
            MAIL: Latest(
                MAIL,
                "broken",
                "9 days left, promised 21",
                NOON,
                "desk",
                since=NOON,
                ever_held=False,
                severity=Severity.SERIOUS,
                evidence=broken.evidence,
                next_step="Renew it.",
                hurts_at=NOON + timedelta(days=9),
            )
        }


def test_the_first_look_turns_from_nothing_and_only_changes_turn_again(
    location: Location, run_at: MakeRun, seen: MakeSeen
) -> None:
    with open_journal(location) as journal:
        assert journal.record(run_at(), [seen("mail", Holds("fine"))]) == (
            Turn(MAIL, None, "holds", NOON),
        )
        assert journal.record(run_at(5), [seen("mail", Holds("still"), 5)]) == ()
        down = journal.record(run_at(9), [seen("mail", Broken(Severity.CRITICAL, "down"), 9)])
        assert down == (Turn(MAIL, "holds", "broken", NOON + timedelta(minutes=9)),)
        assert [turn.after for turn in journal.turns(MAIL)] == ["holds", "broken"]
        assert journal.turns(after=NOON + timedelta(minutes=1)) == down


def test_since_tells_when_the_present_verdict_began(
    location: Location, run_at: MakeRun, seen: MakeSeen
) -> None:
    with open_journal(location) as journal:
        journal.record(run_at(), [seen("mail", Holds("fine"))])
        journal.record(run_at(5), [seen("mail", Broken(Severity.WARNING, "late"), 5)])
        journal.record(run_at(9), [seen("mail", Broken(Severity.CRITICAL, "down"), 9)])
        latest = journal.latest([MAIL])[MAIL]
    assert latest.since == NOON + timedelta(minutes=5)
    assert latest.at == NOON + timedelta(minutes=9)
    assert latest.severity is Severity.CRITICAL
    assert latest.ever_held


def test_several_looks_at_one_guard_in_one_run_make_their_turns_in_order(
    location: Location, run_at: MakeRun, seen: MakeSeen
) -> None:
    with open_journal(location) as journal:
        turns = journal.record(
            run_at(),
            [seen("mail", Unknown("no answer"), 2), seen("mail", Holds("fine"), 1)],
        )
    assert [(turn.before, turn.after) for turn in turns] == [(None, "holds"), ("holds", "unknown")]


def test_an_observation_that_arrives_late_is_kept_and_turns_nothing(
    location: Location, run_at: MakeRun, seen: MakeSeen
) -> None:
    with open_journal(location) as journal:
        journal.record(run_at(9), [seen("mail", Holds("fine"), 9)])
        assert journal.record(run_at(), [seen("mail", Unknown("slow"))]) == ()
        latest = journal.latest([MAIL])[MAIL]
    assert latest.verdict == "holds"
    assert latest.since == NOON + timedelta(minutes=9)


def test_times_of_any_zone_come_back_in_utc(location: Location) -> None:
    nairobi = NOON.astimezone(timezone(timedelta(hours=3)))
    with open_journal(location) as journal:
        journal.attest(MAIL, Attestation("ops", nairobi, "wiki/7"), recorded_at=nairobi)
        attested = journal.latest_attestation(MAIL)
    assert attested is not None
    assert attested.at == NOON
    assert attested.at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(location: Location) -> None:
    with open_journal(location) as journal, pytest.raises(Exception, match="without a zone"):
        journal.attest(
            MAIL,
            Attestation("ops", datetime(2026, 1, 1), "wiki/7"),  # noqa: DTZ001 - what is tested
            recorded_at=NOON,
        )


def test_the_attestation_done_last_counts_however_late_it_was_written_down(
    location: Location,
) -> None:
    june = Attestation("ops", NOON, "wiki/june")
    may = Attestation("ops", NOON - timedelta(days=31), "wiki/may")
    with open_journal(location) as journal:
        assert journal.latest_attestation(MAIL) is None
        journal.attest(MAIL, june, recorded_at=NOON)
        journal.attest(MAIL, may, recorded_at=NOON + timedelta(days=1))
        assert journal.latest_attestation(MAIL) == june
        assert journal.latest_attestations([MAIL, GuardId("other")]) == {MAIL: june}


def test_text_that_no_database_takes_is_stored_readably(
    location: Location, run_at: MakeRun, seen: MakeSeen
) -> None:
    hostile = Unknown("a\0b \ud800", (Evidence("c\0", "d\udfff"),), next_step="e\0")
    with open_journal(location) as journal:
        journal.record(run_at(), [seen("mail", hostile)])
        latest = journal.latest([MAIL])[MAIL]
    assert latest.why.startswith("a\ufffdb ")
    assert latest.evidence[0].what == "c\ufffd"


def test_more_guards_than_fit_one_query(
    location: Location, run_at: MakeRun, seen: MakeSeen
) -> None:
    ids = [GuardId(f"g{number}") for number in range(2300)]
    with open_journal(location) as journal:
        assert len(journal.record(run_at(), [seen(one, Holds("fine")) for one in ids])) == 2300
        assert journal.record(run_at(1), [seen(one, Holds("fine"), 1) for one in ids]) == ()
        assert journal.latest(ids).keys() == set(ids)


def test_a_run_that_saw_nothing_is_recorded(location: Location, run_at: MakeRun) -> None:
    with open_journal(location) as journal:
        assert journal.record(run_at(), []) == ()
        assert journal.latest([]) == {}
