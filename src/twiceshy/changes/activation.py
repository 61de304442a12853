"""What makes a changed file count: how its software checks it, takes it up, and goes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from twiceshy.changes.outcome import ChangedFile


@dataclass(frozen=True, slots=True)
class Activation:
    """Shell commands, run in the folder of the change on the host; `{path}` is the changed file."""

    software: str
    check: str = ":"
    """Fails when the software would not take the configuration."""
    activate: str = ":"
    """Takes it up, in one step."""
    save: str = ":"
    """Keeps what is loaded now, where that is no file."""
    undo: str | None = None
    """Goes back once the files are back; None: the same as `activate`."""


NFT = Activation(
    "nft",
    check="nft -c -f {path}",
    activate="nft -f {path}",
    save="{{ echo 'flush ruleset'; nft -s list ruleset; }} >old/nft.rules",
    undo="nft -f old/nft.rules",
)
IPTABLES = Activation(
    "iptables",
    check="iptables-restore --test {path}",
    activate="iptables-restore {path}",
    save="iptables-save >old/iptables.rules",
    undo="iptables-restore old/iptables.rules",
)
IP6TABLES = Activation(
    "ip6tables",
    check="ip6tables-restore --test {path}",
    activate="ip6tables-restore {path}",
    save="ip6tables-save >old/ip6tables.rules",
    undo="ip6tables-restore old/ip6tables.rules",
)
NGINX = Activation("nginx", check="nginx -t", activate="nginx -s reload")
HAPROXY = Activation("haproxy", check="haproxy -c -f {path}", activate="systemctl reload haproxy")
APACHE = Activation("apache", check="apachectl configtest", activate="apachectl graceful")
POSTFIX = Activation("postfix", check="postfix check", activate="postfix reload")

_BY_DIALECT = {
    "nft": NFT,
    "iptables-save": IPTABLES,
    "ip6tables-save": IP6TABLES,
    "nginx": NGINX,
    "haproxy": HAPROXY,
    "apache": APACHE,
    "postfix": POSTFIX,
}


def activations(files: Iterable[ChangedFile]) -> tuple[tuple[Activation, ChangedFile], ...]:
    """What the changed files need, each software once, with the file it is about."""
    found: dict[str, tuple[Activation, ChangedFile]] = {}
    for file in files:
        for _, dialect in file.kinds:
            activation = _BY_DIALECT.get(dialect)
            if activation is not None and file.after is not None:
                found.setdefault(activation.software, (activation, file))
    return tuple(found.values())
