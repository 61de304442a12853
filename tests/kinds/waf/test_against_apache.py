"""Every way of being off without a word, and its healthy neighbours, beside the real Apache."""

from __future__ import annotations

import pytest

from tests.farm.fixtures import Need
from tests.farm.waf_verdicts import first, last, threshold, verdict_of
from tests.farm.walls import APACHE_MODULES, CRS, Case, apache_wall, needed
from twiceshy.model.verdict import Broken, Holds, Unknown

GUARDED = f"<IfModule security2_module>\n{CRS}</IfModule>"

OFF: dict[str, tuple[Case, str]] = {
    "the module is no longer loaded": (Case(rules=GUARDED, loads=False), "apache2.conf"),
    "the module is loaded too late": (
        Case(
            rules=f"{GUARDED}\nLoadModule security2_module {APACHE_MODULES}/mod_security2.so",
            loads=False,
        ),
        "apache2.conf",
    ),
    "the link of the module is gone": (
        Case(
            around="IncludeOptional FOLDER/mods-enabled/*.load\n"
            "IncludeOptional FOLDER/mods-enabled/*.conf",
            rules="",
            files={
                "mods-enabled/security2.conf": GUARDED,
                "mods-enabled/env.load": f"LoadModule env_module {APACHE_MODULES}/mod_env.so",
            },
            loads=False,
        ),
        "mods-enabled/security2.conf",
    ),
    "nothing was defined": (
        Case(rules=f"<IfDefine WAF>\n{CRS}</IfDefine>"),
        "apache2.conf",
    ),
    "the core rules are gone": (
        Case(
            rules="SecRuleEngine On\nSecRequestBodyAccess On\nIncludeOptional FOLDER/crs/*.load",
            files={"crs/readme": "nothing"},
        ),
        "apache2.conf",
    ),
    "the recommended file alone": (
        Case(rules="SecRuleEngine DetectionOnly\nSecRequestBodyAccess On"),
        "apache2.conf",
    ),
    "the last word only watches": (
        Case(
            rules=f"{CRS}Include FOLDER/late.conf",
            files={"late.conf": "SecRuleEngine DetectionOnly"},
        ),
        "late.conf:1",
    ),
    "a variable only watches": (
        Case(
            around="Define MODE DetectionOnly",
            rules=CRS.replace("SecRuleEngine On", "SecRuleEngine ${MODE}"),
        ),
        "apache2.conf",
    ),
    "nothing sets the engine": (Case(rules=CRS.replace("SecRuleEngine On\n", "")), "apache2.conf"),
    "a comment swallows the engine": (
        Case(rules=CRS.replace("SecRuleEngine On", "# enforce \\\nSecRuleEngine On")),
        "apache2.conf",
    ),
    "the virtual host switches it off": (Case(server="SecRuleEngine Off"), "apache2.conf"),
    "a location switches it off": (
        Case(location="<Location />\nSecRuleEngine Off\n</Location>"),
        "apache2.conf",
    ),
    "a folder switches it off": (
        Case(location="<Directory FOLDER/pages>\nSecRuleEngine Off\n</Directory>"),
        "apache2.conf",
    ),
    "a location of the application switches it off": (
        Case(
            location="<Location /app>\nSecRuleEngine Off\n</Location>",
            ask="/app/?q=%3Cscript%3Ealert(1)%3C/script%3E",
        ),
        "apache2.conf",
    ),
    "rules are not taken over": (Case(server="SecRuleInheritance Off"), "apache2.conf"),
    "the evaluation is removed": (Case(rules=last("SecRuleRemoveById 949110")), "apache2.conf"),
    "the evaluation is removed by a list": (
        Case(rules=last("SecRuleRemoveById 1,949110")),
        "apache2.conf",
    ),
    "the evaluation is removed in a location": (
        Case(location="<Location />\nSecRuleRemoveById 949000-949999\n</Location>"),
        "apache2.conf",
    ),
    "rules are removed by an expression": (
        Case(rules=last('SecRuleRemoveByTag "attack-.*"')),
        "apache2.conf",
    ),
    "rules are removed by message": (
        Case(rules=last('SecRuleRemoveByMsg "Inbound Anomaly"')),
        "apache2.conf",
    ),
    "the evaluation only passes": (
        Case(rules=last('SecRuleUpdateActionById 949110 "pass"')),
        "apache2.conf",
    ),
    "the threshold of the virtual host": (Case(server=threshold(1000, 1)), "apache2.conf"),
    "a browser switches the engine off": (
        Case(
            rules=first(
                'SecRule REQUEST_HEADERS:User-Agent "@contains lab" '
                '"id:1,phase:1,pass,nolog,ctl:ruleEngine=Off"'
            )
        ),
        "apache2.conf",
    ),
    "the default action passes": (
        Case(
            rules='SecRuleEngine On\nSecRequestBodyAccess On\nSecDefaultAction "phase:2,pass"\n'
            'SecRule ARGS "@contains script" "id:5,phase:2,block,tag:attack-xss"'
        ),
        "apache2.conf",
    ),
    "the default action comes after": (
        Case(
            rules="SecRuleEngine On\nSecRequestBodyAccess On\n"
            'SecRule ARGS "@contains script" "id:5,phase:2,block,tag:attack-xss"\n'
            'SecDefaultAction "phase:2,deny,status:403"'
        ),
        "apache2.conf",
    ),
}
"""Name to the case and the file that is blamed; the attack gets through in each."""

