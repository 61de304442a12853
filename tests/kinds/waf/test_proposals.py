"""Which files it reads, what a change comes to, and what it says of nothing at all."""

from __future__ import annotations

import pytest

from tests.farm.waf_verdicts import NOW, guard_of
from tests.kinds.waf.tiny import RULES, SWITCH, shop
from twiceshy.kinds.waf import KIND
from twiceshy.kinds.waf.facts import Promise
from twiceshy.kinds.waf.proposals import fact, recognises
from twiceshy.model.configuration import Configuration
from twiceshy.model.fact import Unseen


@pytest.mark.parametrize(
    ("path", "content", "dialect"),
    [
        ("/etc/nginx/nginx.conf", b"http { }", "nginx"),
        ("/etc/nginx/sites-enabled/shop", b"server { modsecurity on; }", "nginx"),
        ("/etc/nginx/modsecurity.conf", b"# x\nSecRuleEngine On\n", "seclang"),
        ("/srv/rules/own.conf", b'SecAction "id:1,pass"', "seclang"),
        ("/etc/nginx/modsecurity_includes.conf", b"include modsecurity.conf\n", "seclang"),
        ("/etc/apache2/mods-enabled/security2.conf", b"<IfModule x>\nSecDataDir /x\n", "apache"),
        ("/etc/apache2/mods-enabled/security2.load", b"LoadModule a b", "apache"),
        ("/etc/apache2/sites-available/x.conf", b"<VirtualHost *:80>", None),
        ("/usr/share/modsecurity-crs/rules/php-errors.data", b"SecRule x", None),
        ("/etc/passwd", b"root:x:0:0::/:/bin/sh", None),
        ("/srv/app/.env", b"DB=1", None),
    ],
)
def test_files_are_told_by_path_and_beginning(
    path: str, content: bytes, dialect: str | None
) -> None:
    assert recognises(path, content) == dialect


def test_a_configuration_without_a_web_server_is_unseen_with_a_next_step() -> None:
    seen = fact(guard_of(Promise()), Configuration({"/etc/hosts": b"x"}, origin="after"), NOW)
    assert isinstance(seen, Unseen)
    assert seen.vantage == "after"
    assert seen.next_step is not None


def test_differences_name_the_weaker_places_first() -> None:
    assert KIND.proposals is not None
    assert KIND.proposals.differences is not None
    before = shop()
    after = shop(
        RULES.replace("On", "DetectionOnly", 1)
        + 'SecAction "id:5,phase:1,pass,setvar:tx.paranoia_level=2"\n',
        servers=f"server {{ listen 82; server_name new.example.org; {SWITCH} location / {{ }} }}",
    )
    lines = KIND.proposals.differences(before, after)
    assert lines[0].startswith(
        "location / of server shop.example.org: only watching; before: enforcing"
    )
    assert "no longer blocks" in lines[0]
    assert "paranoia_level 2; before: 1" in lines[0]
    assert lines[1].startswith("location / of server new.example.org is new")
    assert KIND.proposals.differences(before, shop(f"# other words\n{RULES}")) == ()
    assert "is gone" in KIND.proposals.differences(after, before)[-1]


def test_differences_name_rules_that_are_taken_away() -> None:
    assert KIND.proposals is not None
    assert KIND.proposals.differences is not None
    (line,) = KIND.proposals.differences(shop(), shop(f"{RULES}SecRuleRemoveById 1001\n"))
    assert "SecRuleRemoveById 1001 is new" in line


@pytest.mark.parametrize(
    "settings",
    [
        {"paranoia": 0},
        {"paranoia": 5},
        {"threshold": 0},
        {"may_remove": ("a b",)},
        {"may_remove": (True,)},
        {"attacks": ("",)},
        {"blocked_status": (200,)},
        {"files": ("nginx.conf",)},
        {"defines": ("A B",)},
    ],
)
def test_promises_that_cannot_be_right_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Promise(**settings)  # type: ignore[arg-type] # wrong on purpose
