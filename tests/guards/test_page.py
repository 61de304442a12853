from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from twiceshy.guards.page import Page, page
from twiceshy.guards.state import ActionState, Standing, as_of
from twiceshy.model.estate import Estate
from twiceshy.model.guard import Guard
from twiceshy.model.ids import ActionId, ActionRef, GuardId, KindId, ReportId
from twiceshy.model.place import Place
from twiceshy.model.report import Action, ActionKind, Report
from twiceshy.model.verdict import Severity

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def _action(number: int, text: str, same_as: str | None = None) -> Action:
    return Action(
        ActionId(f"a{number}"),
        text,
        ActionKind.PREVENT,
        10 + number,
        same_as=ActionId(same_as) if same_as else None,
    )


ALARM = _action(1, "Alarm 21 days before a certificate ends.")
RULES = _action(2, "Review every firewall change.")
ALARM_AGAIN = _action(3, "Add certificate monitoring.", same_as="a1")
MAIL = Report(ReportId("mail"), "mail.md", "Mail was down", actions=(ALARM, RULES, ALARM_AGAIN))


def _guard(name: str, *because: str) -> Guard:
    return Guard(
        GuardId(name),
        KindId("certificate"),
        "mail",
        None,
        timedelta(hours=6),
        because=tuple(ActionRef.parse(one) for one in because),
        place=Place("twiceshy.yaml", 9, 5),
    )


def _holds(name: str) -> Standing:
    return Standing(GuardId(name), "holds", "fine", NOON, ever_held=True, seen_at=NOON)


def _broken(name: str, *, held: bool, severity: Severity = Severity.SERIOUS) -> Standing:
    return Standing(
        GuardId(name),
        "broken",
        "9 days left",
        NOON,
        ever_held=held,
        severity=severity,
        seen_at=NOON,
    )


def _page(
    guards: Sequence[Guard], standings: Sequence[Standing], reports: Sequence[Report] = (MAIL,)
) -> Page:
    estate = Estate("twiceshy.yaml", guards=MappingProxyType({guard.id: guard for guard in guards}))
    return page(estate, reports, {one.guard_id: one for one in standings}, NOON)


def test_an_action_that_rewords_another_counts_with_it() -> None:
    (part,) = _page([_guard("cert", "mail#a3")], [_holds("cert")]).parts
    first, second = part.lines
    assert (first.action, first.also) == (ALARM, ("a3",))
    assert first.progress.state is ActionState.HOLDING
    assert (second.action, second.also) == (RULES, ())


def test_actions_that_reword_each_other_in_a_circle_are_not_lost() -> None:
    circle = replace(MAIL, actions=(_action(1, "x", "a2"), _action(2, "y", "a1")))
    (part,) = _page([], [], [circle]).parts
    assert {line.action.id for line in part.lines} | {
        also for line in part.lines for also in line.also
    } == {"a1", "a2"}


def test_a_guard_named_by_an_action_and_its_rewording_counts_once() -> None:
    (part,) = _page([_guard("cert", "mail#a1", "mail#a3")], [_holds("cert")]).parts
    assert len(part.lines[0].standings) == 1


def test_a_report_whose_actions_all_hold_is_held_off_but_not_proven() -> None:
    guards = [_guard("cert", "mail#a1"), _guard("rules", "mail#a2")]
    shown = _page(guards, [_holds("cert"), _holds("rules")])
    assert shown.parts[0].reasons == ()
    assert shown.parts[0].sentence == (
        "This is held off by 2 guards that hold; nothing here is proven yet."
    )
    assert shown.headline == "The outage on record is held off. Nothing is proven yet."


def test_a_report_without_any_guard_could_happen_again() -> None:
    shown = _page([], [])
    assert shown.parts[0].sentence == (
        "This could happen again because none of its 2 actions has a guard."
    )
    assert shown.headline == "1 of 1 outage could happen again. Nothing is proven yet."


def test_what_fell_is_told_before_what_nobody_guards() -> None:
    (part,) = _page([_guard("cert", "mail#a1")], [_broken("cert", held=True)]).parts
    assert part.sentence == (
        "This could happen again because “Alarm 21 days before a certificate ends” (a1) is no"
        " longer kept: 9 days left; and no guard keeps “Review every firewall change” (a2)."
    )


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        (_broken("cert", held=False), "is not kept yet: 9 days left"),
        (Standing(GuardId("cert"), "unknown", "no answer", NOON), "nobody knows whether"),
        (Standing(GuardId("cert")), "was never checked"),
    ],
)
def test_the_sentence_says_what_is_not_known_or_not_kept_yet(standing: Standing, told: str) -> None:
    guards = [_guard("cert", "mail#a1"), _guard("rules", "mail#a2")]
    shown = _page(guards, [standing, _holds("rules")])
    assert told in shown.parts[0].sentence
    assert len(shown.parts[0].reasons) == 1


def test_a_holds_of_long_ago_holds_nothing_off() -> None:
    guard = _guard("cert", "mail#a1")
    standing = _holds("cert")
    assert as_of(standing, guard, NOON + timedelta(hours=30)) == standing
    stale = as_of(standing, guard, NOON + timedelta(hours=30, seconds=1))
    assert stale.verdict == "unknown"
    assert "not looked at again since 2026-06-01 12:00 UTC" in stale.why


def test_a_broken_guard_stays_broken_until_it_is_seen_otherwise() -> None:
    standing = _broken("cert", held=True)
    assert as_of(standing, _guard("cert"), NOON + timedelta(days=400)) == standing


def test_a_report_that_promises_nothing_could_happen_again() -> None:
    (part,) = _page([], [], [replace(MAIL, actions=())]).parts
    assert part.sentence == "This could happen again because the report promises no action."


def test_what_is_no_report_is_not_counted_as_an_outage() -> None:
    template = Report(ReportId("t"), "t.md", is_report=False, why_not_report="a template")
    shown = _page([], [], [template, MAIL])
    assert shown.headline.startswith("1 of 1 outage")
    assert [part.report.id for part in shown.parts] == ["mail", "t"]
    assert shown.parts[1].sentence == "This is not a report: a template."


def test_no_report_at_all_is_said() -> None:
    assert "nobody can say" in _page([], [], []).headline


def test_the_most_pressing_report_comes_first() -> None:
    web = Report(ReportId("web"), "web.md", actions=(ALARM,))
    fine = Report(ReportId("fine"), "fine.md", actions=(ALARM,))
    guards = [_guard("cert", "web#a1"), _guard("ok", "fine#a1")]
    shown = _page(guards, [_broken("cert", held=True), _holds("ok")], [fine, MAIL, web])
    assert [part.report.id for part in shown.parts] == ["web", "mail", "fine"]
    assert shown.headline == (
        "2 of 3 outages could happen again. 1 is held off. Nothing is proven yet."
    )


def test_a_guard_because_of_an_action_that_is_not_there_is_told() -> None:
    shown = _page([_guard("cert", "mail#a9", "gone#a1")], [])
    assert shown.mistakes == (
        (
            "twiceshy.yaml:9:5: guard cert is there because of mail#a9, but the report has no"
            " action a9"
        ),
        (
            "twiceshy.yaml:9:5: guard cert is there because of gone#a1, but no report gone could be"
            " read"
        ),
    )


def test_guards_that_no_report_asked_for_are_listed_apart() -> None:
    shown = _page([_guard("own")], [_holds("own")])
    assert [standing.guard_id for standing in shown.without_action] == ["own"]
