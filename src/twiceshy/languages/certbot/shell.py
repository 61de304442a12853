"""Which services a shell command or script makes read their files again.

Not a shell: it looks for the ways in which people reload services, in the text as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ACTION = (
    r"(?:re(?:load|start)|force-reload|try-re(?:load-or-re)?start|reload-or-(?:try-)?restart|start)"
)
_NAME = r"([A-Za-z0-9][\w@.-]{0,80})"
_WAYS = (
    re.compile(rf"\bsystemctl\s+(?:-[\w=-]+\s+)*{_ACTION}\s+((?:-[\w=-]+\s+)*(?:{_NAME}[ \t]*)+)"),
    re.compile(rf"\b(?:service|invoke-rc\.d|rc-service)\s+{_NAME}\s+{_ACTION}\b"),
    re.compile(rf"/etc/(?:init\.d|rc\.d)/{_NAME}\s+{_ACTION}\b"),
    re.compile(r"\b(nginx|haproxy|caddy|openresty|angie)\b[^\n;&|]*\s(?:-s\s+reload|reload)\b"),
    re.compile(
        r"\b(postfix|doveadm|apachectl|apache2ctl|rndc|pg_ctl|pg_ctlcluster)\b[^\n;&|]*\s(?:reload|graceful|restart)\b"
    ),
    re.compile(
        r"\b(?:kill|pkill|killall)\b[^\n;&|]*-(?:s\s+)?(?:SIG)?(?:HUP|USR2)\b[^\n;&|]*?\b([a-z][\w-]{2,40})"
    ),
    re.compile(
        r"\bdocker(?:-compose|\s+compose)?\s+(?:restart|kill\s+-s\s+(?:SIG)?HUP|kill\s+--signal[= ](?:SIG)?HUP)\s+((?:"
        + _NAME
        + r"[ \t]*)+)"
    ),
    re.compile(r"\bsv\s+(?:reload|restart|hup)\s+" + _NAME),
    re.compile(r"\b(pg_reload_conf)\b"),
    re.compile(r"\bkill\b[^\n;&|]*(?:HUP|USR2)\b[^\n;&|]*/([a-z][\w-]{1,40})\.pid\b"),
)
_MOST_LINE = 1000
_CALL = re.compile(
    r"(?:^|[;&|(]|\b(?:then|do|else|exec|sudo|nice|timeout \d+)\s)\s*"
    r"(ssh|ansible[\w-]*|docker[\w-]*|podman|kubectl|curl|wget|python[\d.]*|perl|bash|sh|make|source"
    r"|\.\s|rsync|scp|\.?/[^\s;&|()'\"]+|\"?\$[^\s;&|]+)"
    r"(?:\s+(/[^\s;&|()'\"]+))?"
)
_PLAIN = frozenset(
    [
        "systemctl",
        "service",
        "nginx",
        "postfix",
        "doveadm",
        "apachectl",
        "apache2ctl",
        "haproxy",
        "cp",
        "mv",
        "install",
        "chmod",
        "chown",
        "cat",
        "echo",
        "logger",
        "mkdir",
        "rm",
        "ln",
        "test",
        "[",
        "true",
        "false",
        "env",
        "postmap",
        "pg_ctlcluster",
        "openssl",
        "nginx",
        "-t",
    ]
)
_SAME = {
    "doveadm": "dovecot",
    "apachectl": "apache2",
    "apache2ctl": "apache2",
    "httpd": "apache2",
    "pg_ctl": "postgresql",
    "pg_ctlcluster": "postgresql",
    "pg_reload_conf": "postgresql",
    "openresty": "nginx",
    "angie": "nginx",
    "exim": "exim4",
}
_NOT_SERVICES = frozenset({"exec", "true", "cat", "pid", "run", "var", "sudo"})


@dataclass(frozen=True, slots=True)
class Reload:
    """A line that reloads a service."""

    service: str
    """Without `.service` and `@instance`, `apache2` for httpd and apachectl."""
    line: int


def reloads_in(text: str) -> tuple[Reload, ...]:
    """The reloads in a command or script, in order; comments are passed over."""
    found: list[Reload] = []
    for number, line in enumerate(text.splitlines(), 1):
        code = _without_comment(line)[:_MOST_LINE]
        for way in _WAYS:
            for match in way.finditer(code):
                names = match[1].split() if match.lastindex else []
                found.extend(
                    Reload(service_named(name), number)
                    for name in names
                    if not name.startswith("-") and name not in _NOT_SERVICES
                )
    return tuple(dict.fromkeys(found))


def calls_in(text: str) -> tuple[str, ...]:
    """What a command or script hands the work on to: the paths of scripts, or `ssh`, `docker`, ...

    What these reload cannot be told from the text at hand.
    """
    found: list[str] = []
    for line in text.splitlines():
        for match in _CALL.finditer(_without_comment(line)[:_MOST_LINE]):
            called = match[2] if match[2] and not match[1].startswith("/") else match[1]
            if called.rpartition("/")[2] not in _PLAIN:
                found.append(called.strip())
    return tuple(dict.fromkeys(found))


def has_commands(text: str) -> bool:
    """Whether anything is left when comments, blank lines and the first line are taken away."""
    return any(
        code not in {"", ":", "true", "exit 0", "exit", "set -e", "set -eu"}
        for line in text.splitlines()
        if (code := _without_comment(line).strip())
    )


def service_named(name: str) -> str:
    """The name that two ways of writing a service have in common."""
    short = name.removesuffix(".service").partition("@")[0].lower()
    if short.startswith("php") or not short:
        return short
    return _SAME.get(short, short)


def _without_comment(line: str) -> str:
    if line.lstrip().startswith("#"):
        return ""
    at = line.find(" #")
    return line if at < 0 else line[:at]
