"""Is what runs what was reviewed?

What it promises:
    Every reviewed file means on the host what it meant when it was reviewed; the rules loaded in
    the kernel are the reviewed ones; in the folders that are named nothing is that nobody reviewed;
    a check run of the Ansible playbook finds nothing to change.

The outage behind it:
    A firewall rule was changed by hand around every review, and an update switched a web
    application firewall off: what ran was no longer what everybody thought was running.

What it looks at:
    Files by what they mean, so that comments, white space and counters are no drift: nginx, HAProxy
    and Apache by directives; main.cf, master.cf, INI, .env, YAML, JSON, TOML by values; nftables
    and iptables rule sets by rules, whatever the order of tables and chains; any other text by its
    lines. `reviewed` may be a checkout that is kept up to date by itself.
    Ansible: `ansible-playbook --check --diff`, where twiceshy runs; nothing is changed, except by
    tasks that say `check_mode: false` themselves.
    A difference is serious. Both lines are named, and secrets are shown as `***`.

When it cannot know:
    It is not said where the reviewed state is; a file could not be read or understood; a playbook
    failed, or a host was not reached.

Example:
    - id: web-drift
      kind: drift
      target: web-1
      promise:
        of: configuration of the web server
        reviewed: [hosts/web-1]
        folders: [/etc/nginx/conf.d]
      every: 1h
      because: web-2024#a3
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from twiceshy.kinds.drift.facts import (
    AnsibleSeen,
    Difference,
    DriftFact,
    Promise,
    State,
    TaskSeen,
    Thing,
)
from twiceshy.model.verdict import Broken, Evidence, Holds, Severity, Unknown, Verdict

MOST_EVIDENCE = 40
_NEXT_STEP = (
    "Find out who changed it and why; review the change and take it over, or put the reviewed "
    "state back."
)


def judge(promise: Promise, fact: DriftFact, now: datetime) -> Verdict:  # noqa: ARG001 - a kind's form
    """Is what runs what was reviewed?"""
    drifted = [one for one in fact.things if one.state not in {State.SAME, State.UNKNOWN}]
    unknown = [one for one in fact.things if one.state is State.UNKNOWN]
    same = [one for one in fact.things if one.state is State.SAME]
    ansible = fact.ansible
    changes = ansible.changes if ansible is not None else ()
    evidence = (
        *(each for one in drifted for each in _evidence(one)),
        *(_task("would change", one) for one in changes),
        *(each for one in unknown for each in _evidence(one)),
        *(_task("failed", one) for one in (ansible.failures if ansible else ())),
        *(Evidence(_title(one), f"as reviewed ({one.how})") for one in same),
    )[:MOST_EVIDENCE]
    if drifted or changes:
        first = _told(drifted[0]) if drifted else _told_task(changes[0])
        more = len(drifted) + len(changes) - 1
        why = first + (f" (and {more} more)" if more else "")
        return Broken(Severity.SERIOUS, why, evidence, next_step=_NEXT_STEP)
    if unknown:
        why = f"{_title(unknown[0])} could not be compared: {unknown[0].why}"
        step = "Make it readable for twiceshy, or mend the line it names."
        return Unknown(why, evidence, step)
    if ansible is not None and (ansible.why_not or ansible.failures):
        return _not_run(ansible, evidence)
    if not same and ansible is None:
        what = promise.of or "it"
        return Unknown(
            f"it is not said where the reviewed state of {what} is",
            evidence,
            "Name the reviewed files in `reviewed`, or the playbook in `ansible`.",
        )
    return Holds(_summary(same, ansible), evidence)


def _not_run(ansible: AnsibleSeen, evidence: tuple[Evidence, ...]) -> Unknown:
    if ansible.why_not is not None:
        why = f"the check run of {ansible.playbook} did not end: {ansible.why_not}"
        return Unknown(why, evidence, ansible.next_step or "Run it by hand with --check --diff.")
    first = ansible.failures[0]
    why = f"the check run of {ansible.playbook} failed on {first.host}: {first.found}"
    return Unknown(why, evidence, "Mend the task or the way to the host, and look again.")


def _summary(same: list[Thing], ansible: AnsibleSeen | None) -> str:
    parts = []
    if same:
        count = len(same)
        parts.append(
            f"{count} file{'s' * (count != 1)} or rule set{'s' * (count != 1)} as reviewed"
        )
    if ansible is not None:
        hosts = f"{ansible.hosts} host{'s' * (ansible.hosts != 1)}"
        parts.append(f"a check run of {ansible.playbook} would change nothing on {hosts}")
    return ", ".join(parts)


def _title(one: Thing) -> str:
    return f"{one.name} on {one.host}"


def _told(one: Thing) -> str:
    match one.state:
        case State.MISSING:
            return f"{_title(one)} was reviewed and is not there"
        case State.UNREVIEWED:
            return f"{_title(one)} is there and was never reviewed"
        case _:
            first = one.differences[0]
            more = len(one.differences) - 1
            rest = f" (and {more} more in it)" if more else ""
            return f"{_title(one)} is not as reviewed: {first.what}: {_words(first)}{rest}"


def _words(one: Difference) -> str:
    if one.reviewed is None:
        return f"{one.running!r} is new"
    if one.running is None:
        return f"{one.reviewed!r} is gone"
    return f"{one.running!r} instead of {one.reviewed!r}"


def _evidence(one: Thing) -> Iterator[Evidence]:
    if one.state is State.UNKNOWN:
        yield Evidence(_title(one), one.why, one.reviewed_at)
        return
    if not one.differences:
        yield Evidence(_title(one), one.state.value, one.reviewed_at)
    for each in one.differences:
        what = f"{_title(one)}, {each.what}"
        if each.reviewed is not None:
            yield Evidence(f"{what}: reviewed", each.reviewed, each.reviewed_at)
        if each.running is not None:
            yield Evidence(f"{what}: running", each.running, each.running_at)


def _told_task(one: TaskSeen) -> str:
    what = f": {one.found}" if one.found else ""
    return f"{one.host} is not as the playbook says: {one.task!r} would change it{what}"


def _task(word: str, one: TaskSeen) -> Evidence:
    return Evidence(f"{one.task!r} on {one.host} {word}", one.found or word, one.place)
