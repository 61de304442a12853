"""What is judged of places and rules, on paper alone."""

from __future__ import annotations

import pytest

from tests.kinds.waf.tiny import ATTACKS, EVALUATION, LOCATION, RULES, SETUP, SWITCH, shop, verdict
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown

WATCHING = RULES.replace("SecRuleEngine On", "SecRuleEngine DetectionOnly")


def test_a_small_set_of_rules_enforces() -> None:
    found = verdict(shop())
    assert isinstance(found, Holds)
    assert found.summary == "ModSecurity enforces on the public location of nginx"


def test_the_line_is_told_as_people_know_it() -> None:
    found = verdict(shop(WATCHING))
    assert isinstance(found, Broken)
    assert found.severity is Severity.SERIOUS
    assert str(found.evidence[0].place) == "after/etc/nginx/rules.conf:1:1"
    assert found.evidence[0].found == "SecRuleEngine DetectionOnly"


def test_watching_is_enough_where_no_more_is_promised() -> None:
    assert isinstance(verdict(shop(WATCHING), enforces=False), Holds)
    off = RULES.replace("SecRuleEngine On", "SecRuleEngine Off")
    assert isinstance(verdict(shop(off), enforces=False), Broken)
    assert isinstance(verdict(shop("SecRuleEngine DetectionOnly\n"), enforces=False), Broken)


def test_locations_and_servers_that_are_not_promised_are_let_be() -> None:
    off = f"{LOCATION} location /assets/ {{ modsecurity off; }}"
    other = "server { listen 81; server_name static.example.org; }"
    assert isinstance(verdict(shop(location=off)), Broken)
    assert isinstance(verdict(shop(location=off), except_locations=("/assets/",)), Holds)
    assert isinstance(verdict(shop(servers=other)), Broken)
    assert isinstance(verdict(shop(servers=other), servers=("shop.example.org",)), Holds)
    nowhere = verdict(shop(), servers=("other.example.org",))
    assert isinstance(nowhere, Unknown)
    assert "no public location" in nowhere.why


def test_places_that_lack_the_same_thing_are_told_once() -> None:
    found = verdict(shop(location=f"{LOCATION} location /a {{ }} location /b {{ }}", server=""))
    assert isinstance(found, Broken)
    off = verdict(shop(server=f"{SWITCH} modsecurity_rules 'SecRuleEngine Off';"))
    assert isinstance(off, Holds), "the file comes first"
    inner = verdict(
        shop(server=SWITCH.replace(" on", " off"), location=f"{LOCATION} location /a {{ }}")
    )
    assert isinstance(inner, Broken)
    assert "(and 1 more)" in inner.why


def test_a_removal_that_is_agreed_holds_and_another_one_does_not() -> None:
    rules = RULES + 'SecRule ARGS noise "id:2000,phase:2,block,tag:attack-xss,tag:noisy"\n'
    removed = shop(rules + "SecRuleRemoveById 2000\n")
    found = verdict(removed)
    assert isinstance(found, Broken)
    assert found.severity is Severity.WARNING
    for agreed in (2000, "2000", "1990-2010", "noisy", "attack-xss"):
        assert isinstance(verdict(removed, may_remove=(agreed,)), Holds)
    assert isinstance(verdict(removed, may_remove=(2001, "attack-sqli")), Broken)


def test_the_rule_that_blocks_is_never_removed_by_agreement() -> None:
    found = verdict(shop(RULES + "SecRuleRemoveById 9010\n"), may_remove=(9010,))
    assert isinstance(found, Broken)
    assert "rule 9010, which blocks by score, is removed" in found.why


def test_a_rule_that_lets_some_by_holds_when_it_is_agreed() -> None:
    rule = 'SecRule REMOTE_ADDR "@ipMatch 192.0.2.7" "id:7,phase:1,pass,ctl:ruleEngine=Off"\n'
    found = verdict(shop(rule + RULES))
    assert isinstance(found, Broken)
    assert "REMOTE_ADDR @ipMatch 192.0.2.7" in found.why
    assert isinstance(verdict(shop(rule + RULES), may_bypass=(7,)), Holds)


