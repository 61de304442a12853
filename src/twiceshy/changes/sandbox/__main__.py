"""Does what standard input asks for, in the namespaces that it was started in."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from pathlib import Path
from typing import Any

from twiceshy.changes.sandbox.commands import SAID
from twiceshy.changes.sandbox.network import build, routes
from twiceshy.changes.sandbox.root_folder import furnish, load, put_all
from twiceshy.changes.sandbox.tries import Tries


def stay_inside() -> None:
    """Raises RuntimeError where there are interfaces or files: that is somebody's real system."""
    if [name for _, name in socket.if_nameindex()] != ["lo"] or any(Path("/run").iterdir()):
        raise RuntimeError("this is no namespace of its own")


def main() -> None:
    """Do all that standard input asks for."""
    told = json.load(sys.stdin)
    answer: dict[str, Any] = {}
    try:
        stay_inside()
        answer["refused"] = furnish(told["files"])
        build(told["interfaces"], told["addresses"])
        answer["before"] = load(told["before"], told["command_seconds"])
        # The files of the change stand where those before it stood.
        answer["refused"] |= put_all(told["after_files"])
        answer["after"] = load(told["after"], told["command_seconds"])
        answer["tries"] = []
        for group in told["groups"]:
            routes(told["interfaces"], group["routes"])
            tries = Tries(told["interfaces"], told["try_seconds"])
            answer["tries"] += asyncio.run(tries.all(group["tries"]))
    except (OSError, RuntimeError) as error:
        answer["failed"] = str(error)[:SAID]
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
