"""The files of a host that renews one certificate: sound ones, for tests to spoil one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from tests.farm.authority import DAY, NOW, issue, root
from twiceshy.guards.judge import judge
from twiceshy.kinds.renewal.promise import Promise
from twiceshy.kinds.renewal.read import fact_of
from twiceshy.model.configuration import Configuration
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId
from twiceshy.model.verdict import Broken, Holds, Unknown, Verdict

NAME = "www.example.test"
FOLDER = "/etc/letsencrypt"
CONF_PATH = f"{FOLDER}/renewal/{NAME}.conf"
HOOK_PATH = f"{FOLDER}/renewal-hooks/deploy/reload-web"
TIMER_PATH = "/etc/systemd/system/certbot.timer"
SERVICE_PATH = "/etc/systemd/system/certbot.service"
SITE_PATH = "/etc/nginx/conf.d/web.conf"

CONF = f"""\
# renew_before_expiry = 30 days
version = 4.1.1
archive_dir = {FOLDER}/archive/{NAME}
cert = {FOLDER}/live/{NAME}/cert.pem
privkey = {FOLDER}/live/{NAME}/privkey.pem
chain = {FOLDER}/live/{NAME}/chain.pem
fullchain = {FOLDER}/live/{NAME}/fullchain.pem

[renewalparams]
account = 0123456789abcdef0123456789abcdef
server = https://acme-v02.api.letsencrypt.org/directory
authenticator = webroot
webroot_path = /srv/www,
key_type = ecdsa
[[webroot_map]]
{NAME} = /srv/www
"""
TIMER = "[Timer]\nOnCalendar=*-*-* 00,12:00:00\nRandomizedDelaySec=1h\n"
SERVICE = (
    "[Service]\nType=oneshot\nExecStart=/usr/bin/certbot -q renew --no-random-sleep-on-renew\n"
)
HOOK = "#!/bin/sh\nsystemctl reload nginx\n"
NGINX = "events {}\nhttp {\n  include /etc/nginx/conf.d/*.conf;\n}\n"
SITE = f"""\
server {{
  listen 80;
  server_name {NAME};
  root /srv/www;
}}
server {{
  listen 443 ssl;
  server_name {NAME};
  root /srv/www;
  ssl_certificate {FOLDER}/live/{NAME}/fullchain.pem;
  ssl_certificate_key {FOLDER}/live/{NAME}/privkey.pem;
}}
"""


def certificate(
    *names: str, days: float = 90, age_days: float = 10, serial: int | None = None
) -> bytes:
    """A certificate in PEM, so many days old of so many."""
    begins = NOW - timedelta(days=age_days)
    ends = begins + timedelta(days=days)
    leaf = issue(by=root(), names=names or (NAME,), begins=begins, ends=ends, serial=serial)
    return leaf.pem


@dataclass(frozen=True)
class Files:
    """A host's files that a test changes before they are judged."""

    files: Mapping[str, str | bytes]
    modes: Mapping[str, int] = field(default_factory=dict)
    unseen: Mapping[str, str] = field(default_factory=dict)

    def with_(self, path: str, content: str | bytes, mode: int | None = None) -> Files:
        modes = self.modes if mode is None else {**self.modes, path: mode}
        return replace(self, files={**self.files, path: content}, modes=modes)

    def without(self, *paths: str) -> Files:
        kept = {path: content for path, content in self.files.items() if path not in paths}
        return replace(self, files=kept)

    def with_conf(self, old: str, new: str) -> Files:
        """The renewal configuration with a text changed."""
        text = self.files[CONF_PATH]
        assert isinstance(text, str)
        assert old in text
        return self.with_(CONF_PATH, text.replace(old, new))

    def not_there(self, path: str) -> Files:
        return replace(self, unseen={**self.unseen, path: "No such file or directory"})

    def configuration(self) -> Configuration:
        return Configuration(
            files=MappingProxyType(
                {
                    path: content.encode() if isinstance(content, str) else content
                    for path, content in self.files.items()
                }
            ),
            origin="after",
            unseen=MappingProxyType(dict(self.unseen)),
            modes=MappingProxyType(dict(self.modes)),
        )


SOUND = Files(
    {
        CONF_PATH: CONF,
        f"{FOLDER}/cli.ini": "max-log-backups = 0\n",
        HOOK_PATH: HOOK,
        TIMER_PATH: TIMER,
        SERVICE_PATH: SERVICE,
        "/etc/nginx/nginx.conf": NGINX,
        SITE_PATH: SITE,
    },
    {HOOK_PATH: 0o755},
)


def with_certificate(files: Files, pem: bytes, *older: bytes) -> Files:
    """The files with a certificate in live/ and archive/; `older` ones first, oldest first."""
    for number, one in enumerate((*older, pem), 1):
        files = files.with_(f"{FOLDER}/archive/{NAME}/cert{number}.pem", one)
    return files.with_(f"{FOLDER}/live/{NAME}/cert.pem", pem)


def guard_of(**promise: Any) -> Guard:
    return Guard(GuardId("renews"), KindId("renewal"), "website", Promise(**promise), DAY)


def verdict_of(files: Files, now: datetime = NOW, **promise: Any) -> Verdict:
    """What a review says of the files."""
    guard = guard_of(**promise)
    return judge(guard, fact_of(guard, files.configuration(), now), now)


def told(verdict: Verdict) -> str:
    """All that a verdict says."""
    summary = verdict.summary if isinstance(verdict, Holds) else verdict.why
    return "\n".join([summary, *(f"{one.what}: {one.found}" for one in verdict.evidence)])


def broken(files: Files, **promise: Any) -> Broken:
    verdict = verdict_of(files, **promise)
    assert isinstance(verdict, Broken), verdict
    assert any(one.place is not None for one in verdict.evidence), "every Broken names a line"
    assert verdict.next_step
    return verdict


def unknown(files: Files, **promise: Any) -> Unknown:
    verdict = verdict_of(files, **promise)
    assert isinstance(verdict, Unknown), verdict
    return verdict


def holds(files: Files, **promise: Any) -> Holds:
    verdict = verdict_of(files, **promise)
    assert isinstance(verdict, Holds), told(verdict)
    return verdict


def lines_of(verdict: Broken | Unknown, path: str) -> list[int]:
    """The lines of a file that the evidence points to."""
    places = [one.place for one in verdict.evidence if one.place is not None]
    return [place.line for place in places if place.file == path]


def line_with(files: Files, path: str, text: str) -> int:
    """The number of the first line of a file that holds the text."""
    content = files.files[path]
    assert isinstance(content, str)
    return next(n for n, line in enumerate(content.splitlines(), 1) if text in line)
