from __future__ import annotations

import pytest

from twiceshy.model.report import FalseLead
from twiceshy.reports.read import read_report
from twiceshy.reports.suspicions import subjects_of, suspicion_in

TAIL = "\n## Root cause\n\nThe disk of the relay was full, so mail was down.\n"


def _leads(timeline: str) -> tuple[FalseLead, ...]:
    text = f"# Postmortem\n\nDate: 2024-06-05\n\n## Timeline (UTC)\n\n{timeline}{TAIL}"
    return read_report(text, path="x.md").false_leads


@pytest.mark.parametrize(
    ("suspects", "rules_out"),
    [
        ("Initial assumption was a network failure", "Network team ruled that out"),
        ("We initially thought that the network was down", "No network problem was found"),
        ("The network was suspected", "Network is fine"),
        ("Suspected the network", "The network was not the cause"),
        (
            "It was believed that the network had failed",
            "Turned out to be a false lead, network healthy",
        ),
        ("Hypothesis: network failure", "Hypothesis rejected"),
        ("The network was blamed", "Network excluded"),
        ("It looks like the network", "It was not the network"),
        ("First guess: the network", "Network innocent"),
    ],
)
def test_a_lead_lasts_from_the_suspicion_to_its_refutation(suspects: str, rules_out: str) -> None:
    (lead,) = _leads(
        f"- 10:00 alarm: mail queue grows\n- 10:10 {suspects}\n- 10:40 {rules_out}\n"
        "- 11:00 Found that the disk of the relay was full\n- 11:30 Mail restored\n"
    )
    assert "network" in lead.text.lower()
    assert lead.minutes == 30


def test_a_lead_that_nobody_refutes_ends_where_the_search_moves_on() -> None:
    (lead,) = _leads(
        "- 10:00 alarm: mail queue grows\n- 10:10 Suspected a DNS failure\n"
        "- 10:50 Escalated to the storage team\n- 11:00 Found that the disk was full\n- 11:30 restored\n"
    )
    assert lead.minutes == 40


def test_a_suspicion_that_was_right_is_no_false_lead() -> None:
    assert (
        _leads(
            "- 10:00 alarm: mail queue grows\n- 10:10 Suspected that the disk was full\n"
            "- 10:20 Found that the disk was full\n- 11:00 Mail restored\n"
        )
        == ()
    )


def test_two_leads_follow_each_other() -> None:
    leads = _leads(
        "- 10:00 alarm rings\n- 10:10 Suspected the database\n- 10:20 Database is fine, focus shifted to the network\n"
        "- 10:50 Network ruled out\n- 11:00 Found that the disk was full\n- 11:30 Mail restored\n"
    )
    assert [lead.minutes for lead in leads] == [10, 30]


def test_a_lead_told_in_its_own_section_keeps_its_times() -> None:
    text = (
        "# Postmortem\n\nDate: 2024-06-05\n\n## Timeline (UTC)\n\n- 10:00 alarm\n- 11:00 Found the full disk\n"
        f"- 11:30 Mail restored\n\n## Misleading Paths\n\n- 10:10 to 10:40: we chased a DNS problem\n{TAIL}"
    )
    (lead,) = read_report(text, path="x.md").false_leads
    assert (lead.text, lead.minutes) == ("DNS problem", 30)


def test_a_lead_told_without_times_has_no_minutes() -> None:
    text = (
        "# Postmortem\n\n## Summary\n\nMail was down. Our first assumption was a DNS failure, which turned out "
        f"to be wrong.\n{TAIL}"
    )
    (lead,) = read_report(text, path="x.md").false_leads
    assert (lead.start, lead.end, lead.minutes) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Initial assumption was that the provider had issues", "provider had issues"),
        ("Engineers suspected a possible database failure", "database failure"),
        ("The firewall was blamed, as always", "firewall"),
        ("Thought that the firewall was blocking the traffic", "firewall was blocking the traffic"),
        ("The network team was asked because we thought of a switch failure", "switch failure"),
        ("Red herring: the cache was blamed as it was new", "cache"),
    ],
)
def test_what_was_suspected_is_told_in_the_reports_words(text: str, what: str) -> None:
    assert suspicion_in(text) == what


def test_a_suspicion_has_subjects() -> None:
    assert subjects_of("a slow MySQL query behind the load balancer") >= {
        "database",
        "load balancer",
    }
