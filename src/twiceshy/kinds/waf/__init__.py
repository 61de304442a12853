"""The web application firewall enforces on every public location."""

from __future__ import annotations

from datetime import timedelta

from twiceshy.kinds.waf.differences import differences
from twiceshy.kinds.waf.facts import Promise, WafFact
from twiceshy.kinds.waf.proposals import fact, recognises
from twiceshy.kinds.waf.rules import judge
from twiceshy.model.ids import KindId
from twiceshy.model.kind import Kind, Proposals

KIND = Kind(
    id=KindId("waf"),
    summary="The web application firewall enforces on every public location.",
    promise=Promise,
    fact=WafFact,
    judge=judge,
    every=timedelta(hours=1),
    proposals=Proposals(recognises=recognises, fact=fact, differences=differences),
)