@pytest.mark.parametrize(
    ("setting", "broken"),
    [
        ("tx.inbound_anomaly_score_threshold=50", True),
        ("tx.inbound_anomaly_score_threshold=%{tx.x}", True),
        ("tx.inbound_anomaly_score_threshold=4", False),
        ("tx.paranoia_level=0", True),
        ("tx.critical_anomaly_score=1", True),
        ("tx.sampling_percentage=10", True),
        ("tx.something_else=0", False),
    ],
)
def test_scores_that_some_requests_change(setting: str, broken: bool) -> None:
    rule = f'SecRule REQUEST_URI "@beginsWith /up" "id:7,phase:1,pass,setvar:{setting}"\n'
    assert isinstance(verdict(shop(rule + RULES)), Broken if broken else Holds)


def test_a_threshold_that_still_blocks_is_a_warning_and_one_that_does_not_is_serious() -> None:
    higher = RULES.replace("threshold=5", "threshold=7")
    blocks = verdict(shop(higher.replace("critical_anomaly_score=5", "critical_anomaly_score=10")))
    assert isinstance(blocks, Broken)
    assert blocks.severity is Severity.WARNING
    through = verdict(shop(higher))
    assert isinstance(through, Broken)
    assert through.severity is Severity.SERIOUS
    assert isinstance(verdict(shop(higher.replace("score=5", "score=7")), threshold=7), Holds)


def test_a_paranoia_level_below_the_promise() -> None:
    found = verdict(shop(), paranoia=2)
    assert isinstance(found, Broken)
    assert "paranoia level is 1, promised at least 2" in found.why


def test_an_attack_without_a_rule_is_named() -> None:
    found = verdict(shop(), attacks=("sqli", "php"))
    assert isinstance(found, Broken)
    assert "attacks (php) get through" in found.why


def test_attacks_are_blocked_one_by_one_too() -> None:
    rules = 'SecRuleEngine On\nSecRule ARGS "@rx x" "id:1,phase:2,deny,tag:attack-xss"\n'
    assert isinstance(verdict(shop(rules), attacks=("xss",)), Holds)


def test_bodies_that_are_not_looked_at() -> None:
    rules = f"SecRequestBodyAccess Off\n{RULES}"
    assert isinstance(verdict(shop(rules)), Broken)
    by_rule = (
        'SecRule REQUEST_URI "@beginsWith /up" "id:7,phase:1,pass,ctl:requestBodyAccess=Off"\n'
    )
    assert isinstance(verdict(shop(by_rule + RULES)), Broken)
    assert isinstance(verdict(shop(by_rule + RULES), body_access=False), Holds)


def test_answers_are_judged_when_rules_score_them() -> None:
    answers = (
        'SecAction "id:101,phase:1,pass,setvar:tx.outbound_anomaly_score_threshold=4"\n'
        'SecRule RESPONSE_BODY "@rx x" "id:3000,phase:4,block,'
        'setvar:tx.outbound_anomaly_score_pl1=+5,setvar:tx.outbound_anomaly_score=+5"\n'
    )
    deny = 'SecRule TX:OUTBOUND_ANOMALY_SCORE "@ge %{tx.outbound_anomaly_score_threshold}" "id:3001,phase:4,deny"\n'
    assert isinstance(verdict(shop(RULES + answers + deny)), Holds)
    found = verdict(shop(RULES + answers))
    assert isinstance(found, Broken)
    assert "answers that give something away get through" in found.why


def test_a_return_that_serves_a_text_is_a_warning() -> None:
    found = verdict(shop(location=f"{LOCATION} location /text {{ return 200 hello; }}"))
    assert isinstance(found, Broken)
    assert found.severity is Severity.WARNING


def test_a_server_that_only_redirects_needs_none() -> None:
    other = "server { listen 80; server_name old.example.org; return 301 https://new/; }"
    assert isinstance(verdict(shop(servers=other)), Holds)


