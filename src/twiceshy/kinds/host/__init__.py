"""Name resolution and listening ports."""

from __future__ import annotations

from datetime import timedelta

from twiceshy.kinds.host.facts import HostFact, Promise
from twiceshy.kinds.host.rules import judge
from twiceshy.model.ids import KindId
from twiceshy.model.kind import Kind

KIND = Kind(
    id=KindId("host"),
    summary="Names resolve, these TCP ports accept connections and those do not.",
    promise=Promise,
    fact=HostFact,
    judge=judge,
    every=timedelta(minutes=5),
)
