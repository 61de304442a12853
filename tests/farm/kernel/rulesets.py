"""Rule sets to load, and what we make of them: of the text, and of what the kernel lists back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tests.farm.kernel.sandbox import Kernel
from twiceshy.languages.firewall.read import ruleset_of
from twiceshy.languages.firewall.ruleset import Ruleset
from twiceshy.model.configuration import OUTPUTS, Configuration

NFT, FOUR, SIX, SETS = "nft", "iptables", "ip6tables", "ipset"
FILES = MappingProxyType(
    {
        NFT: "/etc/nftables.conf",
        FOUR: "/etc/iptables/rules.v4",
        SIX: "/etc/iptables/rules.v6",
        SETS: "/etc/iptables/ipsets",
    }
)
"""Where each notation's text usually stands on a host."""
_MOST_TRIES = 500
_HOOKS = MappingProxyType(
    {
        "raw": ("PREROUTING", "OUTPUT"),
        "mangle": ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
        "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
        "filter": ("INPUT", "FORWARD", "OUTPUT"),
        "security": ("INPUT", "FORWARD", "OUTPUT"),
    }
)
_EMPTY = "".join(
    f"*{table}\n{''.join(f':{hook} ACCEPT [0:0]{chr(10)}' for hook in hooks)}COMMIT\n"
    for table, hooks in _HOOKS.items()
)


@dataclass(frozen=True)
class Text:
    """A rule set as text, by notation."""

    name: str
    parts: Mapping[str, str]
    """`nft`, `iptables`, `ip6tables` and `ipset` to their texts."""
    variant: str = "nft"
    """Which iptables loads it: `nft` or `legacy`."""

    @property
    def notation(self) -> str:
        """`nft`, `iptables` or `ip6tables`."""
        return next(part for part in (NFT, FOUR, SIX) if part in self.parts)

    @property
    def versions(self) -> tuple[int, ...]:
        """The IP versions that it has something to say about."""
        if NFT in self.parts:
            return (4, 6)
        return tuple(version for version, part in ((4, FOUR), (6, SIX)) if part in self.parts)

    @property
    def translates(self) -> bool:
        """Whether it has any NAT."""
        return any("*nat" in text or "type nat" in text for text in self.parts.values())

    @property
    def whole(self) -> str:
        """All of it, for people."""
        return "\n".join(f"# {name} ({self.variant})\n{text}" for name, text in self.parts.items())

    def load(self, kernel: Kernel) -> None:
        """Load it; raises RuntimeError when the kernel refuses."""
        if SETS in self.parts:
            kernel.must("ipset", "restore", given=self.parts[SETS])
        for part in (FOUR, SIX):
            if part in self.parts:
                kernel.must(f"{part}-{self.variant}-restore", given=self.parts[part])
        if NFT in self.parts:
            kernel.must("nft", "-f", "-", given=self.parts[NFT])

    def unload(self, kernel: Kernel) -> None:
        """Leave nothing of it."""
        for part in (FOUR, SIX):
            if part in self.parts:
                kernel.must(f"{part}-{self.variant}-restore", given=_EMPTY)
        kernel.must("nft", "flush", "ruleset")
        if SETS in self.parts:
            kernel.must("ipset", "flush")
            # The kernel lets go of what named the sets a little later.
            for _ in range(_MOST_TRIES):
                if kernel.run("ipset", "destroy").code == 0:
                    break
            else:
                kernel.must("ipset", "destroy")

    def read(self) -> Ruleset:
        """What we make of the text."""
        files = {FILES[name]: text.encode() for name, text in self.parts.items()}
        return ruleset_of(Configuration(files, origin="text"))

    def read_back(self, kernel: Kernel) -> Ruleset:
        """What we make of the kernel's own listing of it."""
        commands = {"/run/twiceshy/nft.rules"} if NFT in self.parts else set()
        middle = "" if self.variant == "nft" else "-legacy"
        commands |= {f"/run/twiceshy/{part}{middle}.rules" for part in (FOUR, SIX)}
        commands |= {"/run/twiceshy/ipset.rules"}
        files = {path: kernel.must(*OUTPUTS[path]).encode() for path in sorted(commands)}
        return ruleset_of(Configuration(files, origin="kernel"))
