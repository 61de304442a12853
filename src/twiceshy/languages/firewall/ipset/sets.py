"""Sets as values: of what they are made, and which packets stand in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from twiceshy.languages.firewall.ipset.cells import Cell, Part

PARTS: Mapping[str, tuple[Part, ...]] = MappingProxyType(
    {
        "bitmap:ip": (Part.IP,),
        "bitmap:ip,mac": (Part.IP, Part.MAC),
        "bitmap:port": (Part.PORT,),
        "hash:ip": (Part.IP,),
        "hash:mac": (Part.MAC,),
        "hash:ip,mac": (Part.IP, Part.MAC),
        "hash:net": (Part.IP,),
        "hash:net,net": (Part.IP, Part.IP),
        "hash:ip,port": (Part.IP, Part.PORT),
        "hash:net,port": (Part.IP, Part.PORT),
        "hash:ip,port,ip": (Part.IP, Part.PORT, Part.IP),
        "hash:ip,port,net": (Part.IP, Part.PORT, Part.IP),
        "hash:net,port,net": (Part.IP, Part.PORT, Part.IP),
        "hash:ip,mark": (Part.IP, Part.MARK),
        "hash:net,iface": (Part.IP, Part.IFACE),
    }
)
"""The dimensions of each type of set but `list:set`."""
LIST = "list:set"


@dataclass(frozen=True, slots=True)
class IpSet:
    """One set with its elements."""

    name: str
    type: str
    family: int
    """4 or 6; 0 for a type without addresses, which packets of both families are looked up in."""
    elements: tuple[tuple[Cell, ...], ...] = ()
    """Each with one cell for each of its type's parts."""
    size: int = 0
    """How many elements were named."""
    members: tuple[str, ...] = ()
    """The sets in a `list:set`, in order."""
    why_unknown: str = ""
    """Why it cannot be said what stands in it; empty when it can."""


@dataclass(frozen=True, slots=True, eq=False)
class Sets:
    """The sets of a host. Equal only to itself, so that what was read with it can be remembered."""

    by_name: Mapping[str, IpSet] = field(default_factory=lambda: MappingProxyType({}))
    varying: frozenset[str] = frozenset()
    """Sets that rules of the host add to or delete from while packets pass."""

    def known(self, name: str) -> tuple[IpSet, ...] | None:
        """The set itself, or the members of a list; None when what stands in it is not known."""
        found = self.by_name.get(name)
        if found is None or found.why_unknown or name in self.varying:
            return None
        if found.type != LIST:
            return (found,)
        members = tuple(self.by_name[one] for one in found.members if one in self.by_name)
        is_known = len(members) == len(found.members) and not any(
            one.why_unknown or one.name in self.varying or one.type == LIST for one in members
        )
        return members if is_known else None


NO_SETS = Sets()
