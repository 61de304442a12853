"""How a drift guard looks: what a host has, held against the reviewed files; a check run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

from twiceshy.kinds.drift.compare import compared
from twiceshy.kinds.drift.facts import AnsibleSeen, DriftFact, Promise, State, Thing
from twiceshy.kinds.drift.readings import reading_of
from twiceshy.kinds.drift.rulesets import reading_of_rules
from twiceshy.model.configuration import OUTPUTS, Configuration
from twiceshy.model.estate import Estate, Host
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.place import Place
from twiceshy.probes.drift_ansible import check_run
from twiceshy.probes.drift_reviewed import MOST_BYTES, Reviewed, reviewed_files
from twiceshy.probes.reach import read_file, run
from twiceshy.probes.targets import hosts_of
from twiceshy.probes.view import View

AT_ONCE = 8
RULES = "firewall rules"
_NOT_FOUND = 127


async def look(guard: Guard, estate: Estate, view: View) -> DriftFact | Unseen:
    """Look at every host of the target, and run the playbook, at the same time."""
    promise = guard.promise
    assert isinstance(promise, Promise), "a guard carries its own kind's promise"
    folder = Path(estate.path).parent
    hosts = hosts_of(guard.target, estate) if promise.reviewed else ()
    if promise.reviewed and not hosts:
        why = f"{guard.target} names no host, so there is nothing to hold against {promise.of}"
        step = "Give the service its `hosts`, or make a host the target."
        return Unseen(why, view.now(), view.vantage, step)
    async with asyncio.TaskGroup() as group:
        looks = [group.create_task(_on(host, promise, folder, view, hosts)) for host in hosts]
        ansible = (
            group.create_task(check_run(promise.ansible, folder, view))
            if promise.ansible is not None
            else None
        )
    seen: AnsibleSeen | None = ansible.result() if ansible is not None else None
    things = tuple(one for each in looks for one in each.result())
    return DriftFact(at=view.now(), vantage=view.vantage, things=things, ansible=seen)


async def _on(
    host: Host, promise: Promise, folder: Path, view: View, hosts: Sequence[Host]
) -> tuple[Thing, ...]:
    name = str(host.id)
    found = await asyncio.to_thread(
        reviewed_files, promise, name, folder, several_hosts=len(hosts) > 1
    )
    if isinstance(found, str):
        return (Thing(name, promise.of or "the reviewed state", State.UNKNOWN, why=found),)
    rules = [one for one in found if promise.firewall and one.is_rule_set]
    files = [one for one in found if one not in rules]
    at_once = asyncio.Semaphore(AT_ONCE)

    async def in_turn(one: Reviewed) -> Thing:
        async with at_once:
            return await _file(host, one, view)

    things = list(await asyncio.gather(*(in_turn(one) for one in files)))
    missing = [path for path in promise.files if path not in {one.path for one in found}]
    why = "it is in no reviewed folder"
    things += (Thing(name, path, State.UNKNOWN, why=why) for path in missing)
    if promise.firewall:
        things.append(await _rules(host, rules, view))
    for each in promise.folders:
        things += await _unreviewed(host, each, {one.path for one in found}, view)
    return tuple(things)


async def _file(host: Host, one: Reviewed, view: View) -> Thing:
    name = str(host.id)
    content = await read_file(host, one.path, view, limit_bytes=MOST_BYTES)
    if isinstance(content, Unseen):
        why = content.why.removeprefix(f"{name}: ")
        is_missing = "no such file" in why.lower()
        state = State.MISSING if is_missing else State.UNKNOWN
        return Thing(name, one.path, state, why=why, reviewed_at=Place(one.shown, 1))
    if content == one.content:
        return Thing(name, one.path, State.SAME, "every byte", reviewed_at=Place(one.shown, 1))
    return await asyncio.to_thread(_compared, name, one, content)


def _compared(host: str, one: Reviewed, content: bytes) -> Thing:
    reviewed = reading_of(one.path, one.content, one.shown)
    return compared(host, one.path, reviewed, reading_of(one.path, content, f"{host}:{one.path}"))


async def _rules(host: Host, rules: Sequence[Reviewed], view: View) -> Thing:
    name = str(host.id)
    if not rules:
        why = "no reviewed file holds a rule set"
        return Thing(name, RULES, State.UNKNOWN, why=why)
    loaded: dict[str, bytes] = {}
    for path, argv in OUTPUTS.items():
        ran = await run(host, argv, view, limit_bytes=MOST_BYTES)
        if isinstance(ran, Unseen):
            if "not installed" in ran.why:
                continue
            return Thing(name, RULES, State.UNKNOWN, why=ran.why.removeprefix(f"{name}: "))
        if ran.exit_code == _NOT_FOUND:
            continue
        if ran.exit_code != 0:
            return Thing(name, RULES, State.UNKNOWN, why=f"{argv[0]}: {ran.complaint}")
        if ran.stdout.strip():
            loaded[path] = ran.stdout
    return await asyncio.to_thread(rules_compared, name, rules, loaded)


def rules_compared(host: str, rules: Sequence[Reviewed], loaded: dict[str, bytes]) -> Thing:
    """The rule sets that are loaded, held against the reviewed ones."""
    reviewed = Configuration(
        files=MappingProxyType({one.path: one.content for one in rules}), origin="reviewed"
    )
    shown = {one.path: one.shown for one in rules}
    running = Configuration(files=MappingProxyType(loaded), origin=host, prefix=f"{host}:")
    return compared(host, RULES, reading_of_rules(reviewed, shown), reading_of_rules(running))


async def _unreviewed(host: Host, folder: str, known: set[str], view: View) -> tuple[Thing, ...]:
    name = str(host.id)
    ran = await run(host, ("find", "-L", folder, "-type", "f", "-print0"), view)
    if isinstance(ran, Unseen):
        return (Thing(name, folder, State.UNKNOWN, why=ran.why.removeprefix(f"{name}: ")),)
    if ran.exit_code != 0:
        return (Thing(name, folder, State.UNKNOWN, why=f"find: {ran.complaint}"),)
    paths = [one.decode("utf-8", "surrogateescape") for one in ran.stdout.split(b"\0") if one]
    return tuple(
        Thing(name, path, State.UNREVIEWED, reviewed_at=Place(f"{name}:{path}", 1))
        for path in sorted(paths)
        if path not in known
    )
