"""Do these flows pass and those not, whatever order, chains, sets, marks and NAT make of them?

What it promises:
    Each flow in `must_pass` gets through the host's packet filter: every packet of it, the answers
    to it, and the packets after them. Of each flow in `must_not_pass` no first packet gets
    through. Flows in `management` pass like the former; they are how the host is administered.
    With `policy`, packets that no rule is about are dropped or accepted as it says; with
    `no_dead_rules` each rule can decide about some packet; with `same_for_ipv4_and_ipv6` the same
    ports are open over both.

The outage behind it:
    A change of the firewall carried one wrong rule, which dropped all that the mail servers sent.
    Nobody could send or receive mail for three and a half hours, of which two went to the
    database, the load balancers and the network, because nothing said what the rule set as a whole
    let through. It was all in the text before it was applied.

What it looks at:
    The rules as `iptables-save`, `ip6tables-save`, `ipset save` and nft write them, natively, all
    of a host's tables together: both families, every hook and priority, chains that call chains,
    sets, marks, connection states, NAT. The answer is exact and for all packets of a flow at once,
    not for samples. A broken promise comes with one packet that shows it and with the file and
    line of the rule or the policy that decides.

    Ordinary clients are meant where something has to pass (source ports from 1024 on, a plain
    SYN), all packets where nothing may. Live, with `tried`, flows are also tried for real.

When it cannot know:
    The answer hinges on something that the text does not tell: a match that is not modelled
    (`recent`, `limit`, `string`), a set that is filled at run time, an interface, a user id, or
    which addresses are the host's own. It is then named, with its line. Also: a line that cannot
    be read, a file that was not handed in, the rules of a family that were not seen, or rules that
    overlap beyond any bound. Routes and `rp_filter` are taken to be such that packets go the way
    the flow says.

Example:
    - id: mail-1-firewall
      kind: firewall
      target: mail-1
      promise:
        must_pass:
          - {name: mail to other servers, direction: out, ports: tcp/25}
          - tcp/25 in from internet
        must_not_pass:
          - tcp/5432 in
        management:
          - tcp/22 in from 198.51.100.0/24
        policy: {input: drop}
      every: 15m
      because: mail-firewall-2023#a2
"""

from __future__ import annotations

from datetime import datetime

from twiceshy.kinds.firewall.facts import FirewallFact, Promise
from twiceshy.kinds.firewall.findings import Finding, verdict_of
from twiceshy.kinds.firewall.flow_rules import judge_flow
from twiceshy.kinds.firewall.flows import Surroundings
from twiceshy.kinds.firewall.host import Host
from twiceshy.kinds.firewall.shape_rules import judge_dead_rules, judge_parity, judge_policies
from twiceshy.kinds.firewall.tried_rules import judge_tried
from twiceshy.model.verdict import Evidence, Severity, Unknown, Verdict


def judge(promise: Promise, fact: FirewallFact, now: datetime) -> Verdict:  # noqa: ARG001 - one signature for all kinds
    """Is what the rules do what the promise says?"""
    if promise.is_empty:
        return Unknown(
            "nothing is promised",
            next_step="Name flows under `must_pass` and `must_not_pass`.",
        )
    tried = list(judge_tried(promise, fact.tried))
    unread = [one for one in fact.ruleset.problems if one.chain is None]
    if unread and not any(one.severity for one in tried):
        first = unread[0]
        more = f" (and {len(unread) - 1} more)" if len(unread) > 1 else ""
        return Unknown(
            f"not all of the rules could be read: {first.place.file}:{first.place.line}:"
            f" {first.what}{more}",
            tuple(Evidence("a line that was not read", one.what, one.place) for one in unread[:20]),
            next_step="Mend that line; if it is right, please report it.",
        )
    # The rules first: they name the line that decides, a connection only says that one does.
    return verdict_of([*(() if unread else _findings(promise, fact)), *tried])


def _findings(promise: Promise, fact: FirewallFact) -> list[Finding]:
    ruleset = fact.ruleset
    around = Surroundings(
        Host.of(promise.addresses or fact.addresses or ()), fact.families, fact.interfaces
    )
    found = [
        judge_flow(flow, ruleset, around, passing=passing, severity=severity)
        for flows, passing, severity in (
            (promise.managing, True, Severity.CRITICAL),
            (promise.passing, True, Severity.CRITICAL),
            (promise.blocked, False, Severity.SERIOUS),
        )
        for flow in flows
    ]
    if promise.policy is not None:
        found += judge_policies(promise.policy, ruleset, fact.families)
    if promise.same_for_ipv4_and_ipv6:
        found += judge_parity(ruleset, around)
    if promise.no_dead_rules:
        found.append(judge_dead_rules(ruleset))
    return found
