"""What a change does to renewals, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from twiceshy.kinds.renewal.challenge_path import CHALLENGES, ways_of
from twiceshy.kinds.renewal.wording import span
from twiceshy.languages.certbot.installation import Installation, read_installation
from twiceshy.languages.certbot.lineage import Lineage
from twiceshy.languages.schedules.job import Job
from twiceshy.languages.schedules.jobs import jobs_in
from twiceshy.model.configuration import Configuration

_FOLDER = re.compile(
    r"(.*/(?:letsencrypt|certbot))/(?:renewal|renewal-hooks|live|archive)/|(.*/(?:letsencrypt|certbot))/cli\.ini$"
)
_A_DAY = date(2024, 1, 1)
"""Gaps are counted from here; four years on end hold every pattern."""
_HTTP = 80


def differences(before: Configuration, after: Configuration) -> tuple[str, ...]:
    """What behaves otherwise, most important first; empty when nothing does."""
    found: list[str] = []
    for folder in sorted({*_folders(before), *_folders(after)}):
        old, new = read_installation(before, folder), read_installation(after, folder)
        found.extend(_installations(old, new))
    found.extend(_schedules(before, after))
    found.extend(_ways(before, after))
    return tuple(dict.fromkeys(found))


def _folders(configuration: Configuration) -> set[str]:
    matches = (_FOLDER.match(path) for path in configuration.files)
    return {match[1] or match[2] for match in matches if match is not None}


def _installations(old: Installation | None, new: Installation | None) -> Iterator[str]:
    before = {} if old is None else {one.name: one for one in old.lineages}
    after = {} if new is None else {one.name: one for one in new.lineages}
    for name in sorted(before.keys() - after.keys()):
        yield f"{name}: is renewed no longer, its renewal configuration goes"
    for name in sorted(after.keys() - before.keys()):
        yield f"{name}: is renewed from now on"
    for name in sorted(before.keys() & after.keys()):
        yield from _lineage(before[name], after[name])
    yield from _hooks(old, new)


def _lineage(old: Lineage, new: Lineage) -> Iterator[str]:
    name = new.name
    if new.faults and not old.faults:
        yield f"{name}: certbot skips it, line {new.faults[0].line} is broken: {new.faults[0].why}"
    if old.faults and not new.faults:
        yield f"{name}: certbot reads it again"
    if new.faults or old.faults:
        return
    for host in sorted({*old.webroots, *new.webroots, *old.names, *new.names}):
        was, now = old.webroot_of(host), new.webroot_of(host)
        texts = (was.text if was else "nowhere", now.text if now else "nowhere")
        if "webroot" in {old.authenticator, new.authenticator} and texts[0] != texts[1]:
            yield f"{name}: the challenge of {host} is put into {texts[1]}, before into {texts[0]}"
    for key, what in (
        ("authenticator", "proves itself by"),
        ("installer", "is installed by"),
        ("server", "is issued by"),
        ("renew_hook", "runs after a renewal"),
        ("pre_hook", "runs before a renewal"),
        ("post_hook", "runs after each try"),
        ("autorenew", "autorenew is"),
        ("key_type", "has keys of type"),
    ):
        one, two = old.param(key), new.param(key)
        if one != two:
            yield f"{name}: {what} {two or 'nothing'}, before {one or 'nothing'}"
    life = timedelta(days=90)
    if old.renews_before(life) != new.renews_before(life):
        first, second = old.renews_before(life), new.renews_before(life)
        words = [span(one) if one else "at a time that cannot be read" for one in (first, second)]
        yield f"{name}: is due {words[1]} before its end, before {words[0]} (of 90 days)"


def _hooks(old: Installation | None, new: Installation | None) -> Iterator[str]:
    before = {} if old is None else {one.path: one for one in old.hooks}
    after = {} if new is None else {one.path: one for one in new.hooks}
    for path in sorted(before.keys() - after.keys()):
        yield f"{path}: is run no longer, it goes"
    for path in sorted(after.keys() - before.keys()):
        yield f"{path}: is run from now on ({after[path].stage})"
    for path in sorted(before.keys() & after.keys()):
        if before[path].is_run != after[path].is_run:
            word = (
                "is run from now on" if after[path].is_run else "is run no longer: not executable"
            )
            yield f"{path}: {word}"
        elif before[path].text != after[path].text:
            yield f"{path}: does something else"


def _schedules(before: Configuration, after: Configuration) -> Iterator[str]:
    old, new = _renewing(before), _renewing(after)
    for name in sorted(old.keys() - new.keys()):
        yield f"{name}: starts the renewal no longer"
    for name in sorted(new.keys() - old.keys()):
        yield f"{name}: starts the renewal from now on{_how_often(new[name])}"
    for name in sorted(old.keys() & new.keys()):
        one, two = old[name], new[name]
        if (one.gap, one.fault) != (two.gap, two.fault):
            yield f"{name}: {_rhythm(two)}, before {_rhythm(one)}"


def _renewing(configuration: Configuration) -> Mapping[str, Job]:
    words = ("certbot", "letsencrypt", "acme", "lego", "dehydrated")
    return {
        job.name: job
        for job in jobs_in(configuration, _A_DAY)
        if any(word in f"{job.name} {job.command}" for word in words)
    }


def _how_often(job: Job) -> str:
    return "" if job.gap is None else f", at least every {span(job.gap)}"


def _rhythm(job: Job) -> str:
    if job.fault is not None:
        return f"never ({job.fault})"
    return "at times that are not known" if job.gap is None else f"at least every {span(job.gap)}"


def _ways(before: Configuration, after: Configuration) -> Iterator[str]:
    """Names whose challenge nginx answers from somewhere else."""
    names = sorted(
        {
            name
            for side in (before, after)
            for folder in _folders(side)
            if (one := read_installation(side, folder)) is not None
            for lineage in one.lineages
            for name in (*lineage.webroots, *lineage.names)
        }
    )[:200]
    old = {way.name: way for way in ways_of(before, names, _HTTP)}
    for way in ways_of(after, names, _HTTP):
        was = old.get(way.name)
        if was is not None and (was.folder, was.answer) != (way.folder, way.answer):
            here = (way.folder or way.answer).removesuffix(CHALLENGES)
            there = (was.folder or was.answer).removesuffix(CHALLENGES)
            yield f"nginx answers the challenge of {way.name} from {here}, before from {there}"
