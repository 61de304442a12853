from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from tests.kinds.mail.conftest import NOW
from twiceshy.kinds.mail.facts import DomainSeen, ExchangerSeen, MailFact, Promise
from twiceshy.kinds.mail.records import (
    DkimKey,
    DmarcRecord,
    SpfNode,
    SpfTerm,
    dkim_key,
    dmarc_record,
    spf_terms,
)
from twiceshy.kinds.mail.rules import judge
from twiceshy.kinds.mail.spf_rules import end_of, lookups, passed
from twiceshy.model.verdict import Broken, Holds, Unknown, Verdict


def rsa_text(bits: int) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


def key(text: str) -> DkimKey:
    return dkim_key("s1", "s1._domainkey.example.org", (text,))


def test_a_key_tells_its_length() -> None:
    assert key(rsa_text(1024)).bits == 1024
    assert key(rsa_text(2048)).bits == 2048
    ed = "v=DKIM1; k=ed25519; p=" + base64.b64encode(bytes(32)).decode()
    assert (key(ed).algorithm, key(ed).bits) == ("ed25519", 256)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ((), "no TXT record"),
        (("v=DKIM1; p=", "v=DKIM1; p="), "2 TXT records"),
        (("hello",), "no key"),
        (("v=DKIM2; p=AAAA",), "not DKIM1"),
        (("v=DKIM1; p=A*A",), "not base64"),
        (("v=DKIM1; p=AAAA",), "no RSA public key"),
        (("v=DKIM1; k=dsa; p=AAAA",), "no key type"),
        (("v=DKIM1; k=ed25519; p=AAAA",), "not 32 bytes"),
    ],
)
def test_a_key_that_is_none_says_why(texts: tuple[str, ...], words: str) -> None:
    found = dkim_key("s1", "s1._domainkey.example.org", texts)
    assert found.problem is not None
    assert words in found.problem


def test_an_empty_key_is_revoked() -> None:
    assert key("v=DKIM1; p=").is_revoked
    assert key("v=DKIM1; t=y; k=ed25519; p=" + base64.b64encode(bytes(32)).decode()).is_testing


@pytest.mark.parametrize(
    ("text", "policy", "problem"),
    [
        ("v=DMARC1; p=reject; rua=mailto:a@example.org", "reject", None),
        ("v=DMARC1;p=none;pct=20", "none", None),
        ("v=DMARC1; p=rejct", "", "'rejct'"),
        ("v=DMARC1; sp=none", "", "the policy"),
        ("v=DMARC1; p=none; pct=200", "", "pct is '200'"),
        ("p=none", "", "no DMARC record"),
    ],
)
def test_a_policy_is_read(text: str, policy: str, problem: str | None) -> None:
    found = dmarc_record("_dmarc.example.org", (text, "other=1"))
    assert found.policy == policy
    assert (found.problem or "").find(problem or "") >= 0
    assert (found.problem is None) == (problem is None)


@pytest.mark.parametrize(
    "text",
    [
        "v=spf1 ipv4:192.0.2.1 -all",
        "v=spf1 include: -all",
        "v=spf1 -all:x",
        "v=spf1 ip4 -all",
        "v=spf1 !a -all",
    ],
)
def test_an_spf_record_with_a_wrong_term_is_none(text: str) -> None:
    assert isinstance(spf_terms(text), str)


@given(st.text(max_size=200))
def test_no_record_is_too_odd_to_read(text: str) -> None:
    spf_terms("v=spf1 " + text)
    dkim_key("s", "s._domainkey.example.org", (text,))
    dmarc_record("_dmarc.example.org", ("v=DMARC1;" + text,))


def node(text: str, **children: SpfNode) -> SpfNode:
    terms = spf_terms(text)
    assert not isinstance(terms, str), terms
    filled = tuple(
        replace(one, child=children.get(one.value.replace(".", "_")))
        if one.name in {"include", "redirect"}
        else (replace(one, networks=(one.value,)) if one.name in {"ip4", "ip6"} else one)
        for one in terms
    )
    return SpfNode("example.org", text, filled)


