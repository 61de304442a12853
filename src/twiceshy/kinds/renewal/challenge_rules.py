"""Will the authority's challenge be answered? Authenticator, webroots, credentials, live test files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from twiceshy.kinds.renewal.challenge_path import CHALLENGES
from twiceshy.kinds.renewal.facts import ChallengeSeen, ClientSeen, Way
from twiceshy.kinds.renewal.finding import Finding, serious, untold, warning
from twiceshy.kinds.renewal.promise import Promise
from twiceshy.kinds.renewal.wording import listed
from twiceshy.languages.certbot.lineage import Lineage
from twiceshy.languages.certbot.setting import Setting
from twiceshy.model.verdict import Evidence

_KNOWN = frozenset({"webroot", "standalone", "nginx", "apache", "manual"})
_WITHOUT_FILE = frozenset({"dns-route53", "dns-google", "dns-azure"})
"""dns plugins that take their credentials from the machine they run on."""
_OTHERS_READ = 0o077
_MOST_NAMES = 200


def challenge_findings(promise: Promise, client: ClientSeen, lineage: Lineage) -> Iterator[Finding]:
    """What stands between the authority and the token of one certificate."""
    authenticator = lineage.authenticator or ""
    evidence = Evidence(
        "authenticator",
        f"authenticator = {authenticator}",
        client.place(lineage.path, lineage.line_of("authenticator")),
    )
    yield from _wildcards(lineage, authenticator, evidence)
    if authenticator == "webroot":
        yield from _webroot(client, lineage, evidence)
    elif authenticator == "standalone":
        yield from _standalone(promise, client, lineage, evidence)
    elif authenticator == "manual":
        if lineage.param("manual_auth_hook") is None:
            why = f"{lineage.name} is renewed by hand: `manual` without manual_auth_hook"
            step = "Name a script as manual_auth_hook, or choose another authenticator."
            yield serious("manual-alone", why, evidence, step, lineage.name)
    elif authenticator.startswith("dns-"):
        yield from _dns(client, lineage, authenticator, evidence)
    elif authenticator not in _KNOWN:
        why = f"how {lineage.name} proves itself is not known here: {authenticator}"
        step = "Rehearse it: set `rehearsal: configured`."
        yield untold("authenticator-unknown", why, evidence, step, lineage.name)


def _wildcards(lineage: Lineage, authenticator: str, evidence: Evidence) -> Iterator[Finding]:
    wild = [name for name in lineage.names if name.startswith("*.")]
    if wild and authenticator in {"webroot", "standalone", "nginx", "apache"}:
        why = f"{listed(wild)} cannot be renewed by {authenticator}: a wildcard needs DNS"
        yield serious("wildcard-http", why, evidence, "Use a dns plugin.", lineage.name)


def _webroot(client: ClientSeen, lineage: Lineage, evidence: Evidence) -> Iterator[Finding]:
    if not lineage.webroots and lineage.webroot_of("") is None:
        why = f"{lineage.name} says no webroot: neither webroot_path nor [[webroot_map]]"
        step = "Write `webroot_path = /the/folder,` into [renewalparams]."
        yield serious("webroot-missing", why, evidence, step, lineage.name)
        return
    for name in lineage.names[:_MOST_NAMES]:
        setting = lineage.webroot_of(name)
        if setting is None:
            why = (
                f"{name} has no webroot: it is not in [[webroot_map]] and there is no webroot_path"
            )
            step = f"Add `{name} = /the/folder` to [[webroot_map]]."
            yield serious("webroot-missing", why, evidence, step, lineage.name)
        elif not setting.text.startswith("/"):
            place = client.place(lineage.path, setting.line)
            shown = Evidence("webroot", setting.text, place)
            why = f"the webroot of {name} is no absolute path"
            yield serious("webroot-odd", why, shown, "Write the whole path.", lineage.name)
        else:
            yield from _served(client, lineage, name, setting)
    yield from _agreement(client, lineage)


def _agreement(client: ClientSeen, lineage: Lineage) -> Iterator[Finding]:
    """webroot_path and the map say the same when certbot wrote them; a hand forgot one."""
    path = lineage.params.get("webroot_path")
    mapped = {setting.text.rstrip("/") for setting in lineage.webroots.values()}
    if path is None or not mapped:
        return
    apart = [one for one in path.items if one.rstrip("/") not in mapped]
    if apart:
        place = client.place(lineage.path, path.line)
        found = f"webroot_path = {path.text}; [[webroot_map]] says {listed(sorted(mapped))}"
        why = f"webroot_path and [[webroot_map]] of {lineage.name} disagree"
        step = "The map is what counts for the names in it: correct whichever is wrong."
        yield warning(
            "webroots-disagree", why, Evidence("webroots", found, place), step, lineage.name
        )


def _served(client: ClientSeen, lineage: Lineage, name: str, setting: Setting) -> Iterator[Finding]:
    webroot = setting.text.rstrip("/")
    line = Evidence(
        f"webroot of {name}",
        f"{name} = {setting.text}"
        if name in lineage.webroots
        else f"webroot_path = {setting.text}",
        client.place(lineage.path, setting.line),
    )
    looked = _looked(client, name)
    if looked is not None:
        yield from _live(looked, line, webroot, lineage.name)
        if any(one.problem is None for one in looked):
            return
    if client.live is not None and setting.text in client.live.missing_webroots:
        why = f"the webroot {webroot} of {name} does not exist; certbot would make an empty one"
        step = "Correct the path, so that it is the folder the web server serves."
        yield serious("webroot-gone", why, line, step, lineage.name)
        return
    if looked and any(not one.is_unseen for one in looked):
        return
    for way in client.ways:
        if way.name == name.lower():
            found = _wrong_way(way, name, webroot, line)
            if found is not None:
                yield replace(found, lineages=(lineage.name,))


def _wrong_way(way: Way, name: str, webroot: str, line: Evidence) -> Finding | None:
    if way.folder == f"{webroot}{CHALLENGES}" or way.follows:
        return None
    nginx = Evidence(f"what nginx serves for {name}", way.folder or way.answer, way.place)
    if way.folder is None:
        why = f"nginx does not serve the challenge of {name}: {way.answer}"
        step = f"Add `location ^~ {CHALLENGES}/ {{ root {webroot}; }}` to the server at port 80."
        return replace(serious("webroot-not-served", why, nginx, step), more=(line,))
    served = way.folder.removesuffix(CHALLENGES)
    why = f"the challenge of {name} is put into {webroot}, but nginx serves it from {served}"
    step = f"Make the webroot {served}, or nginx's root {webroot}; they must be the same folder."
    return replace(serious("webroot-not-served", why, line, step), more=(nginx,))


def _looked(client: ClientSeen, name: str) -> tuple[ChallengeSeen, ...] | None:
    if client.live is None or client.live.challenges is None:
        return None
    found = tuple(one for one in client.live.challenges if one.name == name)
    return found or None


def _live(
    looked: tuple[ChallengeSeen, ...], line: Evidence, webroot: str, lineage: str
) -> Iterator[Finding]:
    for one in looked:
        if one.problem is None:
            continue
        where = f"http://{one.name}{CHALLENGES}/ at {one.address or 'no address'}"
        evidence = Evidence(where, one.problem)
        if one.is_unseen:
            why = f"whether the challenge of {one.name} is answered was not seen: {one.problem}"
            step = "Look from where the authority looks: from the internet, at port 80."
            found = untold("challenge-unseen", why, evidence, step, lineage)
        else:
            why = (
                f"a test file in {webroot} is not served for {one.name} at {one.address}: "
                f"{one.problem}"
            )
            step = "Make the webroot the folder that the web server serves for this name."
            found = serious("challenge-not-served", why, evidence, step, lineage)
        yield replace(found, more=(line,))


def _standalone(
    promise: Promise, client: ClientSeen, lineage: Lineage, evidence: Evidence
) -> Iterator[Finding]:
    """Standalone needs the port for itself: who has it must be stopped by a hook."""
    port = lineage.param("http01_port")
    if not client.fronts or (port is not None and port != str(promise.challenge_port)):
        return
    texts = [lineage.param("pre_hook") or ""]
    if client.installation is not None:
        cli = client.installation.cli.get("pre-hook")
        texts.append("" if cli is None else cli.text)
        pre = (one for one in client.installation.hooks if one.stage == "pre" and one.is_run)
        texts.extend(one.text or "" for one in pre)
    texts.extend(job.command for job in client.jobs if "--pre-hook" in job.command)
    texts.extend(
        one.text or "" for one in client.scripts if any(one.path in text for text in texts)
    )
    if any(re.search(r"\b(?:stop|quit|down)\b", text) for text in texts):
        return
    if any(text.startswith("/") and (client.script(text.split()[0]) is not None) for text in texts):
        return
    who, place = client.fronts[0]
    why = (
        f"{lineage.name} needs port {promise.challenge_port} for itself (standalone), "
        f"but {who} has it and no pre-hook stops it"
    )
    step = "Use the webroot authenticator, or pre- and post-hooks that stop and start the server."
    found = serious("port-taken", why, evidence, step, lineage.name)
    yield replace(found, more=(Evidence("who listens", who, place),))


def _dns(
    client: ClientSeen, lineage: Lineage, authenticator: str, evidence: Evidence
) -> Iterator[Finding]:
    prefix = authenticator.replace("-", "_")
    named = [
        setting
        for key, setting in lineage.params.items()
        if key.startswith(f"{prefix}_") and key.endswith("credentials")
    ]
    if not named:
        if authenticator not in _WITHOUT_FILE:
            why = f"{lineage.name} names no credentials for {authenticator}"
            step = f"Write `{prefix}_credentials = /the/file` into [renewalparams]."
            yield serious("credentials-unnamed", why, evidence, step, lineage.name)
        return
    seen = {path: (mode, absent) for path, mode, absent in client.credentials}
    for setting in named:
        mode, absent = seen.get(setting.text, (None, False))
        place = client.place(lineage.path, setting.line)
        shown = Evidence(f"credentials for {authenticator}", setting.text, place)
        if absent:
            why = f"the credentials of {lineage.name} are not there: {setting.text}"
            step = "Put the file back; without it the name server cannot be told the challenge."
            yield serious("credentials-gone", why, shown, step, lineage.name)
        elif mode is not None and mode & _OTHERS_READ:
            why = f"others may read the credentials of {lineage.name} (mode {mode & 0o777:o})"
            step = f"chmod 600 {setting.text}"
            yield warning("credentials-open", why, shown, step, lineage.name)
