"""The configuration of one host: its files as they stand, or as they would stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True, eq=False)
class Configuration:
    """Files by their absolute path on the host, whoever supplied them: disk, git or a host.

    Two of them are equal only when they are the same object, so that what was worked out from
    one can be remembered by it.
    """

    files: Mapping[str, bytes]
    """Absolute POSIX path, such as `/etc/nginx/nginx.conf`, to the file's content. What a command
    prints is a file too: `iptables-save`, `nft list ruleset`; see `OUTPUTS`."""
    origin: str = ""
    """Where it comes from, for messages: `before`, `git:1f2e3d4`, `mail-1`."""
    prefix: str = ""
    """What stands before the absolute path where people find the file: `hosts/web-1` for
    `hosts/web-1/etc/nginx/nginx.conf`; `shown(path)` puts it back."""
    unseen: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Path to the reason why it could not be read, of files that are there or were asked for."""
    modes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Path to permission bits, as far as they are known; a hook that is not executable never runs."""

    def shown(self, path: str) -> str:
        """The path as people know it, for messages and places."""
        return f"{self.prefix}{path}" if self.prefix else path

    def under(self, folder: str) -> Iterator[str]:
        """The paths of the files in `folder` and its subfolders, sorted."""
        start = folder.rstrip("/") + "/"
        return (path for path in sorted(self.files) if path.startswith(start))


OUTPUTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "/run/twiceshy/nft.rules": ("nft", "-n", "list", "ruleset"),
        "/run/twiceshy/iptables.rules": ("iptables-save",),
        "/run/twiceshy/ip6tables.rules": ("ip6tables-save",),
        "/run/twiceshy/iptables-legacy.rules": ("iptables-legacy-save",),
        "/run/twiceshy/ip6tables-legacy.rules": ("ip6tables-legacy-save",),
        "/run/twiceshy/ipset.rules": ("ipset", "save"),
    }
)
"""The paths under which the output of commands stands among the files of a live configuration."""
