from __future__ import annotations

from datetime import date

import pytest

from twiceshy.model.report import Action, ActionKind
from twiceshy.reports.action_kinds import kind_of
from twiceshy.reports.read import read_report

HEAD = (
    "# Postmortem\n\n## Summary\n\nOn 2024-06-05 from 10:00 to 11:00 UTC mail was down.\n\n"
    "## Root cause\n\nThe disk was full.\n\n"
)


def _actions(text: str) -> tuple[Action, ...]:
    return read_report(HEAD + text, path="x.md").actions


@pytest.mark.parametrize(
    "text",
    [
        "## Action items\n\n- Add an alert\n- Clean up logs\n",
        "## Corrective and Preventative Measures\n\n1. Add an alert\n2. Clean up logs\n",
        "## TODO List\n\n- [ ] Add an alert\n- [x] Clean up logs\n",
        "## Preventive measures\n\nAdd an alert.\n\nClean up logs.\n",
        "## Prevention\n\nAlert: Add an alert.\nLogs: Clean up logs.\n",
        "## Follow-up tasks\n\n**Alert:** Add an alert\n\n**Logs:** Clean up logs\n",
        "## Action items\n\n| Action | Owner |\n|---|---|\n| Add an alert | ops |\n| Clean up logs | ops |\n",
        "<h2>Action items</h2><ul><li>Add an alert</li><li>Clean up logs</li></ul>",
        "## Never again\n\n(1) Add an alert\n(2) Clean up logs\n",
        "## Next steps\n\nWe will add an alert. We will clean up logs.\n",
        (
            "## Action items\n\nTo prevent this in the future, we will take the following actions:\n\n"
            "- Add an alert\n- Clean up logs\n"
        ),
        "## Action items\n\n- Improvements:\n  - Add an alert\n- Tasks:\n  - Clean up logs\n",
    ],
)
def test_two_actions_are_two_however_they_are_listed(text: str) -> None:
    actions = _actions(text)
    assert len(actions) == 2
    assert "alert" in actions[0].text
    assert "logs" in actions[1].text


@pytest.mark.parametrize(
    ("line", "owner", "due"),
    [
        ("Add an alert (owner: web team, due: 2024-07-01)", "web team", date(2024, 7, 1)),
        ("Add an alert (web team, 2024-07-01)", "web team", date(2024, 7, 1)),
        ("Add an alert - owner: web team - due 2024-07-01", "web team", date(2024, 7, 1)),
        ("Add an alert by July 1, 2024", None, date(2024, 7, 1)),
        ("Add an alert (@web, due: 07/15/2024)", "@web", date(2024, 7, 15)),
        ("Web team: add an alert", "Web team", None),
        ("Add an alert next quarter", None, None),
    ],
)
def test_owner_and_due_date_are_read_where_they_stand(
    line: str, owner: str | None, due: date | None
) -> None:
    (action,) = _actions(f"## Action items\n\n- {line}\n")
    assert (action.owner, action.due) == (owner, due)


def test_owner_and_due_date_may_stand_below() -> None:
    (action,) = _actions(
        "## Action items\n\n- Add an alert\n  - Owner: web team\n  - Due: 2024-07-01\n"
    )
    assert (action.owner, action.due) == ("web team", date(2024, 7, 1))


@pytest.mark.parametrize(
    ("line", "done"),
    [
        ("Add an alert (DONE)", True),
        ("Add an alert (Accomplished.)", True),
        ("Add an alert - Completed", True),
        ("[x] Add an alert", True),
        ("[ ] Add an alert", False),
        ("Add an alert when backups are done late at night", False),
    ],
)
def test_what_the_report_marks_as_done_is_done(line: str, done: bool) -> None:
    (action,) = _actions(f"## Action items\n\n- {line}\n")
    assert action.done is done


def test_lessons_and_closing_words_are_no_actions() -> None:
    actions = _actions(
        "## Action items\n\n- Add an alert\n\nBy implementing these measures we aim to do better.\n\n"
        "## Lessons learned\n\n- Disks fill up\n"
    )
    assert [action.text for action in actions] == ["Add an alert"]


def test_a_task_that_rewords_a_measure_is_linked_to_it() -> None:
    actions = _actions(
        "## Corrective and Preventative Measures\n\n**Improvements**\n- Improve monitoring of disk space\n\n"
        "**Tasks**\n- Set up disk space monitoring\n- Train the staff\n"
    )
    assert [action.same_as for action in actions] == [None, "a1", None]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Add monitoring for disk usage", ActionKind.DETECT),
        ("Train the team on certificates", ActionKind.PROCESS),
        ("Add a rate limit", ActionKind.MITIGATE),
        ("Automate the deployment", ActionKind.PREVENT),
    ],
)
def test_an_action_has_a_kind(text: str, kind: ActionKind) -> None:
    assert kind_of(text) is kind
