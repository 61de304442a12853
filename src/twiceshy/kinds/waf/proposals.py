"""From the files of a host to the fact: nginx's locations and Apache's virtual hosts."""

from __future__ import annotations

import re
from datetime import datetime

from twiceshy.kinds.waf import apache, nginx
from twiceshy.kinds.waf.facts import Promise, WafFact
from twiceshy.languages.apache.mains import dialect_of as apache_dialect
from twiceshy.languages.nginx import dialect_of as nginx_dialect
from twiceshy.model.configuration import Configuration
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard

_RULE_FILE = re.compile(
    rb"^[ \t]*(?:Sec(?:Rule|Action|Marker|DefaultAction|RequestBody|ResponseBody)\w*[ \t]|"
    rb"include[ \t]+\S*(?:modsecurity|crs)\S*)",
    re.MULTILINE | re.IGNORECASE,
)
_NOT_READ = re.compile(r"\.(?:data|md|txt|html?|py|sh|lua|json|ya?ml|dpkg-\w+|bak|orig|swp)$|~$")
_BEGINNING = 65_536


def recognises(path: str, content: bytes) -> str | None:
    """`seclang`, `nginx` or `apache`, told from the path and the beginning."""
    if not _NOT_READ.search(path) and _RULE_FILE.search(content[:_BEGINNING]):
        apaches = apache_dialect(path, content)
        return apaches or "seclang"
    return nginx_dialect(path, content) or apache_dialect(path, content)


def fact(guard: Guard, configuration: Configuration, at: datetime) -> WafFact | Unseen:
    """What the public locations run with this configuration."""
    promise = guard.promise
    assert isinstance(promise, Promise), "a guard carries its own kind's promise"
    found = {
        "nginx": nginx.seen_in(configuration, promise),
        "Apache": apache.seen_in(configuration, promise),
    }
    seen = {name: one for name, one in found.items() if one is not None}
    if not seen:
        return Unseen(
            "there is no configuration of nginx or Apache among the files",
            at,
            configuration.origin,
            "Name the main file under `files`, or hand in the folder /etc/nginx or /etc/apache2.",
        )
    return WafFact(
        at=at,
        vantage=configuration.origin,
        software=tuple(seen),
        spots=tuple(spot for one in seen.values() for spot in one.spots),
        gaps=tuple(gap for one in seen.values() for gap in one.gaps),
    )