def test_only_what_strangers_get_to_counts() -> None:
    inner = "server { listen 127.0.0.1:8080; server_name inner; location / { } }"
    assert isinstance(verdict(shop(servers=inner)), Holds)
    closed = f"{LOCATION} location /status {{ modsecurity off; allow 10.0.0.0/8; deny all; }}"
    assert isinstance(verdict(shop(location=closed)), Holds)


class TestWhatIsNotKnown:
    def test_core_rules_that_were_not_handed_in(self) -> None:
        rules = "SecRuleEngine On\nInclude /usr/share/modsecurity-crs/rules/*.conf\n"
        found = verdict(shop(rules))
        assert isinstance(found, Unknown)
        assert str(found.evidence[0].place) == "after/etc/nginx/rules.conf:2:1"
        assert "was not part of what was handed in" in found.why

    def test_what_is_certainly_off_is_broken_all_the_same(self) -> None:
        rules = "SecRuleEngine DetectionOnly\nInclude /usr/share/modsecurity-crs/rules/*.conf\n"
        assert isinstance(verdict(shop(rules)), Broken)
        removed = "SecRuleEngine On\nInclude /usr/share/modsecurity-crs/rules/*.conf\nSecRuleRemoveById {}\n"
        assert isinstance(verdict(shop(removed.format(949110))), Broken)
        assert isinstance(verdict(shop(removed.format(949110)), may_remove=(949110,)), Unknown)
        assert isinstance(verdict(shop(removed.format(12))), Unknown)

    def test_a_file_that_may_set_the_engine_otherwise(self) -> None:
        last = verdict(shop(f"{WATCHING}Include own.conf\n"))
        assert isinstance(last, Unknown)
        assert "hinges on a file" in last.why
        first = verdict(shop(f"Include own.conf\n{WATCHING}"))
        assert isinstance(first, Broken)

    def test_a_file_of_nginx_that_may_switch_it_off(self) -> None:
        found = verdict(shop(server=f"{SWITCH} include /opt/more.conf;"))
        assert isinstance(found, Unknown)

    def test_a_site_without_its_main_file(self) -> None:
        full = shop()
        site = b"server { listen 80; modsecurity on; modsecurity_rules_file rules.conf; location / { } }"
        files = {"/etc/nginx/sites-enabled/shop": site, "/etc/nginx/rules.conf": RULES.encode()}
        found = verdict(type(full)(files))
        assert isinstance(found, Unknown)
        off = {**files, "/etc/nginx/sites-enabled/shop": site.replace(b" on;", b" off;")}
        assert isinstance(verdict(type(full)(off)), Broken)

    def test_a_module_that_nothing_loads(self) -> None:
        found = verdict(shop(module=""))
        assert isinstance(found, Unknown)
        assert "built in" in found.why

    def test_rules_from_elsewhere(self) -> None:
        remote = "modsecurity on; modsecurity_rules_remote key https://rules.example.org/;"
        found = verdict(shop(server=remote))
        assert isinstance(found, Unknown)
        assert "rules.example.org" in found.why

    def test_a_mistake_in_nginx_itself(self) -> None:
        assert isinstance(verdict(shop(location="location / {")), Unknown)

    def test_rules_that_end_every_request(self) -> None:
        every = f"{RULES}SecAction \"id:1,phase:1,deny,msg:'closed'\"\n"
        found = verdict(shop(every))
        assert isinstance(found, Broken)
        assert found.severity is Severity.CRITICAL


def test_parts_of_a_set_are_missing_one_by_one() -> None:
    on = "SecRuleEngine On\n"
    without_evaluation = verdict(shop(f"{on}{SETUP}\n{ATTACKS}\n"))
    assert isinstance(without_evaluation, Broken)
    assert "no rule denies a request by its score" in without_evaluation.why
    without_attacks = verdict(shop(f"{on}{SETUP}\n{EVALUATION}\n"))
    assert isinstance(without_attacks, Broken)
    assert "no rule with the tag attack-..." in without_attacks.why
