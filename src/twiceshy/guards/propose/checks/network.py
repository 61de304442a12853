"""What stands between users and a service: names, ports, firewalls, limits, balancers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from twiceshy.guards.propose.checks.check import Check
from twiceshy.guards.propose.checks.slot import Slot, days_ahead, percent, rate
from twiceshy.guards.propose.checks.template import Template, signal, template
from twiceshy.guards.propose.quantity import Bound

_WHOLE = r"\b(?:in total|overall|whole|globally|altogether|server-wide|site-wide|for all)\b"
_ANY_BOUND = frozenset({Bound.ABOVE, Bound.AT, Bound.NONE})
_LIMITS: tuple[Slot, ...] = (
    rate("whole_server", _ANY_BOUND, near=_WHOLE),
    rate("per_client", _ANY_BOUND),
)

NETWORK: Mapping[Check, Template] = MappingProxyType(
    {
        Check.FIREWALL: template(
            "firewall",
            "15m",
            "It works out from the rule set itself whether the flows {service} lives on still "
            "pass, and names a packet that does not.",
            advice="Add the flows it lives on, and under `must_not_pass` those that must stay shut, "
            "such as `tcp/5432 in`; name both ends where not everybody is meant: `from`, `to`.",
            must_pass=("{flows}",),
        ),
        Check.WAF: template(
            "waf",
            "1h",
            "It sends {service} a harmless attack that must be blocked and a benign request that "
            "must pass, and reads which line decides whether it enforces, so a firewall module "
            "that was switched off is noticed whatever switched it off.",
            advice="List the locations that need none under `except_locations:`, and rules that "
            "may be removed under `may_remove:`.",
            enforces=True,
            attack_canary="blocked",
            benign_canary="passes",
        ),
        Check.RATE_LIMIT: template(
            "ratelimit",
            "1h",
            "It makes sure that every public location of {service} is limited per client and as a "
            "whole, and that a burst is answered 429 instead of taking the server down.",
            slots=_LIMITS,
            per_client=True,
            whole_server=True,
            burst_answer=429,
        ),
        Check.UPSTREAMS: template(
            "webserver",
            "15m",
            "It reads the balancer's configuration before {service}: every upstream has a health "
            "check, and what runs is what is on disk.",
            advice="Say `upstream_health_checks: active` for checks that do not wait for a user's "
            "request to fail, and `backends_at_least:` how many servers there must be.",
            upstream_health_checks=True,
            running_is_on_disk=True,
        ),
        Check.WEB_SERVER: template(
            "webserver",
            "15m",
            "It reads the web server's configuration of {service}: every public listener has "
            "sound TLS files, and what runs is what is on disk.",
            slots=(days_ahead("certificate_days"),),
            certificate_days=14,
            running_is_on_disk=True,
            served_is_configured=True,
        ),
        Check.RESOLVES: template(
            "host",
            "5m",
            "It resolves the names of {service} as its users do and connects to what they lead "
            "to, so a wrong or missing record shows at once.",
            advice="List the right addresses under `addresses:` to notice a record that points "
            "elsewhere, and the name servers under `nameservers:` to ask each of them.",
            families="any",
        ),
        Check.LISTENS: template(
            "host",
            "5m",
            "It connects to the ports of {service} at every address, so one that nobody listens "
            "on, or that is shut off, shows at once.",
            advice="Without `listens:` the ports are those of the service's endpoints.",
            families="any",
        ),
        Check.NETWORK: signal(
            "network traffic and packet loss of {service}",
            why="It follows what goes over the network to and from {service} and reports a drop, "
            "loss or an unusual spike.",
            slots=(percent("loss_above_percent", near=r"\b(?:loss|lost|dropped|packets?)\b"),),
            alert_on=("spike", "drop", "silence"),
        ),
        Check.CONNECTIONS: signal(
            "open connections of {service}",
            why="It follows how many connections {service} holds open and reports what departs "
            "from its usual course.",
            slots=(percent("alert_above_percent"),),
            alert_on=("spike", "drop"),
        ),
    }
)
