"""What runs is what was reviewed, compared by meaning."""

from __future__ import annotations

from datetime import timedelta

from twiceshy.kinds.drift.facts import DriftFact
from twiceshy.kinds.drift.promise import Promise
from twiceshy.kinds.drift.rules import judge
from twiceshy.model.ids import KindId
from twiceshy.model.kind import Kind

KIND = Kind(
    id=KindId("drift"),
    summary="What runs is what was reviewed, by meaning; an Ansible check run changes nothing.",
    promise=Promise,
    fact=DriftFact,
    judge=judge,
    every=timedelta(hours=1),
)
