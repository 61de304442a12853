"""Every public listener has sound TLS files, and what runs is what is on disk."""

from __future__ import annotations

from datetime import timedelta

from twiceshy.kinds.webserver.differences import differences
from twiceshy.kinds.webserver.facts import Promise, WebServerFact
from twiceshy.kinds.webserver.proposals import fact, recognises
from twiceshy.kinds.webserver.rules import judge
from twiceshy.model.ids import KindId
from twiceshy.model.kind import Kind, Proposals

KIND = Kind(
    id=KindId("webserver"),
    summary="Every public listener has sound TLS files and health-checked upstreams.",
    promise=Promise,
    fact=WebServerFact,
    judge=judge,
    every=timedelta(minutes=15),
    proposals=Proposals(recognises=recognises, fact=fact, differences=differences),
)
