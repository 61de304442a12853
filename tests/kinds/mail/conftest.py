from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from twiceshy.kinds.mail import KIND
from twiceshy.kinds.mail.facts import MailFact, Promise
from twiceshy.model.configuration import Configuration
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId
from twiceshy.model.verdict import Broken, Severity, Verdict

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAIN = """\
compatibility_level = 3.6
myhostname = mail.example.org
mydestination = $myhostname, localhost
smtpd_tls_chain_files = /etc/ssl/mail.pem
smtpd_tls_security_level = may
smtp_tls_security_level = may
"""
"""A healthy main.cf of six lines, to which a case adds its own from line 7 on."""
MASTER = """\
smtp      inet  n - y - - smtpd
submission inet n - y - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
smtp      unix  - - y - - smtp
relay     unix  - - y - - smtp
"""


@dataclass(frozen=True)
class Judged:
    verdict: Verdict

    @property
    def broken(self) -> Broken:
        assert isinstance(self.verdict, Broken), self.verdict
        return self.verdict

    @property
    def severity(self) -> Severity:
        return self.broken.severity

    @property
    def line(self) -> str:
        """The place that is blamed."""
        return str(self.broken.evidence[0].place)


def configuration(files: dict[str, str], unseen: dict[str, str] | None = None) -> Configuration:
    return Configuration(
        files=MappingProxyType({path: text.encode() for path, text in files.items()}),
        origin="after",
        unseen=MappingProxyType(unseen or {}),
    )


def guard(**promise: Any) -> Guard:
    return Guard(GuardId("mail"), KIND.id, "mail", Promise(**promise), timedelta(minutes=5))


def fact_of(found: Configuration, **promise: Any) -> MailFact:
    assert KIND.proposals is not None
    fact = KIND.proposals.fact(guard(**promise), found, NOW)
    assert not isinstance(fact, Unseen), fact.why
    assert isinstance(fact, MailFact)
    return fact


@pytest.fixture
def judged() -> Callable[..., Judged]:
    """A main.cf with lines added, and a master.cf, to the verdict."""

    def of(added: str = "", *, main: str = MAIN, master: str | None = MASTER) -> Judged:
        files = {"/etc/postfix/main.cf": main + added}
        if master is not None:
            files["/etc/postfix/master.cf"] = master
        return Judged(KIND.judge(Promise(), fact_of(configuration(files)), NOW))

    return of
