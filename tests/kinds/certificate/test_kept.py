"""The short way to the usual verdict: it says word for word what the long way says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from tests.farm.authority import DAY, HOST, NOW, intermediate, issue, root
from twiceshy.kinds.certificate.facts import CertificateFact, Look, Promise, Served, TrustStore
from twiceshy.kinds.certificate.kept import kept_of
from twiceshy.kinds.certificate.lifetime import date_flaws, lasting_flaw
from twiceshy.kinds.certificate.rules import judge, weighed
from twiceshy.kinds.certificate.spell import spell_of
from twiceshy.model.verdict import Holds

ROOT = root()
MIDDLE = intermediate(ROOT)
STORE = TrustStore("lab", (ROOT.der,))
SHORT_MIDDLE = intermediate(ROOT, ends=NOW + 50 * DAY)
CHAINS = (
    issue(by=MIDDLE).chain,
    issue(by=SHORT_MIDDLE).chain,
    issue(by=MIDDLE, begins=NOW - DAY, ends=NOW + 5 * DAY).chain,
    issue(by=MIDDLE, names=("other.example.test",)).chain,
    issue(by=MIDDLE).chain[:1],
)
moments = st.timedeltas(timedelta(days=-40), timedelta(days=70)).map(NOW.__add__)
days = st.none() | st.integers(1, 80)
at_the_margin = NOW + 60 * DAY - 21 * DAY
"""The last moment at which the first chain keeps a promise of 21 days."""


def fact_of(chain: tuple[bytes, ...], version: str = "TLSv1.3") -> CertificateFact:
    look = Look(f"tls://{HOST}:443", HOST, "192.0.2.1", Served(chain, version))
    return CertificateFact(at=NOW, vantage="here", looks=(look,), store=STORE)


@given(chain=st.sampled_from(CHAINS), now=moments, days=days)
@example(CHAINS[0], at_the_margin, 21)
@example(CHAINS[0], at_the_margin + timedelta(microseconds=1), 21)
@example(CHAINS[0], NOW - 30 * DAY - timedelta(microseconds=1), 21)
def test_both_ways_lead_to_the_same_verdict(
    chain: tuple[bytes, ...], now: datetime, days: int | None
) -> None:
    fact, promise = fact_of(chain), Promise(days=days)
    assert judge(promise, fact, now) == weighed(promise, fact, now)


@given(chain=st.sampled_from(CHAINS[:3]), now=moments, days=days)
@example(CHAINS[0], at_the_margin, 21)
@example(CHAINS[0], at_the_margin + timedelta(microseconds=1), 21)
def test_a_spell_is_when_no_date_is_a_flaw(
    chain: tuple[bytes, ...], now: datetime, days: int | None
) -> None:
    promise = Promise(days=days)
    spell = spell_of(promise, HOST, chain, STORE)
    assert spell is not None
    flaws = date_flaws(spell.path, now)
    lasts = lasting_flaw(spell.path, promise, now) is None
    assert spell.covers(now) == (not flaws and lasts)


def test_the_usual_verdict_is_found_the_short_way() -> None:
    (look,) = fact_of(CHAINS[0]).looks
    kept = kept_of(Promise(), look, STORE)
    assert kept is not None
    assert isinstance(kept.verdict(NOW), Holds)


def test_what_has_more_to_say_goes_the_long_way() -> None:
    (look,) = fact_of(CHAINS[0]).looks
    assert kept_of(Promise(), replace(look, named=False), STORE) is None
    for chain in CHAINS[1:2] + CHAINS[3:]:
        assert kept_of(Promise(), *fact_of(chain).looks, STORE) is None
