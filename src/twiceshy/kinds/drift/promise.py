"""What a user writes under `promise:` of a drift guard."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_NAME = re.compile(r"[^-\s][^\n\0]*")


@dataclass(frozen=True, slots=True)
class Ansible:
    """A playbook that describes the reviewed state."""

    playbook: str
    """The playbook, relative to `twiceshy.yaml`."""
    inventory: str | None = None
    """The inventory, relative to `twiceshy.yaml`; by default what ansible.cfg says."""
    limit: str | None = None
    """Only these hosts of the inventory (`--limit`)."""
    tags: tuple[str, ...] = ()
    """Only tasks with one of these tags."""
    skip_tags: tuple[str, ...] = ()
    """No tasks with one of these tags."""

    def __post_init__(self) -> None:
        given = (self.playbook, self.inventory, self.limit, *self.tags, *self.skip_tags)
        for text in given:
            if text is not None and not _NAME.fullmatch(text):
                raise ValueError(f"{text!r} cannot be handed to ansible-playbook")


@dataclass(frozen=True, slots=True)
class Promise:
    """What runs is what was reviewed."""

    of: str = ""
    """What this is about, in words."""
    matches: Literal["reviewed"] = "reviewed"
    """What it must match: the state that was reviewed."""
    reviewed: tuple[str, ...] = ()
    """Where the reviewed files are, relative to `twiceshy.yaml`: folders that mirror a host's root
    (`hosts/web-1` with `etc/nginx/nginx.conf` in it; with several hosts, one folder for each by
    its name), or single files, each with its place on the host in `files`."""
    files: tuple[str, ...] = ()
    """Absolute paths on the host, one for each single file in `reviewed`; with folders: only these
    are compared, by default all that the folders hold."""
    folders: tuple[str, ...] = ()
    """Folders on the host in which nothing may be but what was reviewed."""
    firewall: bool = False
    """The rules loaded in the kernel are those of the rule set files in `reviewed`."""
    ansible: Ansible | None = None
    """A playbook whose check run (`--check --diff`) must find nothing to change:
    `{playbook, inventory, limit, tags, skip_tags}`."""

    def __post_init__(self) -> None:
        for path in (*self.files, *self.folders):
            if not path.startswith("/"):
                raise ValueError(f"files and folders are absolute paths on the host, not {path!r}")
        if (self.files or self.folders or self.firewall) and not self.reviewed:
            raise ValueError("`reviewed` must say where the reviewed files are")

    @property
    def looks_at_something(self) -> bool:
        """Whether it says where the reviewed state is."""
        return bool(self.reviewed) or self.ansible is not None
