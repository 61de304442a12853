"""Every way of being off without a word, and its healthy neighbours, beside the real nginx."""

from __future__ import annotations

import pytest

from tests.farm.fixtures import Need
from tests.farm.waf_verdicts import first, last, threshold, verdict_of
from tests.farm.walls import BENIGN, CRS, NGINX_MODULE, Case, needed, nginx_wall
from twiceshy.model.verdict import Broken, Holds, Unknown

FILES = "location / { try_files /index.html =404; }"


def inline(rules: str) -> str:
    return f"location / {{ modsecurity_rules '{rules}'; try_files /index.html =404; }}"


OFF: dict[str, tuple[Case, str]] = {
    "the location switches it off": (
        Case(location="location / { modsecurity off; try_files /index.html =404; }"),
        "nginx.conf",
    ),
    "nothing switches it on": (Case(server="modsecurity_rules_file FOLDER/rules.conf;"), ""),
    "the stock file only watches": (
        Case(rules="SecRuleEngine DetectionOnly\nSecRequestBodyAccess On\n#Include x\n"),
        "rules.conf",
    ),
    "the stock file comes last": (
        Case(
            rules=last("Include FOLDER/modsecurity.conf"),
            files={"modsecurity.conf": "SecRuleEngine DetectionOnly\n"},
        ),
        "modsecurity.conf",
    ),
    "a location only watches": (Case(location=inline("SecRuleEngine DetectionOnly")), "nginx.conf"),
    "nothing sets the engine": (Case(rules=CRS.replace("SecRuleEngine On\n", "")), "nginx.conf"),
    "the engine is on without any rule": (Case(rules="SecRuleEngine On\n"), "rules.conf"),
    "the first of two rule directives counts": (
        Case(
            server="modsecurity on; modsecurity_rules 'SecRuleEngine DetectionOnly';"
            "modsecurity_rules_file FOLDER/rules.conf;"
        ),
        "nginx.conf",
    ),
    "a range of rules is removed": (
        Case(rules=last("SecRuleRemoveById 941100-999999")),
        "rules.conf",
    ),
    "the evaluation is removed": (Case(rules=last("SecRuleRemoveById 949110")), "rules.conf"),
    "the evaluation is removed before it is loaded": (
        Case(rules=first("SecRuleRemoveById 1 949110")),
        "rules.conf",
    ),
    "the evaluation is removed in the location": (
        Case(location=inline("SecRuleRemoveById 949110")),
        "nginx.conf",
    ),
    "a whole kind of attack is removed": (
        Case(rules=last('SecRuleRemoveByTag "attack-xss"')),
        "rules.conf",
    ),
    "all core rules are removed by tag": (
        Case(rules=last("SecRuleRemoveByTag OWASP_CRS")),
        "rules.conf",
    ),
    "arguments are no longer looked at": (
        Case(rules=last('SecRuleUpdateTargetByTag "attack-xss" "!ARGS"')),
        "rules.conf",
    ),
    "the evaluation only passes": (
        Case(rules=last('SecRuleUpdateActionById 949110 "pass"')),
        "rules.conf",
    ),
    "the evaluation is not loaded": (
        Case(
            rules=CRS.replace("rules/*.conf", "rules/REQUEST-90*.conf")
            + "Include /usr/share/modsecurity-crs/rules/REQUEST-941*.conf\n"
        ),
        "rules.conf",
    ),
    "the threshold is out of reach": (Case(rules=first(threshold(100000))), "rules.conf"),
    "the threshold is set after the rules": (Case(rules=last(threshold(1000, 1))), "rules.conf"),
    "the threshold is set in the location": (
        Case(location=inline(threshold(1000, 1))),
        "nginx.conf",
    ),
    "critical rules score nothing": (
        Case(rules=first('SecAction "id:1,phase:1,pass,nolog,setvar:tx.critical_anomaly_score=0"')),
        "rules.conf",
    ),
    "the paranoia level is nought": (
        Case(rules=first("SecAction \"id:1,phase:1,pass,nolog,setvar:'tx.paranoia_level=0'\"")),
        "rules.conf",
    ),
    "no request is sampled": (
        Case(rules=first('SecAction "id:1,phase:1,pass,nolog,setvar:tx.sampling_percentage=0"')),
        "rules.conf",
    ),
    "a browser switches the engine off": (
        Case(
            rules=first(
                'SecRule REQUEST_HEADERS:User-Agent "@contains lab" \\\n'
                '  "id:1,phase:1,pass,nolog,\\\n'
                '  ctl:ruleEngine=Off"'
            )
        ),
        "rules.conf:3",
    ),
    "a test of the rules was left in": (
        Case(rules=first('SecAction "id:1,phase:1,pass,nolog,ctl:ruleEngine=DetectionOnly"')),
        "rules.conf",
    ),
    "a rule removes others on the way": (
        Case(rules=first('SecAction "id:1,phase:1,pass,nolog,ctl:ruleRemoveById=941100-999999"')),
        "rules.conf",
    ),
    "a rule removes others by tag": (
        Case(rules=first('SecAction "id:1,phase:1,pass,nolog,ctl:ruleRemoveByTag=attack-xss"')),
        "rules.conf",
    ),
    "a rule hides the arguments": (
        Case(
            rules=first(
                'SecAction "id:1,phase:1,pass,nolog,ctl:ruleRemoveTargetByTag=attack-xss;ARGS"'
            )
        ),
        "rules.conf",
    ),
    "everybody is allowed": (
        Case(rules=first('SecAction "id:1,phase:1,allow,nolog"')),
        "rules.conf",
    ),
    "everybody is allowed past a phase": (
        Case(rules=first('SecAction "id:1,phase:1,allow:phase,nolog"')),
        "rules.conf",
    ),
    "some are allowed": (
        Case(rules=first('SecRule REQUEST_URI "@beginsWith /" "id:1,phase:1,allow,nolog"')),
        "rules.conf",
    ),
    "the evaluation is skipped": (
        Case(
            rules=first(
                'SecAction "id:1,phase:2,pass,nolog,skipAfter:END-REQUEST-949-BLOCKING-EVALUATION"'
            )
        ),
        "rules.conf",
    ),
    "the evaluation is skipped for some": (
        Case(
            rules=first(
                'SecRule REQUEST_METHOD "@streq GET" "id:1,phase:2,pass,nolog,'
                'skipAfter:END-REQUEST-949-BLOCKING-EVALUATION"'
            )
        ),
        "rules.conf",
    ),
    "bodies are not looked at, so phase 2 is left out": (
        Case(rules=CRS.replace("BodyAccess On", "BodyAccess Off")),
        "rules.conf",
    ),
    "a return answers before": (Case(location="location / { return 200 ok; }"), "nginx.conf"),
    "the server answers before": (
        Case(
            server="modsecurity on; modsecurity_rules_file FOLDER/rules.conf; return 200 ok;",
        ),
        "nginx.conf",
    ),
    "some are answered before": (
        Case(
            location="location / { if ($http_user_agent ~ lab) { return 200; } "
            "try_files /index.html =404; }"
        ),
        "nginx.conf",
    ),
    "rules pass by default": (
        Case(
            rules='SecRuleEngine On\nSecDefaultAction "phase:2,log,pass"\n'
            'SecRule ARGS "@contains script" '
            "\"id:5,phase:2,block,tag:'attack-xss'\"\n"
        ),
        "rules.conf",
    ),
}
"""Name to the case and the file (and line) that is blamed; the attack gets through in each."""

