"""The two sides of a change that a command line asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from twiceshy.changes.tree import configurations, host_named, links_on, renamed
from twiceshy.errors import TheWorld, WrongUsage
from twiceshy.model.configuration import Configuration
from twiceshy.model.estate import Estate
from twiceshy.model.ids import HostId
from twiceshy.probes.view import View

LIVE_SECONDS = 20.0
"""For all that is read from a host."""

HOW = "say --before A --after B, --git BASE..HEAD, --staged, or --live HOST --after B"

Hosts = Mapping[str, Configuration]


@dataclass(frozen=True, slots=True)
class Sides:
    """What the command line names."""

    before: Path | None
    after: Path | None
    git: str | None
    live: str | None
    at: str | None
    staged: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides by host."""

    before: Hosts
    after: Hosts
    origins: tuple[str, str]
    """Where they come from."""
    at_rest: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    """Of a running host: files that would be replaced, and are not what counts before."""


def sides_of(
    asked: Sides, estate: Estate, *, now: Callable[[], datetime], vantage: str
) -> Compared:
    """What the command line asks for; raises WrongUsage and UnreadableInput."""
    ways = [asked.before is not None, asked.git is not None, asked.staged, asked.live is not None]
    if sum(ways) != 1:
        raise WrongUsage("a review needs exactly one pair of sides", hint=HOW)
    if asked.at is not None and not asked.at.startswith("/"):
        raise WrongUsage(f"--at {asked.at!r} is not absolute", hint="such as --at /etc/nginx")
    if asked.git is not None or asked.staged:
        if asked.after is not None:
            raise WrongUsage("--after does not go with --git or --staged", hint=HOW)
        from twiceshy.changes.git import read_commits, read_staged

        here = Path()
        trees = read_staged(here) if asked.git is None else read_commits(here, asked.git)
        sides = [configurations(tree, asked.at) for tree in trees]
        return Compared(sides[0], sides[1], (trees[0].origin, trees[1].origin))
    if asked.after is None:
        raise WrongUsage("--after is missing", hint=HOW)
    from twiceshy.changes.folder import read_side

    new = read_side(asked.after)
    after = configurations(new, asked.at)
    if asked.before is not None:
        old = read_side(asked.before)
        if asked.before.is_dir() != asked.after.is_dir():
            raise WrongUsage(
                "one side is a folder and the other a file", hint="name two folders or two files"
            )
        if asked.at is None and not asked.after.is_dir():
            old = renamed(old, asked.after.name)
        return Compared(configurations(old, asked.at), after, (old.origin, new.origin))
    assert asked.live is not None, "one of the ways was chosen"
    view = View(vantage, LIVE_SECONDS, now)
    return _against_live(asked.live, after, estate, new.origin, view)


def _against_live(name: str, after: Hosts, estate: Estate, origin: str, view: View) -> Compared:
    import asyncio

    from twiceshy.changes.live import running

    host = estate.hosts.get(HostId(name))
    if host is None:
        known = ", ".join(list(estate.hosts)[:10]) or "none"
        raise WrongUsage(
            f"there is no host {name!r} in {estate.path}", hint=f"its hosts are: {known}"
        )
    if len(after) != 1 and name not in after:
        raise WrongUsage(
            f"{origin} holds the configuration of {len(after)} hosts",
            hint=f"name the folder of {name}",
        )
    new = after[name] if name in after else next(iter(after.values()))
    live = asyncio.run(running(host, new, view))
    old = live.configuration
    if not old.files and old.unseen:
        raise TheWorld(f"nothing could be read from {name}: {next(iter(old.unseen.values()))}")
    return Compared(
        MappingProxyType({name: old}),
        MappingProxyType({name: new}),
        (name, origin),
        MappingProxyType({name: live.at_rest}),
    )


def after_of(asked: Sides, host: str) -> tuple[Configuration, Mapping[str, str]]:
    """The files as they would be on one host, as the review called it, and the links among them.

    Raises WrongUsage.
    """
    if (asked.after is None) == (asked.git is None):
        raise WrongUsage(
            "applying needs the reviewed files", hint="say --after PATH, or --git BASE..HEAD"
        )
    if asked.git is not None:
        from twiceshy.changes.git import read_commits

        tree = read_commits(Path(), asked.git)[1]
    else:
        from twiceshy.changes.folder import read_side

        assert asked.after is not None, "one of the two was given"
        tree = read_side(asked.after)
    sides = configurations(tree, asked.at)
    for root, side in sides.items():
        if host_named(root) == host or len(sides) == 1:
            return side, links_on(tree, root, asked.at)
    return Configuration(files=MappingProxyType({}), origin=tree.origin), MappingProxyType({})
