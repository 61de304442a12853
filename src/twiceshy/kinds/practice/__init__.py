"""Trained, rehearsed, documented, audited, reviewed: with the record to show for it."""

from __future__ import annotations

from datetime import timedelta

from twiceshy.kinds.practice.facts import PracticeFact, Promise
from twiceshy.kinds.practice.rules import judge
from twiceshy.model.ids import KindId
from twiceshy.model.kind import Kind

KIND = Kind(
    id=KindId("practice"),
    summary="Trained, rehearsed, documented, audited or reviewed within N days, with the record "
    "to show for it.",
    promise=Promise,
    fact=PracticeFact,
    judge=judge,
    every=timedelta(days=1),
    targets_estate=False,
)