ON: dict[str, Case] = {
    "everything is right": Case(),
    "comments speak of it": Case(
        rules=first("# SecRuleEngine Off\n#SecRuleRemoveById 949110\n# ctl:ruleEngine=Off \\"),
        server="# modsecurity off;\nmodsecurity on; modsecurity_rules_file FOLDER/rules.conf;",
    ),
    "only an internal location is without": Case(
        location=FILES + " location /inner { internal; modsecurity off; }"
        " location @named { modsecurity off; }"
    ),
    "only a closed location is without": Case(
        location=FILES
        + " location /status { modsecurity off; allow 127.0.0.1; deny all; stub_status; }"
    ),
    "the last word is On": Case(rules=f"SecRuleEngine DetectionOnly\n{CRS}"),
    "the stock file comes first": Case(
        rules=first("Include FOLDER/modsecurity.conf"),
        files={"modsecurity.conf": "SecRuleEngine DetectionOnly\n"},
    ),
    "an outer level only watches": Case(around="modsecurity_rules 'SecRuleEngine DetectionOnly';"),
    "it is switched on around the server": Case(
        around="modsecurity on; modsecurity_rules_file FOLDER/rules.conf;",
        server="client_max_body_size 1m;",
    ),
    "the threshold is five": Case(rules=first(threshold(5))),
    "the threshold is lower": Case(rules=first(threshold(3))),
    "a higher paranoia level": Case(
        rules=first('SecAction "id:1,phase:1,pass,nolog,setvar:tx.paranoia_level=2"')
    ),
    "one argument is not looked at": Case(
        rules=last('SecRuleUpdateTargetById 941100 "!ARGS:comment"')
    ),
    "one argument of one page is not looked at": Case(
        rules=first(
            'SecRule REQUEST_URI "@beginsWith /admin" "id:1,phase:1,pass,nolog,'
            'ctl:ruleRemoveTargetById=941100;ARGS:comment"'
        )
    ),
    "a rule that is not there is removed": Case(rules=last("SecRuleRemoveById 999999")),
    "an expression is no tag": Case(rules=last('SecRuleRemoveByTag "attack-.*"')),
    "the engine is switched on again": Case(
        rules=first('SecAction "id:1,phase:1,pass,nolog,ctl:ruleEngine=On"')
    ),
    "a rule that never fires": Case(
        rules=first('SecRule TX:never "@eq 1" "id:1,phase:1,pass,nolog,ctl:ruleEngine=Off"')
    ),
    "only this host is let by": Case(
        rules=first(
            'SecRule REMOTE_ADDR "@ipMatch 127.0.0.2" "id:1,phase:1,pass,nolog,ctl:ruleEngine=Off"'
        )
    ),
    "an exclusion package is chosen": Case(
        rules=first('SecAction "id:1,phase:1,pass,nolog,setvar:tx.crs_exclusions_drupal=1"')
    ),
    "answers are not judged": Case(rules=CRS.replace("rules/*.conf", "rules/REQUEST-*.conf")),
    "an exact address answers by itself": Case(
        location=FILES + " location = /health { return 200 ok; }"
    ),
    "a location redirects": Case(location=FILES + " location /old { return 301 /; }"),
    "a location refuses": Case(location=FILES + " location /.git { return 404; }"),
    "rules deny by default": Case(
        rules='SecRuleEngine On\nSecDefaultAction "phase:2,log,deny,status:403"\n'
        'SecRule ARGS "@contains script" "id:5,phase:2,block,tag:attack-xss"\n'
    ),
}
"""Cases in which the attack is blocked and the promise is kept."""


