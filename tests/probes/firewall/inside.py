"""Runs in namespaces of its own: a link to a peer, rules, and the probe between them.

here ==eth0== peer, which listens on 25, 80 and 443
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.farm.kernel.inside import enter, within
from twiceshy.kinds.firewall.facts import FirewallFact, Promise
from twiceshy.kinds.firewall.rules import judge
from twiceshy.model.estate import Estate, Host, Service
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, HostId, KindId, ServiceId
from twiceshy.model.verdict import word
from twiceshy.probes import firewall_collect
from twiceshy.probes.firewall import look
from twiceshy.probes.view import View

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
HOSTS = {
    HostId("here"): Host(HostId("here"), addresses=("192.0.2.1",)),
    HostId("there"): Host(HostId("there")),
}
MAIL = Service(ServiceId("mail"), hosts=(HostId("here"), HostId("there")))


def _run(*argv: str, given: str | None = None) -> None:
    places = {**os.environ, "PATH": f"/usr/sbin:/sbin:{os.environ['PATH']}"}
    subprocess.run(argv, input=given, text=True, check=True, env=places)


def _peer() -> list[socket.socket]:
    Path("/run/netns").mkdir()
    for name in ("fw", "peer"):
        _run("ip", "netns", "add", name)
    enter("fw")
    for line in (
        "link set lo up",
        "link add eth0 type veth peer name eth0 netns peer",
        "addr add 192.0.2.1/24 dev eth0",
        "link set eth0 up",
        "-n peer addr add 192.0.2.2/24 dev eth0",
        "-n peer link set eth0 up",
        "-n peer link set lo up",
    ):
        _run("ip", *line.split())
    with within("peer"):
        return [socket.create_server(("192.0.2.2", port)) for port in (25, 80, 443)]


def main(told: dict[str, Any]) -> dict[str, Any]:
    """Load what is told, look, judge, and tell."""
    listeners = _peer()
    for key, argv in (
        ("ipset", ("ipset", "restore")),
        ("iptables", ("iptables-nft-restore",)),
        ("legacy", ("iptables-legacy-restore",)),
        ("nft", ("nft", "-f", "-")),
    ):
        if key in told:
            _run(*argv, given=told[key])
    if "places" in told:
        firewall_collect.PLACES = told["places"]
    if "user" in told:
        os.setresuid(told["user"], told["user"], told["user"])
    promise = Promise(
        must_pass=tuple(told.get("must_pass", ())),
        must_not_pass=tuple(told.get("must_not_pass", ())),
    )
    target = told.get("target", "here")
    guard = Guard(GuardId("g"), KindId("firewall"), target, promise, timedelta(minutes=5))
    estate = Estate("twiceshy.yaml", hosts=HOSTS, services={MAIL.id: MAIL})
    found = asyncio.run(look(guard, estate, View("here", 4.0, lambda: NOW)))
    for listener in listeners:
        listener.close()
    if isinstance(found, Unseen):
        return {"unseen": found.why, "next_step": found.next_step}
    return _told(promise, found)


def _told(promise: Promise, fact: FirewallFact) -> dict[str, Any]:
    verdict = judge(promise, fact, NOW)
    return {
        "verdict": word(verdict),
        "why": getattr(verdict, "why", ""),
        "places": [str(one.place) for one in verdict.evidence if one.place],
        "tried": {one.to: one.outcome for one in fact.tried},
        "addresses": fact.addresses,
        "interfaces": fact.interfaces,
        "vantage": fact.vantage,
        "tables": [f"{table.source} {table.name}" for table in fact.ruleset.tables],
    }


if __name__ == "__main__":
    json.dump(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), sys.stdout)
