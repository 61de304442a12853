"""A message handed in comes out, and what it stands on is in order."""

from __future__ import annotations

from datetime import timedelta

from twiceshy.kinds.mail.differences import differences
from twiceshy.kinds.mail.facts import MailFact, Promise
from twiceshy.kinds.mail.proposals import fact, recognises
from twiceshy.kinds.mail.rules import judge
from twiceshy.model.ids import KindId
from twiceshy.model.kind import Kind, Proposals

KIND = Kind(
    id=KindId("mail"),
    summary="A message handed in comes out: delivery, queue, configuration, MX, SPF, DKIM, DMARC.",
    promise=Promise,
    fact=MailFact,
    judge=judge,
    every=timedelta(minutes=5),
    proposals=Proposals(recognises=recognises, fact=fact, differences=differences),
)