ON: dict[str, Case] = {
    "everything is right": Case(),
    "the module is asked for and there": Case(rules=GUARDED),
    "the module is asked for by its file": Case(
        rules=f"<IfModule mod_security2.c>\n{CRS}</IfModule>"
    ),
    "the module comes with its link": Case(
        around="IncludeOptional FOLDER/mods-enabled/*.load\n"
        "IncludeOptional FOLDER/mods-enabled/*.conf",
        rules="",
        files={
            "mods-enabled/security2.conf": GUARDED,
            "mods-enabled/security2.load": "LoadModule security2_module "
            f"{APACHE_MODULES}/mod_security2.so",
        },
        loads=False,
    ),
    "Debian's file of the core rules": Case(
        rules="SecRuleEngine On\nSecRequestBodyAccess On\n"
        "IncludeOptional /usr/share/modsecurity-crs/*.load"
    ),
    "it was defined": Case(around="Define WAF", rules=f"<IfDefine WAF>\n{CRS}</IfDefine>"),
    "comments speak of it": Case(
        rules=first("# SecRuleEngine Off\n# SecRuleRemoveById 949110\n"),
        server="# SecRuleEngine Off",
    ),
    "the last word is On": Case(rules=first("SecRuleEngine DetectionOnly")),
    "quotes around the value": Case(rules=CRS.replace("SecRuleEngine On", 'SecRuleEngine "On"')),
    "a location closed to strangers is without": Case(
        location="<Location /status>\nSecRuleEngine Off\nRequire local\n</Location>"
    ),
    "a location switches on what a folder switched off": Case(
        location="<Directory FOLDER/pages>\nSecRuleEngine Off\n</Directory>\n"
        "<Location />\nSecRuleEngine On\n</Location>"
    ),
    "a removal comes before the rules": Case(rules=first("SecRuleRemoveById 949110")),
    "a removal by tag comes before the rules": Case(rules=first("SecRuleRemoveByTag attack-xss")),
    "an update comes before the rules": Case(rules=first('SecRuleUpdateActionById 949110 "pass"')),
    "one argument is not looked at": Case(
        rules=last('SecRuleUpdateTargetById 941100 "!ARGS:comment"')
    ),
    "a location's first phase does not run": Case(
        location=f"<Location />\n{threshold(1000, 1)}\n</Location>"
    ),
    "the default action denies": Case(
        rules="SecRuleEngine On\nSecRequestBodyAccess On\n"
        'SecDefaultAction "phase:2,deny,status:403"\n'
        'SecRule ARGS "@contains script" "id:5,phase:2,tag:attack-xss"'
    ),
}
"""Cases in which the attack is blocked and the promise is kept."""


@pytest.fixture(scope="module")
def apache(need: Need) -> str:
    return needed(need, "apache2", APACHE_MODULES / "mod_security2.so")


@pytest.mark.parametrize("name", OFF)
def test_it_is_off_without_a_word_and_caught(apache: str, name: str) -> None:
    case, blamed = OFF[name]
    with apache_wall(apache, case) as wall:
        assert wall.answer(case.ask) == 200
        verdict = verdict_of(wall, attacks=("xss",))
        assert isinstance(verdict, Broken), verdict
        place = verdict.evidence[0].place
        assert place is not None
        assert blamed in str(place)


@pytest.mark.parametrize("name", ON)
def test_a_healthy_neighbour_holds(apache: str, name: str) -> None:
    case = ON[name]
    with apache_wall(apache, case) as wall:
        assert wall.answer(case.ask) == 403
        verdict = verdict_of(wall, attacks=("xss",))
        assert isinstance(verdict, Holds), verdict


LOUD = {
    "an include that finds nothing": Case(
        rules=last("Include FOLDER/none/*.conf"), files={"none/x": ""}
    ),
    "a section that never ends": Case(rules=last("<Location /x>")),
    "a section that closes nothing": Case(rules=last("</IfModule>")),
    "actions that are none": Case(rules=last('SecRule ARGS "@rx a" "id:1,phase:2,deny,\'"')),
    "a value that is none": Case(rules=last("SecRuleEngine Maybe")),
}


@pytest.mark.parametrize("name", LOUD)
def test_what_apache_refuses_never_holds(apache: str, name: str) -> None:
    with apache_wall(apache, LOUD[name]) as wall:
        assert not wall.is_taken()
        assert isinstance(verdict_of(wall), Unknown)


def test_a_module_that_is_asked_for_in_vain_is_named_with_the_block(apache: str) -> None:
    with apache_wall(apache, Case(rules=GUARDED, loads=False)) as wall:
        assert wall.is_taken()
        verdict = verdict_of(wall)
        assert isinstance(verdict, Broken)
        assert "security2_module is not loaded above it" in verdict.why
        assert "<IfModule security2_module>" in verdict.evidence[0].found
