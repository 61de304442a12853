"""Will servers notice? Hooks that exist, can run, and reload each server that uses the certificate."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace

from twiceshy.kinds.renewal.facts import ClientSeen
from twiceshy.kinds.renewal.finding import Finding, serious, untold, warning
from twiceshy.kinds.renewal.promise import Promise
from twiceshy.kinds.renewal.wording import listed, shortened
from twiceshy.languages.certbot.lineage import Lineage
from twiceshy.languages.certbot.shell import calls_in, has_commands, reloads_in, service_named
from twiceshy.languages.schedules.job import Job
from twiceshy.model.place import Place
from twiceshy.model.verdict import Evidence

_OPTIONS = ("--deploy-hook", "--renew-hook", "--post-hook")
_INSTALLERS = frozenset({"nginx", "apache"})
_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Hook:
    """A command that runs after a renewal."""

    text: str
    place: Place
    what: str
    """Such as `renew_hook` or the path of a file in renewal-hooks."""
    runs: bool = True


def hook_findings(promise: Promise, client: ClientSeen, lineage: Lineage) -> Iterator[Finding]:
    """What is wrong with the hooks of one certificate."""
    hooks = _hooks(client, lineage)
    yield from _broken(client, hooks, lineage)
    if promise.reload_hook == "reloads":
        yield from _reloading(promise, client, lineage, hooks)
    elif not any(hook.runs for hook in hooks) and lineage.param("installer") is None:
        yield _none(client, lineage)


def script_findings(promise: Promise, client: ClientSeen) -> Iterator[Finding]:
    """The same for the scripts of another client than certbot."""
    hooks = []
    unread = 0
    for path in promise.hooks:
        script = client.script(path)
        text = path if script is None or script.text is None else script.text
        hooks.append(Hook(text, client.place(path), path))
        if script is None or script.text is None:
            unread += 1
            yield _unread(
                client,
                path,
                client.place(path),
                is_missing=script is not None and script.is_missing,
            )
        elif script.is_executable is False:
            yield _not_executable(path, client.place(path))
    if promise.reload_hook != "reloads" or unread:
        return
    needed = {service_named(one) for one in promise.reloads}
    done = {one.service for hook in hooks for one in reloads_in(_whole(client, hook.text))}
    missing = sorted(needed - done)
    if missing and hooks:
        yield _does_not_reload(missing, hooks, ())


def two_schedules(client: ClientSeen, lineage: Lineage) -> Iterator[Finding]:
    """A hook that only one of two schedules gives: the other one renews, and nobody reloads."""
    jobs = [one for one in client.jobs if one.fault is None and one.command]
    with_hook = [job for job in jobs if any(option in job.command for option in _OPTIONS)]
    without = [job for job in jobs if job not in with_hook and not _only_without_systemd(job)]
    own = [hook for hook in _hooks(client, lineage) if not hook.what.startswith("command of")]
    if not with_hook or not without or any(hook.runs for hook in own):
        return
    job = without[0]
    place = client.place(
        job.command_path or job.path, job.command_line if job.command_path else job.line
    )
    why = (
        f"{lineage.name} is renewed by two schedules, and only {with_hook[0].name} has a hook: "
        f"when {job.name} comes first nobody reloads"
    )
    step = "Write the hook as renew_hook into the renewal configuration, and keep one schedule."
    evidence = Evidence(f"command of {job.name}", shortened(job.command), place)
    yield serious("hook-on-one-schedule", why, evidence, step, lineage.name)


def _only_without_systemd(job: Job) -> bool:
    """Debian's crontab line, which does nothing on a system that runs systemd."""
    return "/run/systemd/system" in job.command


