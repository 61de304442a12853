"""Certificates that renew by themselves: configuration, schedule, challenge, reload, rehearsal."""

from __future__ import annotations

from datetime import timedelta

from twiceshy.kinds.renewal.differences import differences
from twiceshy.kinds.renewal.facts import RenewalFact
from twiceshy.kinds.renewal.promise import Promise
from twiceshy.kinds.renewal.read import fact_of, recognises
from twiceshy.kinds.renewal.rules import judge
from twiceshy.model.ids import KindId
from twiceshy.model.kind import Kind, Proposals

KIND = Kind(
    id=KindId("renewal"),
    summary="Certificate management will renew: configuration, timer, rehearsal, reload.",
    promise=Promise,
    fact=RenewalFact,
    judge=judge,
    every=timedelta(days=1),
    proposals=Proposals(recognises=recognises, fact=fact_of, differences=differences),
)
