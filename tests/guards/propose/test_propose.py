from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from twiceshy.guards.propose import Plan, Proposal, propose
from twiceshy.guards.propose.checks import TEMPLATES, Check
from twiceshy.kinds import KINDS
from twiceshy.kinds.planned import PLANNED_KINDS
from twiceshy.model.ids import ActionId, ActionRef, ReportId
from twiceshy.model.report import Action, ActionKind, Cause, CauseClass, Report

SEEDS = Path(__file__).parents[4] / "shared" / "seeds"
CASES = Path(__file__).with_name("actions.txt")


def report(
    *texts: str,
    id_: str = "r",
    cause: CauseClass = CauseClass.OTHER,
    services: tuple[str, ...] = ("web shop",),
    same: dict[int, int] | None = None,
) -> Report:
    rewordings = same or {}
    actions = tuple(
        Action(
            ActionId(f"a{number}"),
            text,
            ActionKind.PREVENT,
            number,
            same_as=ActionId(f"a{rewordings[number]}") if number in rewordings else None,
        )
        for number, text in enumerate(texts, 1)
    )
    return Report(
        ReportId(id_),
        f"{id_}.md",
        services=services,
        cause=Cause("because", cause, (), 1),
        actions=actions,
    )


def only(plan: Plan, kind: str) -> Proposal:
    (found,) = (one for one in plan.proposals if one.kind == kind)
    return found


def refs(proposal: Proposal) -> list[str]:
    return [str(ref) for ref in proposal.because]


def every_action() -> list[str]:
    lines = CASES.read_text(encoding="utf-8").splitlines()
    return [line.split("|", 2)[2].strip() for line in lines if line.count("|") > 1]


def test_a_rewording_gets_no_guard_of_its_own_and_both_are_named() -> None:
    plan = propose(
        [report("Monitor certificate expiry.", "Add certificate expiry alerts.", same={2: 1})]
    )
    assert [refs(one) for one in plan.proposals] == [["r#a1", "r#a2"]]


def test_a_rewording_that_also_promises_training_gets_that_guard() -> None:
    plan = propose(
        [
            report(
                "Create an incident response playbook.",
                "Create a playbook and ensure everybody is familiar with it.",
                same={2: 1},
            )
        ]
    )
    by_what = {one.promise["what"]: refs(one) for one in plan.proposals}
    assert by_what == {"documented": ["r#a1", "r#a2"], "trained": ["r#a2"]}


def test_a_rewording_may_state_how_often() -> None:
    plan = propose(
        [report("Schedule security audits.", "Schedule bi-monthly security audits.", same={2: 1})]
    )
    assert only(plan, "practice").promise["within_days"] == 60


def test_guards_of_several_reports_that_are_the_same_are_one() -> None:
    first = report("Monitor certificate expiry.", id_="one")
    second = report("Alert before certificates expire.", id_="two")
    plan = propose([first, second])
    assert refs(only(plan, "certificate")) == ["one#a1", "two#a1"]


def test_the_longest_warning_time_that_an_action_states_counts() -> None:
    plan = propose(
        [
            report(
                "Warn 14 days before a certificate expires.",
                "Warn 45 days before a certificate expires.",
            )
        ]
    )
    guard = only(plan, "certificate")
    assert guard.promise["days"] == 45
    assert "45 days" in guard.why


def test_every_service_that_users_lost_gets_its_own_front_door_watched() -> None:
    plan = propose([report("Monitor certificate expiry.", services=("main website", "API"))])
    assert [one.target for one in plan.proposals] == ["main-website", "api"]


def test_an_action_that_names_a_service_is_about_that_one() -> None:
    plan = propose([report("Add rate limiting to the API.", services=("main website", "API"))])
    assert only(plan, "ratelimit").target == "api"


def test_a_mail_service_that_must_be_up_is_sent_mail() -> None:
    plan = propose([report("Add uptime monitoring.", services=("email service",))])
    assert only(plan, "mail").target == "email-service"


def test_what_a_service_stands_on_is_there_as_far_as_the_cause_tells() -> None:
    plan = propose([report("x", cause=CauseClass.DATABASE_SETTINGS, services=("shop",))])
    assert [service.id for service in plan.services] == ["shop", "shop-database"]
    assert plan.services[0].depends_on == ("shop-database",)


def test_a_report_without_a_service_gets_one_that_says_so() -> None:
    plan = propose([report("Monitor uptime.", id_="2024", services=())])
    (service,) = plan.services
    assert service.id == "service-of-2024"
    assert service.summary is None


