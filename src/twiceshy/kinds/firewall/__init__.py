"""These flows pass and those do not."""

from __future__ import annotations

from datetime import timedelta

from twiceshy.kinds.firewall.blast import differences
from twiceshy.kinds.firewall.facts import FirewallFact, Promise
from twiceshy.kinds.firewall.read import fact_of, recognises
from twiceshy.kinds.firewall.rules import judge
from twiceshy.model.ids import KindId
from twiceshy.model.kind import Kind, Proposals

KIND = Kind(
    id=KindId("firewall"),
    summary="These flows pass and those do not, over nftables and iptables rule sets.",
    promise=Promise,
    fact=FirewallFact,
    judge=judge,
    every=timedelta(minutes=15),
    proposals=Proposals(recognises=recognises, fact=fact_of, differences=differences),
)
