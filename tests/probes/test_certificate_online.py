"""The public collection of bad certificates, for whoever has the internet and asks for it.

Not part of any ordinary run: TWICESHY_ONLINE=1 in the environment switches it on.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.farm.checking import estate_of, guard_of
from twiceshy.kinds.certificate.facts import Promise
from twiceshy.kinds.certificate.rules import judge
from twiceshy.model.estate import Endpoint
from twiceshy.model.fact import Unseen
from twiceshy.model.verdict import Broken, Severity
from twiceshy.probes.certificate import look
from twiceshy.probes.view import View

BAD_NAMES = (
    "expired",
    "wrong.host",
    "self-signed",
    "untrusted-root",
    "incomplete-chain",
    "no-common-name",
    "sha1-intermediate",
)

pytestmark = pytest.mark.skipif(
    os.environ.get("TWICESHY_ONLINE") != "1", reason="needs the internet: set TWICESHY_ONLINE=1"
)


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_publicly_bad_certificate_is_broken(name: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - real servers have real dates
    estate = estate_of(tmp_path, [Endpoint("web", f"https://{name}.badssl.com/")])
    promise = Promise()
    fact = asyncio.run(look(guard_of(promise), estate, View("here", 20.0, lambda: now)))
    assert not isinstance(fact, Unseen)
    verdict = judge(promise, fact, now)
    assert isinstance(verdict, Broken)
    assert verdict.severity is not Severity.WARNING
