"""Every public location is limited per client and for the whole server."""

from __future__ import annotations

from datetime import timedelta

from twiceshy.kinds.ratelimit.differences import differences
from twiceshy.kinds.ratelimit.facts import Promise, RateLimitFact
from twiceshy.kinds.ratelimit.proposals import fact, recognises
from twiceshy.kinds.ratelimit.rules import judge
from twiceshy.model.ids import KindId
from twiceshy.model.kind import Kind, Proposals

KIND = Kind(
    id=KindId("ratelimit"),
    summary="Every public location is limited per client and for the whole server.",
    promise=Promise,
    fact=RateLimitFact,
    judge=judge,
    every=timedelta(hours=1),
    proposals=Proposals(recognises=recognises, fact=fact, differences=differences),
)