def _hooks(client: ClientSeen, lineage: Lineage) -> list[Hook]:
    installation = client.installation
    assert installation is not None, "only certbot's lineages have hooks of this kind"
    hooks = []
    for key in ("renew_hook", "deploy_hook", "post_hook"):
        text = lineage.param(key)
        if text:
            hooks.append(Hook(text, client.place(lineage.path, lineage.line_of(key)), key))
    for key in ("deploy-hook", "renew-hook", "post-hook"):
        setting = installation.cli.get(key)
        if setting is not None and setting.text:
            place = client.place(installation.cli_path, setting.line)
            hooks.append(Hook(setting.text, place, f"{key} of cli.ini"))
    for job in client.jobs:
        if job.fault is None:
            place = client.place(
                job.command_path or job.path, job.command_line if job.command_path else job.line
            )
            hooks.extend(
                Hook(text, place, f"command of {job.name}") for text in _of_command(job.command)
            )
    if not _directory_hooks_off(client):
        for file in installation.hooks:
            if file.stage != "pre":
                place = client.place(file.path)
                hooks.append(
                    Hook(
                        file.path if file.text is None else file.text, place, file.path, file.is_run
                    )
                )
    return hooks


def _directory_hooks_off(client: ClientSeen) -> bool:
    installation = client.installation
    assert installation is not None, "only certbot has such hooks"
    in_cli = installation.cli.get("no-directory-hooks")
    commands = [job.command for job in client.jobs if job.fault is None and job.command]
    off = bool(commands) and all("--no-directory-hooks" in one for one in commands)
    return off or (in_cli is not None and in_cli.text.lower() == "true")


def _of_command(command: str) -> list[str]:
    """What stands after --deploy-hook and its kin on a command line."""
    if not any(option in command for option in _OPTIONS):
        return []
    try:
        words = shlex.split(command, comments=False)
    except ValueError:
        words = command.split()
    found = []
    for number, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option in _OPTIONS:
            found.append(value if equals else " ".join(words[number + 1 : number + 2]))
    return found


def _broken(client: ClientSeen, hooks: list[Hook], lineage: Lineage) -> Iterator[Finding]:
    """Hooks that cannot run."""
    works = any(hook.runs and not _cannot_run(client, hook) for hook in hooks)
    for hook in hooks:
        if not hook.runs:
            found = _not_executable(hook.what, hook.place)
            yield replace(
                found if not works else replace(found, severity=_WARNING), lineages=(lineage.name,)
            )
        problem = _cannot_run(client, hook)
        if problem is not None:
            why = (
                f"a hook of {lineage.name} cannot run: {problem}; certbot says success all the same"
            )
            evidence = Evidence(hook.what, shortened(hook.text), hook.place)
            step = "Correct the path or the file's mode, and run the hook once by hand."
            yield serious("hook-cannot-run", why, evidence, step, lineage.name)


_WARNING = warning("", "", Evidence("", ""), "").severity


def _cannot_run(client: ClientSeen, hook: Hook) -> str | None:
    if hook.text.startswith("#!") and hook.text.partition("\n")[0].endswith("\r"):
        return f"the first line of {hook.what} ends with a carriage return"
    first = hook.text.split(None, 1)[0] if hook.text.split() and "\n" not in hook.text else ""
    script = client.script(first) if first.startswith("/") else None
    if script is None:
        return None
    if script.is_missing:
        return f"{first} is not there"
    if script.is_executable is False:
        return f"{first} is not executable"
    if script.text is not None and script.text.partition("\n")[0].endswith("\r"):
        return f"the first line of {first} ends with a carriage return"
    return None


def _reloading(
    promise: Promise, client: ClientSeen, lineage: Lineage, hooks: list[Hook]
) -> Iterator[Finding]:
    running = [hook for hook in hooks if hook.runs and _cannot_run(client, hook) is None]
    used = {use.service for use in client.uses if use.lineage == lineage.name and use.service}
    needed = {service_named(one) for one in promise.reloads} or used
    whole = {hook: _whole(client, hook.text) for hook in running}
    done = {one.service for text in whole.values() for one in reloads_in(text)}
    installer = lineage.param("installer")
    if installer in _INSTALLERS:
        done.add("apache2" if installer == "apache" else installer)
    missing = sorted(needed - done)
    if done and not missing:
        return
    opaque = _opaque(client, running)
    if not running and not done:
        if any(not hook.runs or _cannot_run(client, hook) is not None for hook in hooks):
            return  # said already, with its reason
        yield _none(client, lineage)
    elif opaque and (missing or not done):
        hook = next(
            (one for one in running if calls_in(one.text) or one.text.startswith("/")), running[0]
        )
        evidence = Evidence(hook.what, shortened(hook.text), hook.place)
        what = f"reloads {listed(missing)}" if missing else "reloads anything"
        why = f"whether the hook of {lineage.name} {what} cannot be told: it calls {listed(opaque)}"
        step = "Hand the script in too, or promise `reload_hook: exists`."
        yield untold("hook-opaque", why, evidence, step, lineage.name)
    else:
        uses = tuple(
            Evidence(f"{use.service} uses it", use.file, client.place(use.path, use.line))
            for use in client.uses
            if use.lineage == lineage.name and use.service in missing
        )
        found = _does_not_reload(missing, running, uses)
        yield replace(found, lineages=(lineage.name,))


