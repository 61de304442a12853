"""A service as its users meet it: pages, logins, mail."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from twiceshy.guards.propose.checks.check import Check
from twiceshy.guards.propose.checks.slot import OVER, UNDER, Slot, duration, percent, share, span
from twiceshy.guards.propose.checks.template import Template, signal, template
from twiceshy.guards.propose.quantity import Bound, Unit

_WAITING = (
    r"\b(?:p\d{2}\b|percentile|respon[ds]|latenc|answer|repl(?:y|ies)|slow|load|takes?\b|time|"
    r"render|faster|quick|return|health)\w*"
)
_QUEUED = r"\bqueue|\boldest\b|\bolder\b"
_LONGEST_DELIVERY_SECONDS = 86400

FRONT_DOORS: Mapping[Check, Template] = MappingProxyType(
    {
        Check.ANSWERS: template(
            "http",
            "5m",
            "It asks {service} the way a user does and reports every answer that is not the right "
            "one.",
            slots=(span("within_ms", 0.001, near=_WAITING),),
            status=200,
        ),
        Check.IN_TIME: template(
            "http",
            "5m",
            "It times the answer of {service} as users wait for it and reports one that takes too "
            "long.",
            slots=(span("within_ms", 0.001),),
            status=200,
            within_ms=2000,
        ),
        Check.LOGIN: template(
            "login",
            "5m",
            "It logs in to {service} as a user would, step by step, and reports a step that fails "
            "or takes too long.",
            advice="Name the steps, and a test account by env: or file:.",
            slots=(span("within_seconds", 1),),
            within_seconds=5,
        ),
        Check.MAIL: template(
            "mail",
            "5m",
            "It hands {service} a message and waits for it to come out at the other end, which is "
            "what users lose when mail stops.",
            advice="Name a recipient and the mailbox where its messages come out (arrives_at).",
            slots=(
                span("oldest_in_queue_minutes", 60, near=_QUEUED, most=_LONGEST_DELIVERY_SECONDS),
                span("arrives_within_minutes", 60, most=_LONGEST_DELIVERY_SECONDS),
            ),
            arrives_within_minutes=5,
            oldest_in_queue_minutes=15,
        ),
        Check.TRAFFIC: signal(
            "traffic of {service}",
            why="It learns what traffic is usual for {service} at this time of day and reports a "
            "spike, a drop or silence within minutes.",
            alert_on=("spike", "drop", "silence"),
        ),
        Check.MAIL_TRAFFIC: signal(
            "messages and connections of {service}",
            why="It learns how much mail {service} usually moves at this hour and reports a drop "
            "or silence long before complaints come in.",
            alert_on=("spike", "drop", "silence"),
        ),
        Check.ERRORS: signal(
            "errors of {service}",
            why="It follows the errors that {service} logs or answers with and reports when they "
            "rise above what is usual.",
            slots=(percent("alert_above_percent"),),
            alert_on=("spike",),
        ),
        Check.LOGIN_FAILURES: signal(
            "failed logins of {service}",
            why="It follows how many logins to {service} fail and reports a rise that users have "
            "not yet complained about.",
            slots=(
                percent("alert_above_percent"),
                Slot("success_below_percent", Unit.PERCENT, UNDER, most=100),
            ),
            alert_on=("spike",),
        ),
        Check.THIRD_PARTY: signal(
            "failed and slow calls of {service} to the third party",
            why="It follows how the calls of {service} to others end, so their outage is told "
            "from ours in minutes.",
            slots=(percent("failed_above_percent"), span("slower_than_ms", 0.001)),
            alert_on=("spike", "silence"),
        ),
        Check.NAMED: signal(
            "{topic}",
            why="It follows what the action names, learns what is usual for it and reports what "
            "departs from that: {topic}.",
            slots=(
                share("alert_above", OVER),
                share("alert_below", UNDER),
                duration("alert_above", Bound.ABOVE, Bound.AT),
                duration("alert_below", Bound.BELOW),
            ),
            alert_on=("spike", "drop", "silence"),
        ),
    }
)
