"""A stdout callback for ansible-playbook: one JSON object for each result that counts.

Loaded by ansible-playbook itself, in its own process; nothing of Twiceshy is imported here.
"""

from __future__ import annotations

import importlib
import json
from typing import Any

DOCUMENTATION = """
name: twiceshy_changes
type: stdout
short_description: results that would change something, as JSON
description: Prints one JSON object on a line for each result that counts.
"""

_Base: Any = importlib.import_module("ansible.plugins.callback").CallbackBase
LONGEST = 2000


class CallbackModule(_Base):  # type: ignore[misc] # ansible-core has no types
    """Prints what would change, what failed, and the end."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "twiceshy_changes"

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task that is done, or would change something."""
        if result.result.get("changed") and not result.result.get("results"):
            self._told("changed", result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        """The same for one item of a loop."""
        if result.result.get("changed"):
            self._told("changed", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:  # noqa: FBT001, FBT002 - as ansible calls it
        """A task that failed."""
        if not ignore_errors:
            self._told("failed", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A host that was not reached."""
        self._told("unreachable", result)

    def v2_playbook_on_no_hosts_matched(self) -> None:
        """Nothing to do."""
        self._print({"what": "no hosts"})

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """The recap."""
        hosts = {host: stats.summarize(host) for host in sorted(stats.processed)}
        self._print({"what": "end", "hosts": hosts})

    def _told(self, what: str, result: Any) -> None:
        told = result.result
        silent = bool(told.get("_ansible_no_log"))
        task = result.task
        self._print(
            {
                "what": what,
                "host": result.host.get_name(),
                "task": task.get_name(),
                "path": task.get_path() or "",
                "item": "" if silent else str(told.get("_ansible_item_label") or "")[:LONGEST],
                "message": "" if silent else str(told.get("msg") or "")[:LONGEST],
                "diff": "" if silent else self._diff(told.get("diff")),
            }
        )

    def _diff(self, diff: Any) -> str:
        parts = diff if isinstance(diff, list) else [diff]
        texts = [str(self._get_diff(one)) for one in parts if one]
        return "\n".join(texts)[:LONGEST]

    def _print(self, told: dict[str, Any]) -> None:
        self._display.display(f"twiceshy {json.dumps(told)}")
