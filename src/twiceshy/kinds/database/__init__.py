"""Database connection settings, and the database they lead to."""

from __future__ import annotations

from datetime import timedelta

from twiceshy.kinds.database.changes import differences
from twiceshy.kinds.database.facts import DatabaseFact, Promise
from twiceshy.kinds.database.rules import judge
from twiceshy.kinds.database.see import fact
from twiceshy.languages.settings.formats import recognised
from twiceshy.model.ids import KindId
from twiceshy.model.kind import Kind, Proposals

KIND = Kind(
    id=KindId("database"),
    summary="These settings reach the right database as the right role over verified TLS.",
    promise=Promise,
    fact=DatabaseFact,
    judge=judge,
    every=timedelta(minutes=5),
    proposals=Proposals(recognises=recognised, fact=fact, differences=differences),
)