@pytest.mark.parametrize("name", ["2024", "1e3", "null", "On", "no"])
def test_a_service_is_never_called_what_yaml_takes_for_something_else(name: str) -> None:
    plan = propose([report("Monitor uptime.", services=(name,))])
    assert plan.services[0].id.startswith("service-")


def test_nothing_is_invented_for_a_target() -> None:
    plan = propose([report(*every_action())])
    ids = {service.id for service in plan.services}
    assert {one.target for one in plan.proposals} <= ids


def test_every_guard_of_a_built_kind_keeps_that_kinds_promise() -> None:
    promises = {kind.id: kind.promise for kind in KINDS.values()}
    assert promises, "no kind is built"
    for one in propose([report(*every_action())]).proposals:
        if one.kind in promises:
            promises[one.kind](**one.promise)
        else:
            assert one.kind in PLANNED_KINDS


def test_every_check_says_what_it_is_and_fills_its_blanks() -> None:
    assert set(TEMPLATES) == set(Check)
    for one in propose([report(*every_action())]).proposals:
        said = " ".join([one.why, *(str(value) for value in one.promise.values())])
        assert "{" not in said
        assert one.why.endswith((".", "..."))


def test_what_only_people_can_do_says_so() -> None:
    plan = propose([report("Train the team on DNS.")])
    assert "Only people" in (only(plan, "practice").advice or "")


def test_an_action_that_no_rule_reads_keeps_its_own_words() -> None:
    guard = only(propose([report("Zork the frobnicator!")]), "practice")
    assert guard.promise["what"] == "reviewed"
    assert guard.promise["subject"] == "zorking the frobnicator"
    assert guard.promise["within_days"] == 90


def test_braces_in_an_action_are_left_alone() -> None:
    guard = only(propose([report("Review {days} and {service} {0}")]), "practice")
    assert "{service} {0}" in str(guard.promise["subject"])


WORDS = st.sampled_from(
    [
        "monitor",
        "certificate",
        "firewall",
        "review",
        "and",
        "train",
        "the",
        "team",
        "on",
        "to",
        "ensure",
        ":",
        ",",
        ".",
        "audit",
        "backups",
        "quarterly",
        "document",
        "automated",
        "tests",
        "database",
        "traffic",
        "é",
        "漢字",
        "😀",
        "{x}",
        "#a1",
        "'quoted'",
        '"q"',
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=25).map(" ".join)),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(CauseClass),
    st.lists(st.text(max_size=30), max_size=5),
)
@example(texts=["", " ", "-", ":", "a:"], cause=CauseClass.OTHER, services=["", "the "])
def test_whatever_an_action_says_it_is_guarded(
    texts: list[str], cause: CauseClass, services: list[str]
) -> None:
    one = report(*texts, cause=cause, services=tuple(services))
    plan = propose([one])
    assert plan == propose([one])
    guarded = {ref for proposal in plan.proposals for ref in proposal.because}
    assert guarded == {ActionRef(one.id, action.id) for action in one.actions}
    ids = [proposal.id for proposal in plan.proposals]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[a-z0-9][a-z0-9-]*", id_) for id_ in ids)
    known = {service.id for service in plan.services}
    assert {proposal.target for proposal in plan.proposals} <= known
    assert {d for service in plan.services for d in service.depends_on} <= known


@pytest.mark.parametrize("unit", ["to ensure that x ", "and review ", "a, ", "(", "database ", "-"])
def test_a_long_action_is_read_in_no_time(unit: str) -> None:
    assert propose([report(unit * 20_000)]).proposals


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the founding reports are not here")
def test_the_founding_reports_leave_no_action_unguarded_and_no_nonsense() -> None:
    from twiceshy.reports.read import read_report

    reports = [
        read_report(path.read_bytes(), path=str(path)) for path in sorted(SEEDS.glob("*.txt"))
    ]
    plan = propose(reports)
    guarded = {ref for one in plan.proposals for ref in one.because}
    assert guarded == {ActionRef(r.id, action.id) for r in reports for action in r.actions}
    by_report = {
        r.id[:3]: {
            one.kind for one in plan.proposals if r.id in {ref.report for ref in one.because}
        }
        for r in reports
    }
    assert by_report == {
        "000": {"certificate", "renewal", "practice"},
        "001": {"drift", "firewall", "webserver", "mail", "signal", "practice"},
        "002": {"certificate", "renewal", "webserver", "practice"},
        "003": {"drift", "waf", "signal", "practice"},
        "004": {"database", "drift", "practice"},
    }
