"""The blast radius of a change to Postfix, in words."""

from __future__ import annotations

from collections.abc import Iterator

from twiceshy.languages.postfix import Instance, instances_of
from twiceshy.languages.postfix.setting import masked
from twiceshy.model.configuration import Configuration


def differences(before: Configuration, after: Configuration) -> tuple[str, ...]:
    """Which settings and services are others than before, by their values with all filled in."""
    old = {one.folder: one for one in instances_of(before)}
    new = {one.folder: one for one in instances_of(after)}
    told: list[str] = []
    for folder in dict.fromkeys((*old, *new)):
        if folder not in new:
            told.append(f"the Postfix of {folder} is gone")
        elif folder not in old:
            told.append(f"the Postfix of {folder} is new")
        else:
            told += _told(old[folder], new[folder])
    return tuple(told)


def _told(old: Instance, new: Instance) -> Iterator[str]:
    before, after = _values(old), _values(new)
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        if now is None:
            yield f"{name} is no longer set; before: {masked(name, was or '')}"
        elif was is None:
            yield f"{name} is set to {masked(name, now)}"
        else:
            yield f"{name} is {masked(name, now)}; before: {masked(name, was)}"
    if old.master is None or new.master is None:
        return
    theirs, ours = _services(old), _services(new)
    for title in dict.fromkeys((*theirs, *ours)):
        if title not in ours:
            yield f"the service {title} is gone"
        elif title not in theirs:
            yield f"the service {title} is new: {ours[title]}"
        elif theirs[title] != ours[title]:
            yield f"the service {title} is {ours[title]}; before: {theirs[title]}"


def _values(instance: Instance) -> dict[str, str]:
    if instance.main is None:
        return {}
    return {one.name: " ".join(instance.value(one.name).text.split()) for one in instance.settings}


def _services(instance: Instance) -> dict[str, str]:
    return {
        one.title: " ".join(
            (
                one.command,
                *(f"-o {each.name}={masked(each.name, each.value)}" for each in one.overrides),
            )
        )
        for one in instance.services
    }
