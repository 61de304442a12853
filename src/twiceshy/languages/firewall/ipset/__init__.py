"""The sets of ipset, which iptables rules look packets up in."""

from twiceshy.languages.firewall.ipset.sets import NO_SETS, IpSet, Sets

__all__ = ["NO_SETS", "IpSet", "Sets"]
