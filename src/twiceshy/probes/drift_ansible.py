"""A check run of a playbook: `ansible-playbook --check --diff`, and what it would change."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twiceshy.kinds.drift.facts import Ansible, AnsibleSeen, TaskSeen
from twiceshy.kinds.drift.masking import of_text
from twiceshy.model.estate import Host
from twiceshy.model.fact import Unseen
from twiceshy.model.ids import HostId
from twiceshy.model.place import Place
from twiceshy.probes.reach import run
from twiceshy.probes.view import View

CALLBACK = "twiceshy_changes"
PLUGINS = Path(__file__).parent / "drift_callback"
LIMIT_BYTES = 16 * 1024 * 1024
MOST_TOLD = 200
_MARK = b"twiceshy {"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_HEADER = re.compile(r"^(?:---|\+\+\+|@@) ?.*$", re.MULTILINE)


async def check_run(ansible: Ansible, folder: Path, view: View) -> AnsibleSeen:
    """What the playbook would change; nothing is changed."""
    if not (folder / ansible.playbook).is_file():
        why = f"there is no playbook {folder / ansible.playbook}"
        return AnsibleSeen(ansible.playbook, why_not=why, next_step="Correct `ansible.playbook`.")
    here = Host(HostId(view.vantage))
    ran = await run(here, command(ansible, folder), view, limit_bytes=LIMIT_BYTES)
    if isinstance(ran, Unseen):
        step = "Give the look more time, or limit the playbook." if "longer" in ran.why else None
        return AnsibleSeen(ansible.playbook, why_not=ran.why, next_step=step)
    if ran.exit_code == 127:  # noqa: PLR2004 - env found no such command
        step = "Install ansible-core beside twiceshy."
        return AnsibleSeen(
            ansible.playbook, why_not="ansible-playbook is not installed", next_step=step
        )
    read = _Read(ansible.playbook)
    for line in ran.stdout.splitlines():
        if line.startswith(_MARK):
            read.line(line[len(_MARK) - 1 :])
    complaint = of_text(_COLOUR.sub("", ran.stderr.decode("utf-8", "replace")).strip()[-300:])
    return read.seen(ran.exit_code, complaint or f"exit code {ran.exit_code}")


def command(ansible: Ansible, folder: Path) -> tuple[str, ...]:
    """The check run as an argument list; always with `--check`."""
    beside = Path(sys.executable).with_name("ansible-playbook")
    program = str(beside) if beside.is_file() else "ansible-playbook"
    settings = {
        "ANSIBLE_CALLBACK_PLUGINS": str(PLUGINS),
        "ANSIBLE_STDOUT_CALLBACK": CALLBACK,
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_RETRY_FILES_ENABLED": "0",
        "ANSIBLE_DEPRECATION_WARNINGS": "0",
        "ANSIBLE_LOCALHOST_WARNING": "0",
    }
    argv = [
        "env",
        "-C",
        str(folder.resolve()),
        *(f"{name}={value}" for name, value in settings.items()),
        program,
        "--check",
        "--diff",
    ]
    for option, value in (
        ("--inventory", ansible.inventory),
        ("--limit", ansible.limit),
        ("--tags", ",".join(ansible.tags)),
        ("--skip-tags", ",".join(ansible.skip_tags)),
    ):
        if value:
            argv += (option, value)
    return (*argv, "--", ansible.playbook)


@dataclass(slots=True)
class _Read:
    playbook: str
    changes: list[TaskSeen] = field(default_factory=list)
    failures: list[TaskSeen] = field(default_factory=list)
    hosts: dict[str, Any] | None = None
    unread: bool = False

    def line(self, data: bytes) -> None:
        try:
            told = json.loads(data)
            match told["what"]:
                case "end":
                    self.hosts = dict(told["hosts"])
                case "changed" if len(self.changes) < MOST_TOLD:
                    self.changes.append(_task(told, told["diff"]))
                case "failed" | "unreachable" if len(self.failures) < MOST_TOLD:
                    self.failures.append(_task(told, told["message"] or told["what"]))
        except (ValueError, KeyError, TypeError):
            self.unread = True

    def seen(self, exit_code: int, complaint: str) -> AnsibleSeen:
        why_not = None
        hosts = self.hosts or {}
        counted = sum(int(one.get("changed", 0)) for one in hosts.values())
        if self.hosts is None or self.unread:
            why_not = complaint
        elif not hosts:
            why_not = "no host of the inventory matches the playbook"
        elif exit_code != 0 and not self.failures:
            why_not = complaint
        changes = list(self.changes)
        if counted and not changes:
            changes = [
                TaskSeen(host, "a task", None, f"{one['changed']} changes")
                for host, one in hosts.items()
                if one.get("changed")
            ]
        return AnsibleSeen(
            self.playbook,
            len(hosts),
            sum(int(one.get("ok", 0)) for one in hosts.values()),
            tuple(changes),
            tuple(self.failures),
            why_not,
        )


def _task(told: dict[str, Any], found: str) -> TaskSeen:
    file, _, line = str(told["path"]).rpartition(":")
    place = Place(file, int(line)) if file and line.isdigit() else None
    short = " | ".join(
        shown
        for one in _HEADER.sub("", _COLOUR.sub("", str(found))).splitlines()
        if one[:1] in {"+", "-"} or not told["diff"]
        if (shown := of_text(one))
    )
    item = f" ({of_text(str(told['item']))})" if told.get("item") else ""
    return TaskSeen(str(told["host"]), f"{told['task']}{item}", place, short[:300])