def _does_not_reload(missing: list[str], hooks: list[Hook], uses: tuple[Evidence, ...]) -> Finding:
    hook = hooks[0] if hooks else None
    services = listed(missing) if missing else "any server"
    why = f"after a renewal nobody reloads {services}, which goes on serving the old certificate"
    evidence = (
        uses[0]
        if hook is None
        else Evidence(
            hook.what,
            shortened(hook.text) if has_commands(hook.text) else "does nothing",
            hook.place,
        )
    )
    step = f"Add `systemctl reload {missing[0] if missing else '<server>'}` to the hook."
    return replace(serious("hook-does-not-reload", why, evidence, step), more=uses[:5])


def _none(client: ClientSeen, lineage: Lineage) -> Finding:
    installation = client.installation
    assert installation is not None, "only certbot's lineages have hooks of this kind"
    place = client.place(lineage.path, lineage.params_line or 1)
    evidence = Evidence(
        f"hooks of {lineage.name}",
        "no renew_hook, nothing that runs in renewal-hooks/deploy",
        place,
    )
    step = (
        "Write `renew_hook = systemctl reload nginx` into [renewalparams], or put an executable "
        "script into renewal-hooks/deploy."
    )
    if not client.is_folder_seen:
        why = f"{lineage.name} has no renew_hook, and renewal-hooks/ was not handed in"
        return untold("hook-unknown", why, evidence, step, lineage.name)
    why = f"{lineage.name} has no deploy hook: its renewal succeeds and servers keep the old one"
    return serious("hook-missing", why, evidence, step, lineage.name)


def _not_executable(path: str, place: Place) -> Finding:
    why = f"{path} is not executable, so it is never run, and nobody is told"
    return serious(
        "hook-not-executable", why, Evidence(path, "mode without x", place), f"chmod +x {path}"
    )


def _unread(client: ClientSeen, path: str, place: Place, *, is_missing: bool) -> Finding:
    if is_missing:
        why = f"the hook {client.shown(path)} is not there"
        return serious("hook-cannot-run", why, Evidence(path, "no such file", place), "Restore it.")
    why = f"the hook {client.shown(path)} was not part of what was handed in"
    return untold("hook-unknown", why, Evidence(path, "not seen", place), "Hand it in too.")


def _whole(client: ClientSeen, text: str) -> str:
    """The command with the scripts it calls, as far as they are at hand."""
    parts, waiting, seen = [text], [text], set[str]()
    for _ in range(_DEPTH):
        called = {path for one in waiting for path in _called(one)} - seen
        seen |= called
        waiting = [
            script.text
            for path in sorted(called)
            if (script := client.script(path)) is not None and script.text is not None
        ]
        parts.extend(waiting)
    return "\n".join(parts)


def _called(text: str) -> set[str]:
    first = text.split(None, 1)[0] if text.split() and "\n" not in text else ""
    return {one for one in (first, *calls_in(text)) if one.startswith("/")}


def _opaque(client: ClientSeen, hooks: list[Hook]) -> list[str]:
    """What hooks hand the work on to, and whose text is not at hand."""
    found = []
    for hook in hooks:
        text = _whole(client, hook.text)
        called = [*calls_in(text), *_called(hook.text)]
        for one in called:
            script = client.script(one)
            plain = re.fullmatch(
                r"/(?:usr/)?s?bin/(?:systemctl|service|nginx|postfix|doveadm)", one
            )
            if (script is None or script.text is None) and plain is None:
                found.append(one)
    return list(dict.fromkeys(found))