@pytest.fixture(scope="module")
def nginx(need: Need) -> str:
    return needed(need, "nginx", NGINX_MODULE)


@pytest.mark.parametrize("name", OFF)
def test_it_is_off_without_a_word_and_caught(nginx: str, name: str) -> None:
    case, blamed = OFF[name]
    with nginx_wall(nginx, case) as wall:
        assert wall.answer(case.ask) == 200
        verdict = verdict_of(wall, attacks=("xss",))
        assert isinstance(verdict, Broken), verdict
        place = verdict.evidence[0].place
        assert place is not None
        assert blamed in str(place)


@pytest.mark.parametrize("name", ON)
def test_a_healthy_neighbour_holds(nginx: str, name: str) -> None:
    case = ON[name]
    with nginx_wall(nginx, case) as wall:
        assert wall.answer(case.ask) == 403
        verdict = verdict_of(wall, attacks=("xss",))
        assert isinstance(verdict, Holds), verdict


def test_every_request_is_refused_without_the_setup(nginx: str) -> None:
    rules = CRS.replace("Include /etc/modsecurity/crs/crs-setup.conf\n", "")
    with nginx_wall(nginx, Case(rules=rules)) as wall:
        assert wall.answer(BENIGN) == 500
        verdict = verdict_of(wall)
        assert isinstance(verdict, Broken)
        assert "901001" in verdict.why


LOUD = {
    "a file is missing": Case(rules=last("Include FOLDER/none.conf")),
    "a pattern finds nothing": Case(
        rules=last("Include FOLDER/own/*.conf"), files={"own/readme": "nothing"}
    ),
    "an optional include": Case(rules=last("IncludeOptional FOLDER/none.conf")),
    "Debian's file for Apache": Case(
        rules="SecRuleEngine On\nInclude /usr/share/modsecurity-crs/owasp-crs.load\n"
    ),
    "the recommended file's own directive": Case(rules=last("SecRequestBodyInMemoryLimit 131072")),
    "a directive that is none": Case(rules=last("SecRuleEngin On")),
    "a pattern in brackets": Case(rules=last("Include /usr/share/modsecurity-crs/[a-z]*/*.conf")),
    "a quoted pattern": Case(rules=last('Include "FOLDER/rules.conf"')),
    "a rule twice": Case(rules=last("Include /etc/modsecurity/crs/crs-setup.conf")),
    "a string that never ends": Case(rules=last('SecRule ARGS "@rx a')),
    "a value that is none": Case(rules=last("SecRuleEngine Maybe")),
    "a rule without a number": Case(rules=last('SecRule ARGS "@rx a" "phase:2,deny"')),
    "numbers with spaces": Case(rules=last("SecRuleRemoveById 941100 - 949999")),
}


@pytest.mark.parametrize("name", LOUD)
def test_what_nginx_refuses_never_holds(nginx: str, name: str) -> None:
    with nginx_wall(nginx, LOUD[name]) as wall:
        assert not wall.is_taken()
        verdict = verdict_of(wall)
        assert isinstance(verdict, Unknown), verdict
        place = verdict.evidence[0].place
        assert place is not None
        assert place.line > 0
