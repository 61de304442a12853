"""Every address behind the name serves a valid certificate that lasts."""

from __future__ import annotations

from datetime import timedelta

from twiceshy.kinds.certificate.facts import CertificateFact, Promise
from twiceshy.kinds.certificate.rules import judge
from twiceshy.model.ids import KindId
from twiceshy.model.kind import Kind

KIND = Kind(
    id=KindId("certificate"),
    summary="Every address behind the name serves a valid certificate that lasts.",
    promise=Promise,
    fact=CertificateFact,
    judge=judge,
    every=timedelta(hours=6),
)
