"""Try a firewall change before anybody applies it: load it in a sandbox, and connect for real.

    rehearsal = rehearse_guards(before, after, guards, addresses=host.addresses)
    for line in rehearsal.lines(): ...

 1. The sandbox is a set of namespaces (`unshare`): its network has the host's interfaces and
    addresses, as far as they are known, and somebody outside who owns every other address.
 2. What the host has now is loaded, then the change over it, by the host's own programs. That a
    check such as `iptables-restore --test` passes does not mean that the kernel takes it.
 3. Every attempt is made for real, TCP and UDP with an answer, ICMP with an echo, and told beside
    what the rules mean (`kinds.firewall.conversation`).

Nothing of the machine that rehearses is changed, and nothing is left: rule sets, links and files
are in namespaces that end with the process. Scripts are never run. Where namespaces are not
allowed, the rehearsal says so in `why_not`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence

from twiceshy.changes.rehearsal import Attempt, Rehearsal
from twiceshy.changes.rehearsal_attempts import attempts_of
from twiceshy.changes.rehearsal_files import loaded_over
from twiceshy.changes.rehearsal_plan import Limits, Plan
from twiceshy.kinds.firewall.facts import Promise
from twiceshy.kinds.firewall.host import Host
from twiceshy.model.configuration import Configuration
from twiceshy.model.guard import Guard

INSIDE = (sys.executable, "-P", "-m", "twiceshy.changes.sandbox")
_SETUP = 'mount -t tmpfs tmpfs /run && exec "$@"'


def rehearse_guards(
    before: Configuration,
    after: Configuration,
    guards: Sequence[Guard],
    *,
    addresses: Sequence[str] = (),
    limits: Limits | None = None,
) -> Rehearsal:
    """Try what the firewall guards among `guards` promise of one host.

    `addresses` are the host's own, as the estate or the promises tell them.
    """
    listed = [
        address
        for guard in guards
        if isinstance(guard.promise, Promise)
        for address in guard.promise.addresses
    ]
    attempts = attempts_of(guards, loaded_over(before, after), addresses)
    host = Host.of(dict.fromkeys((*addresses, *listed)))
    return rehearse(before, after, attempts, host=host, limits=limits)


def rehearse(
    before: Configuration,
    after: Configuration,
    attempts: Sequence[Attempt],
    *,
    host: Host | None = None,
    limits: Limits | None = None,
) -> Rehearsal:
    """Load `after` over `before` in a sandbox and make the attempts; changes nothing, leaves nothing.

    `host` tells the host's own addresses. It blocks for `limits.total_seconds` at most.
    """
    plan = Plan(before, after, attempts, host or Host(), limits or Limits())
    if not plan.after:
        return Rehearsal(why_not="the change holds no rule set that could be loaded")
    try:
        ended = subprocess.run(  # noqa: S603 - unshare and our own module, as a list
            [*unshare(), *INSIDE],
            input=json.dumps(plan.told()).encode(),
            capture_output=True,
            check=False,
            timeout=plan.limits.total_seconds,
        )
    except FileNotFoundError:
        return Rehearsal(why_not="cannot rehearse here: unshare is not installed")
    except subprocess.TimeoutExpired:
        seconds = f"{plan.limits.total_seconds:g} s"
        return Rehearsal(why_not=f"the rehearsal took longer than {seconds} and was ended")
    try:
        answer = json.loads(ended.stdout)
    except ValueError:
        said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        why = said[-1] if said else f"code {ended.returncode}"
        return Rehearsal(why_not=f"cannot rehearse here: {why}")
    if "failed" in answer:
        return Rehearsal(why_not=f"the sandbox could not be made: {answer['failed']}")
    return plan.rehearsal(answer)


def unshare() -> list[str]:
    """The command before a command that gives it namespaces of its own and an empty /run."""
    flags = "-nm" if os.geteuid() == 0 else "-Urnm"
    alone = ["unshare", flags, "--pid", "--fork", "--mount-proc", "--kill-child"]
    return [*alone, "sh", "-c", _SETUP, "_"]
