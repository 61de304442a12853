"""A small shop: nginx with a few rules of its own in the shape of the large sets."""

from __future__ import annotations

from typing import Any

from tests.farm.waf_verdicts import judged
from twiceshy.kinds.waf.facts import Promise
from twiceshy.model.configuration import Configuration
from twiceshy.model.verdict import Verdict

ATTACKS = "\n".join(
    f'SecRule ARGS "@rx {name}" "id:{number},phase:2,block,tag:attack-{name},'
    'setvar:tx.anomaly_score=+%{tx.critical_anomaly_score}"'
    for number, name in enumerate(("sqli", "xss", "lfi", "rce"), 1001)
)
SETUP = (
    'SecAction "id:100,phase:1,pass,setvar:tx.critical_anomaly_score=5,'
    'setvar:tx.inbound_anomaly_score_threshold=5,setvar:tx.paranoia_level=1"'
)
EVALUATION = (
    'SecRule TX:ANOMALY_SCORE "@ge %{tx.inbound_anomaly_score_threshold}" "id:9010,phase:2,deny"'
)
RULES = f"SecRuleEngine On\n{SETUP}\n{ATTACKS}\n{EVALUATION}\n"
SWITCH = "modsecurity on; modsecurity_rules_file rules.conf;"
LOCATION = "location / { proxy_pass http://app; }"
MODULE = "load_module modules/ngx_http_modsecurity_module.so;\n"


def shop(
    rules: str = RULES,
    *,
    server: str = SWITCH,
    location: str = LOCATION,
    around: str = "",
    module: str = MODULE,
    servers: str = "",
    unseen: dict[str, str] | None = None,
    **files: str,
) -> Configuration:
    """Its files; `files` are named by their stem in /etc/nginx."""
    main = (
        f"{module}events {{}}\nhttp {{\n{around}\nserver {{\nlisten 80;\n"
        f"server_name shop.example.org;\n{server}\n{location}\n}}\n{servers}\n}}\n"
    )
    texts = {"nginx": main, "rules": rules, **files}
    content = {f"/etc/nginx/{name}.conf": text.encode() for name, text in texts.items()}
    return Configuration(content, origin="after", prefix="after", unseen=unseen or {})


def verdict(configuration: Configuration, **promise: Any) -> Verdict:
    return judged(configuration, Promise(**promise))
