"""Modules that are read and not modelled: each stands for itself in answers, by its text."""

from __future__ import annotations

from twiceshy.languages.firewall.iptables.matches.asked import (
    About,
    Asked,
    Clause,
    Module,
    named,
    options,
)


def _varying(module: str, clauses: tuple[Clause, ...], _about: About) -> list[Asked]:
    return [named(module, clauses)]


def _of_the_packet(module: str, clauses: tuple[Clause, ...], _about: About) -> list[Asked]:
    return [named(module, clauses, varies=False)]


def _flags(names: str) -> dict[str, tuple[str, int]]:
    """Options without an argument; all others of an open module take what follows them."""
    return {f"--{name}": (f"--{name}", 0) for name in names.split()}


def _with_value(names: str) -> dict[str, tuple[str, int]]:
    return {f"--{name}": (f"--{name}", 1) for name in names.split()}


_OVER_TIME = {
    "limit": options(limit=1, limit_burst=1),
    "hashlimit": _flags("hashlimit-rate-match"),
    "recent": {**_flags("set rcheck update remove reap rttl rsource rdest"), **_with_value("name")},
    "connlimit": _flags("connlimit-saddr connlimit-daddr"),
    "connbytes": {},
    "connlabel": _flags("set"),
    "connrate": {},
    "statistic": {},
    "random": {},
    "nth": {},
    "quota": {},
    "quota2": _flags("grow no-change packets"),
    "rateest": _flags("rateest-delta rateest-lt rateest-gt rateest-eq"),
    "time": _flags("kerneltz localtz utc contiguous"),
    "cpu": {},
    "condition": {},
    "dstlimit": {},
    "fuzzy": {},
    "lscan": {},
    "psd": {},
    "pknock": {},
    "ipvs": {},
    "socket": _flags("nowildcard transparent restore-skmark"),
    "osf": {},
    "nfacct": {},
    "account": {},
    "realm": {},
    "geoip": {},
    "cluster": {},
    "tos": {},
}
_BY_THE_PACKET = {
    "rpfilter": _flags("loose validmark accept-local invert"),
    "policy": {**_flags("strict next"), **_with_value("proto mode dir pol")},
    "physdev": _flags("physdev-is-in physdev-is-out physdev-is-bridged"),
    "devgroup": {},
    "helper": {},
    "cgroup": {},
    "iface": {},
    "string": {**_flags("icase"), **_with_value("string hex-string algo from to")},
    "u32": _with_value("u32"),
    "bpf": _with_value("bytecode object-pinned"),
    "ecn": _flags("ecn-tcp-cwr ecn-tcp-ece"),
    "tcpmss": {},
    "ah": _flags("ahres"),
    "esp": {},
    "ipcomp": _flags("compres"),
    "dst": {},
    "hbh": {},
    "rt": _flags("rt-0-res rt-0-not-strict"),
    "srh": {},
    "mh": {},
    "frag": _flags("fragres fragfirst fragmore fraglast"),
    "ipv6header": _flags("soft"),
    "eui64": {},
    "ipv4options": _flags("ssrr lsrr no-srr rr ts ra any-opt"),
    "unclean": {},
    "ipp2p": {},
    "layer7": {},
    "l2tp": {},
    "gradm": {},
}

OPAQUE_MODULES = {
    **{name: Module(known, _varying, open=True) for name, known in _OVER_TIME.items()},
    **{name: Module(known, _of_the_packet, open=True) for name, known in _BY_THE_PACKET.items()},
}

UNKNOWN_MODULE = Module({}, _varying, open=True)
"""A module of this host's own, or newer than this list."""
