from __future__ import annotations

from twiceshy.model.report import CauseClass, Report
from twiceshy.reports.compare import action_name, compare, with_earlier
from twiceshy.reports.read import read_report


def outage(name: str, day: str, cause: str, suspected: str, action: str) -> Report:
    text = f"""# Outage of {name}

## Issue Summary
- Duration: {day}, 13:00 - {day}, 15:00 (UTC)
- Impact: The {name} service was down for 70% of users.

## Timeline
- 13:00 UTC: Users reported the outage.
- 13:10 UTC: Initial assumption was that {suspected}.
- 13:30 UTC: Checks ruled out that {suspected}.
- 14:00 UTC: The team identified the cause.
- 14:30 UTC: The fix was deployed.
- 15:00 UTC: Service was restored.

## Root Cause
{cause}

## Action Items
- {action}
"""
    return read_report(text, path=f"{name}.md")


MAIL = outage(
    "mail",
    "June 7, 2024",
    "The SSL certificate on the server had expired.",
    "the database was failing",
    "Set up alerts for upcoming SSL certificate expirations",
)
WEB = outage(
    "web",
    "September 2, 2024",
    "The SSL certificate of the web server expired because the automatic renewal failed.",
    "the database was overloaded",
    "Monitor SSL certificates and alert before their upcoming expirations",
)
SHOP = outage(
    "shop",
    "July 3, 2024",
    "A firewall rule blocked outgoing traffic.",
    "a DDoS attack was going on",
    "Review every firewall rule change by a second person",
)


def test_causes_of_one_family_recur_even_with_different_classes() -> None:
    (recurring,) = compare([MAIL, SHOP, WEB]).recurring

    assert recurring.family == "certificate"
    assert recurring.causes == (
        ("mail", CauseClass.CERTIFICATE_EXPIRED),
        ("web", CauseClass.CERTIFICATE_RENEWAL_FAILED),
    )
    assert not recurring.same_class


def test_minutes_lost_are_added_up_by_what_was_suspected() -> None:
    lost = compare([MAIL, SHOP, WEB]).lost

    assert [(one.subject, one.minutes) for one in lost] == [
        ("database", 40),
        ("DDoS or attack", 20),
    ]
    assert [report for report, _ in lost[0].leads] == ["mail", "web"]


def test_the_same_promise_in_two_reports_is_told_with_the_words_it_shares() -> None:
    (repeated,) = compare([MAIL, SHOP, WEB]).repeated

    names = [action_name(report, action.id) for report, action in repeated.actions]
    assert names == ["mail#a1", "web#a1"]
    assert {"ssl", "certificate", "upcoming"} <= set(repeated.shared)


def test_only_reports_of_earlier_days_count_as_earlier() -> None:
    web, shop, mail = with_earlier([WEB, SHOP, MAIL])

    (found,) = [finding for finding in web.findings if finding.rule == "AC005"]
    assert "mail#a1 (2024-06-07)" in found.message
    for other in (shop, mail):
        assert "AC005" not in {finding.rule for finding in other.findings}


def test_documents_that_are_no_reports_are_left_out() -> None:
    recipe = read_report("# Pancakes\n\nMix flour and milk.\n", path="pancakes.md")

    assert compare([MAIL, recipe]).reports == ("mail",)
    assert with_earlier([MAIL, recipe])[1] == recipe


def test_nothing_to_compare_is_an_empty_comparison() -> None:
    empty = compare([])

    assert (empty.recurring, empty.lost, empty.repeated, empty.spent) == ((), (), (), ())
