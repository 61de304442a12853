"""Broken, deep, endless and huge configurations end, and are never kept."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.farm.waf_verdicts import NOW, guard_of
from tests.kinds.waf.tiny import RULES, shop, verdict
from twiceshy.kinds.waf.facts import Promise, WafFact
from twiceshy.kinds.waf.proposals import fact, recognises
from twiceshy.kinds.waf.rules import judge
from twiceshy.model.configuration import Configuration
from twiceshy.model.verdict import Broken, Holds, Unknown

HUGE = 100 * 1024 * 1024


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["nginx", "rules"]))
def test_any_bytes_end_in_a_verdict(content: bytes, name: str) -> None:
    files = {**shop().files, f"/etc/nginx/{name}.conf": content}
    recognises(f"/etc/nginx/{name}.conf", content)
    seen = fact(guard_of(Promise()), Configuration(files), NOW)
    if isinstance(seen, WafFact):
        assert not isinstance(judge(Promise(), seen, NOW), Holds)


def test_rules_that_include_themselves() -> None:
    assert isinstance(verdict(shop(f"{RULES}Include rules.conf\n")), Unknown)


def test_a_huge_rule_file_is_not_read() -> None:
    found = verdict(shop(f"{RULES}#{'x' * HUGE}"))
    assert isinstance(found, Unknown)
    assert "longer than" in found.why


def test_a_huge_file_of_apache_is_not_read() -> None:
    files = {"/etc/apache2/apache2.conf": b"ServerRoot /x\n" + b"#" * HUGE}
    found = verdict(Configuration(files))
    assert isinstance(found, Broken | Unknown)


def test_many_rules_and_many_exceptions_end() -> None:
    rules = "\n".join(
        f'SecRule ARGS "@rx a" "id:{n},phase:2,pass,ctl:ruleRemoveById=1-99999,skipAfter:END"'
        for n in range(10_000, 13_000)
    )
    found = verdict(shop(f"{RULES}{rules}\n"))
    assert isinstance(found, Broken | Unknown)


def test_more_different_rules_than_are_looked_at_are_not_kept() -> None:
    servers = "\n".join(
        f"server {{ listen 80; server_name s{n}; modsecurity on; modsecurity_rules_file rules.conf;"
        f" modsecurity_rules '# {n}'; location / {{ proxy_pass http://app; }} }}"
        for n in range(210)
    )
    found = verdict(shop(servers=servers))
    assert isinstance(found, Unknown)
    assert "different sets of rules" in found.why


def test_many_servers_share_the_work_on_their_rules() -> None:
    servers = "\n".join(
        f"server {{ listen 80; server_name s{n}; modsecurity on; modsecurity_rules_file rules.conf;"
        " location / { proxy_pass http://app; } }"
        for n in range(200)
    )
    found = verdict(shop(servers=servers))
    assert isinstance(found, Holds)
    assert "201 public locations" in found.summary
