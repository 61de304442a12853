"""The renewal of another client than certbot: its files, its scripts, its schedule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from twiceshy.kinds.renewal.challenge_path import CHALLENGES
from twiceshy.kinds.renewal.facts import ClientSeen
from twiceshy.kinds.renewal.finding import Finding, serious, untold
from twiceshy.kinds.renewal.hook_rules import script_findings
from twiceshy.kinds.renewal.promise import Promise
from twiceshy.kinds.renewal.schedule_rules import timing_findings
from twiceshy.model.verdict import Evidence


def command_findings(promise: Promise, client: ClientSeen) -> Iterator[Finding]:
    """What is wrong with what the promise names, as far as it was looked for."""
    for path, why in client.not_kept:
        evidence = Evidence(path, why, client.place(path))
        step = "Correct `certificates`, or have the client issue it."
        if client.is_whole:
            yield serious("certificate-gone", f"{path} is no certificate: {why}", evidence, step)
        elif "not part of" not in why:
            yield untold("certificate-unread", f"{path} was not read: {why}", evidence, step)
    if promise.reload_hook != "none":
        yield from script_findings(promise, client)
    for name, webroot in promise.webroots.items():
        yield from _challenge(client, name, webroot.rstrip("/"))
    lifetime = min((one.lifetime for one in client.kept), default=None)
    yield from timing_findings(promise, client, None, lifetime)


def _challenge(client: ClientSeen, name: str, webroot: str) -> Iterator[Finding]:
    live = client.live
    looked = [one for one in (live.challenges if live else None) or () if one.name == name]
    for one in looked:
        if one.problem is None:
            continue
        evidence = Evidence(f"http://{name}{CHALLENGES}/ at {one.address}", one.problem)
        make = untold if one.is_unseen else serious
        why = f"a test file in {webroot} is not served for {name}: {one.problem}"
        step = "Make the webroot the folder that the web server serves for this name."
        yield make("challenge-not-served", why, evidence, step)
    if looked:
        return
    for way in client.ways:
        if way.name != name.lower() or way.follows or way.folder == f"{webroot}{CHALLENGES}":
            continue
        served = way.folder or way.answer
        evidence = Evidence(f"what nginx serves for {name}", served, way.place)
        why = f"the challenge of {name} is put into {webroot}, but nginx does not serve it"
        step = "Make the webroot the folder that the web server serves for this name."
        yield replace(serious("webroot-not-served", why, evidence, step), lineages=())
