"""A request answers as it should, in time."""

from __future__ import annotations

from datetime import timedelta

from twiceshy.kinds.http.facts import HttpFact, Promise
from twiceshy.kinds.http.rules import judge
from twiceshy.model.ids import KindId
from twiceshy.model.kind import Kind

KIND = Kind(
    id=KindId("http"),
    summary="A request answers as it should, in time, at every address behind the name.",
    promise=Promise,
    fact=HttpFact,
    judge=judge,
    every=timedelta(minutes=5),
)
