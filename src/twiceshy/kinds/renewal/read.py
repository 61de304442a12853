"""From a configuration to what is seen of the renewal in it; pure, for live looks and for reviews."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath

from twiceshy.kinds.renewal.challenge_path import listeners_at, ways_of
from twiceshy.kinds.renewal.facts import ClientSeen, RenewalFact, Script
from twiceshy.kinds.renewal.promise import Promise
from twiceshy.kinds.renewal.uses import uses_in
from twiceshy.languages.certbot.installation import Installation, read_installation, script
from twiceshy.languages.certbot.issued import Issued, read_issued
from twiceshy.languages.certbot.lineage import Lineage
from twiceshy.languages.certbot.shell import calls_in
from twiceshy.languages.nginx import dialect_of
from twiceshy.languages.schedules.job import Job
from twiceshy.languages.schedules.jobs import jobs_in
from twiceshy.model.configuration import Configuration
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard

_RENEWS = re.compile(
    r"\b(?:certbot|certbot-auto|letsencrypt(?:-auto)?)\b[^\n]{0,400}?\b(?:renew|certonly)\b"
)
_PARTS = (
    (re.compile(r"renewal/[^/]+\.conf"), "certbot renewal configuration"),
    (re.compile(r"renewal-hooks/(?:pre|deploy|post)/[^/]+"), "certbot hook"),
    (re.compile(r"(?:live|archive)/.*\.pem"), "certbot certificate"),
    (re.compile(r"cli\.ini"), "certbot options"),
)
_ABSENT = re.compile(r"no such file|not a directory", re.IGNORECASE)
_SECRETS = re.compile(r"_credentials$|_credentials_|_config$")
_BEGINNING = 65_536
_MOST_NAMES = 200
_MOST_SCRIPTS = 100


def recognises(path: str, content: bytes) -> str | None:
    """Which part of a renewal a file is: certbot's, a schedule, or the challenge's way in nginx."""
    parts = PurePosixPath(path).parts
    folder = next((one for one in ("letsencrypt", "certbot") if one in parts), None)
    if folder is not None:
        rest = "/".join(parts[parts.index(folder) + 1 :])
        for pattern, dialect in _PARTS:
            if pattern.fullmatch(rest):
                return dialect
    beginning = content[:_BEGINNING].decode("utf-8", "replace")
    if _is_schedule(path) and (_RENEWS.search(beginning) or "certbot" in path):
        return "schedule of a renewal"
    speaks = "acme-challenge" in beginning or "/letsencrypt/live/" in beginning
    if speaks and dialect_of(path, content) is not None:
        return "nginx"
    return None


def _is_schedule(path: str) -> bool:
    return (
        re.match(r"/etc/(?:crontab$|cron\.\w+/|systemd/)|/var/spool/cron/", path) is not None
        or re.search(r"/systemd/.*\.(?:timer|service)(?:\.d/[^/]+\.conf)?$", path) is not None
    )


def fact_of(guard: Guard, configuration: Configuration, at: datetime) -> RenewalFact | Unseen:
    """The renewal as it would be with this configuration."""
    promise: Promise = guard.promise
    seen = client_of(promise, configuration, at)
    if seen is None:
        what = (
            f"no renewal configuration below {promise.config_dir}"
            if promise.client == "certbot"
            else "neither the certificates nor a schedule of the client"
        )
        return Unseen(
            f"there is {what} among the files of {configuration.origin or 'the configuration'}",
            at,
            configuration.origin,
            "Hand in the folder renewal/ with the change, or set config_dir.",
        )
    return RenewalFact(at=at, vantage=configuration.origin, clients=(seen,))


def client_of(
    promise: Promise, configuration: Configuration, at: datetime, *, is_whole: bool = False
) -> ClientSeen | None:
    """What the configuration says of the renewal; None when it says nothing.

    `is_whole` when everything that matters was looked for, so that what is not there is missing.
    """
    jobs = tuple(
        job for job in jobs_in(configuration, at.date()) if _renews(job, promise, configuration)
    )
    if promise.client == "command":
        return _of_command(promise, configuration, jobs, is_whole=is_whole)
    installation = read_installation(configuration, promise.config_dir)
    if installation is None or not (installation.lineages or installation.orphans):
        if not any(_is_conf(path, promise) for path in configuration.unseen):
            return None
        installation = installation or Installation(promise.config_dir.rstrip("/"), ())
    names = tuple(
        dict.fromkeys(
            name
            for one in installation.lineages
            if one.authenticator == "webroot"
            for name in (*one.webroots, *one.names)
        )
    )[:_MOST_NAMES]
    return ClientSeen(
        origin=configuration.origin,
        prefix=configuration.prefix,
        installation=installation,
        not_kept=tuple(
            (path, why) for path, why in configuration.unseen.items() if _is_conf(path, promise)
        ),
        jobs=jobs,
        uses=uses_in(configuration, promise.config_dir),
        ways=tuple(ways_of(configuration, names, promise.challenge_port)),
        scripts=_scripts(configuration, _texts(installation, jobs)),
        fronts=tuple(listeners_at(configuration, promise.challenge_port)),
        is_folder_seen=is_whole or _is_folder_seen(configuration, installation.folder),
        accounts_seen=bool(installation.accounts) or is_whole,
        credentials=tuple(_credentials(configuration, installation)),
        is_whole=is_whole,
    )


def _is_folder_seen(configuration: Configuration, folder: str) -> bool:
    inside = configuration.under(folder)
    return any(not path.startswith(f"{folder}/renewal/") for path in inside)


def _is_conf(path: str, promise: Promise) -> bool:
    return path.startswith(f"{promise.config_dir.rstrip('/')}/renewal/") and path.endswith(".conf")


def _of_command(
    promise: Promise, configuration: Configuration, jobs: tuple[Job, ...], *, is_whole: bool
) -> ClientSeen | None:
    kept: list[Issued] = []
    not_kept: list[tuple[str, str]] = []
    for path in promise.certificates:
        data = configuration.files.get(path)
        if data is None:
            why = configuration.unseen.get(path, "it was not part of what was handed in")
            not_kept.append((path, why))
            continue
        read = read_issued(path, data)
        if isinstance(read, Issued):
            kept.append(read)
        else:
            not_kept.append((path, read))
    scripts = _scripts(configuration, (*promise.hooks, *(job.command for job in jobs)))
    if not (kept or jobs or is_whole or any(one.text is not None for one in scripts)):
        return None
    return ClientSeen(
        origin=configuration.origin,
        prefix=configuration.prefix,
        kept=tuple(kept),
        not_kept=tuple(not_kept),
        jobs=jobs,
        ways=tuple(ways_of(configuration, tuple(promise.webroots), promise.challenge_port)),
        scripts=scripts,
        is_whole=is_whole,
    )


def _renews(job: Job, promise: Promise, configuration: Configuration) -> bool:
    """Whether a job runs the renewal, itself or through a script that is at hand."""
    called = (*job.command.split()[:4], *calls_in(job.command))
    texts = [job.command, *(script(configuration, one) or "" for one in called)]
    if promise.client == "command":
        return bool(promise.command) and any(promise.command in one for one in texts)
    if job.name in {"certbot.timer", "certbot-renew.timer", "snap.certbot.renew.timer"}:
        return True
    return any(_RENEWS.search(_without_comments(one)) for one in texts)


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def _texts(installation: Installation, jobs: tuple[Job, ...]) -> tuple[str, ...]:
    """Every command that hooks and schedules consist of."""
    return (
        *(text for one in installation.lineages for text in _hook_commands(one)),
        *(
            setting.text
            for key, setting in installation.cli.items()
            if key in {"deploy-hook", "renew-hook", "pre-hook", "post-hook"}
        ),
        *(one.text for one in installation.hooks if one.text is not None),
        *(job.command for job in jobs),
    )


def _hook_commands(lineage: Lineage) -> Iterator[str]:
    for key in ("renew_hook", "deploy_hook", "pre_hook", "post_hook", "manual_auth_hook"):
        text = lineage.param(key)
        if text is not None:
            yield text


def _scripts(configuration: Configuration, texts: tuple[str, ...]) -> tuple[Script, ...]:
    """The scripts that commands call by their absolute paths, and those that these call."""
    found: dict[str, Script] = {}
    waiting = [*texts]
    while waiting and len(found) < _MOST_SCRIPTS:
        text = waiting.pop(0)
        first = text.split(None, 1)[0] if "\n" not in text and text.split() else ""
        for path in (first, *calls_in(text)):
            if not path.startswith("/") or path in found:
                continue
            one = _script(configuration, path)
            found[path] = one
            if one.text is not None:
                waiting.append(one.text)
    return tuple(found.values())


def _script(configuration: Configuration, path: str) -> Script:
    mode = configuration.modes.get(path)
    return Script(
        path,
        script(configuration, path),
        None if mode is None else bool(mode & 0o111),
        is_missing=_ABSENT.search(configuration.unseen.get(path, "")) is not None,
    )


def _credentials(
    configuration: Configuration, installation: Installation
) -> Iterator[tuple[str, int | None, bool]]:
    """The files with secrets that dns plugins are told to read."""
    for lineage in installation.lineages:
        for key, setting in lineage.params.items():
            path = setting.text
            if _SECRETS.search(key) and path.startswith("/"):
                absent = _ABSENT.search(configuration.unseen.get(path, "")) is not None
                yield path, configuration.modes.get(path), absent