def test_spf_is_evaluated_in_its_order() -> None:
    inner = node("v=spf1 ip4:198.51.100.0/24 -all")
    record = node("v=spf1 -ip4:192.0.2.66 ip4:192.0.2.0/24 include:a.test ~all", a_test=inner)
    assert passed(record, "192.0.2.1").qualifier == "+"
    assert passed(record, "192.0.2.66").qualifier == "-"
    assert passed(record, "198.51.100.9").qualifier == "+"
    assert passed(record, "203.0.113.1").qualifier == "~"
    assert end_of(record) == "~"
    assert lookups(record) == 1
    redirected = node("v=spf1 redirect=a.test", a_test=inner)
    assert end_of(redirected) == "-"
    assert passed(redirected, "203.0.113.1").qualifier == "-"


def test_what_hinges_on_dns_is_not_known() -> None:
    unknown = SpfTerm("a", "+", "a", why_not="DNS did not answer")
    record = SpfNode("example.org", "v=spf1 a -all", (unknown, SpfTerm("-all", "-", "all")))
    assert passed(record, "192.0.2.1").qualifier is None


GOOD = DomainSeen(
    "example.org",
    exchangers=(ExchangerSeen("mx.example.org", 10, ("192.0.2.25",)),),
    spf=node("v=spf1 ip4:192.0.2.0/24 -all"),
    dkim=(DkimKey("s1", "s1._domainkey.example.org", bits=2048),),
    dmarc=DmarcRecord("_dmarc.example.org", policy="reject"),
)
PROMISE = Promise(
    domains=("example.org",),
    spf="~all",
    sends_from=("192.0.2.25",),
    dkim=("s1",),
    dmarc="quarantine",
)


def verdict(seen: DomainSeen) -> Verdict:
    return judge(PROMISE, MailFact(at=NOW, vantage="here", domains=(seen,)), NOW)


def test_records_as_promised_hold() -> None:
    assert isinstance(verdict(GOOD), Holds)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (replace(GOOD, spf=node("v=spf1 ip4:192.0.2.0/24 ?all")), "ends in ?all"),
        (replace(GOOD, spf=node("v=spf1 +all")), "lets everybody send"),
        (replace(GOOD, spf=node("v=spf1 ip4:198.51.100.1 -all")), "192.0.2.25"),
        (replace(GOOD, spf=node("v=spf1 " + "a " * 11 + "-all")), "give up after 10"),
        (replace(GOOD, spf=SpfNode("example.org", problem="there is no SPF")), "no SPF"),
        (replace(GOOD, dkim=(DkimKey("s1", "s1._d", is_revoked=True),)), "revoked"),
        (replace(GOOD, dkim=(DkimKey("s1", "s1._d", bits=1024),)), "promised at least 2048"),
        (replace(GOOD, dkim=(DkimKey("s1", "s1._d", bits=2048, is_testing=True),)), "t=y"),
        (replace(GOOD, dmarc=DmarcRecord("_d", policy="none")), "promised quarantine"),
        (replace(GOOD, dmarc=DmarcRecord("_d", policy="reject", percent=50)), "for 50 %"),
        (replace(GOOD, mx_why_not="there is no MX record"), "no MX record"),
        (
            replace(GOOD, exchangers=(ExchangerSeen("mx", 1, why_not="it has no address"),)),
            "no address",
        ),
        (
            replace(
                GOOD,
                exchangers=(
                    ExchangerSeen("mx", 1, ("192.0.2.1",), refused=(("192.0.2.1", "refused"),)),
                ),
            ),
            "does not accept connections",
        ),
    ],
)
def test_a_record_that_is_not_as_promised_is_broken(seen: DomainSeen, words: str) -> None:
    found = verdict(seen)
    assert isinstance(found, Broken)
    assert words in found.why


@pytest.mark.parametrize(
    "seen",
    [
        replace(GOOD, spf=SpfNode("example.org", problem="time-out", is_an_answer=False)),
        replace(GOOD, dkim=(DkimKey("s1", "s1._d", "time-out", is_an_answer=False),)),
        replace(GOOD, dmarc=DmarcRecord("_d", "time-out", is_an_answer=False)),
        replace(GOOD, mx_why_not="time-out", mx_is_an_answer=False),
        replace(
            GOOD,
            exchangers=(
                ExchangerSeen("mx", 1, ("192.0.2.1",), not_tried=(("192.0.2.1", "no route"),)),
            ),
        ),
    ],
)
def test_a_look_that_failed_is_unknown(seen: DomainSeen) -> None:
    found = verdict(seen)
    assert isinstance(found, Unknown)
    assert found.next_step
