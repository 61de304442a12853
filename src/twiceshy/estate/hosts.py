"""The section `hosts`: machines and the doors to them."""

from __future__ import annotations

from twiceshy.estate import forms
from twiceshy.estate.fields import Fields, named
from twiceshy.model.estate import Host
from twiceshy.model.ids import HostId
from twiceshy.model.reach import LOCAL, parse_reach

KEYS = ("reach", "addresses")


def read_hosts(root: Fields) -> dict[HostId, Host]:
    """Every host by its name."""
    hosts: dict[HostId, Host] = {}
    for name, said, node in named(root, "hosts", "host", forms.HOST_NAME):
        host = Fields(node, f"host {name!r}", KEYS, root.mistakes)
        hosts[HostId(name)] = Host(
            HostId(name),
            reach=host.read("reach", _reach) or LOCAL,
            addresses=host.read_all("addresses", forms.address),
            place=root.mistakes.place(said),
        )
    return hosts


def _reach(text: str) -> str:
    parse_reach(text)
    return text
