"""The words that select something of a packet."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from twiceshy.languages.firewall.conditions import Field, Match
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.nft import datatypes as types
from twiceshy.languages.firewall.nft.datatypes import Datatype
from twiceshy.languages.firewall.nft.registers import (
    BOTH_FAMILIES,
    FAMILY_OF_ETHER,
    FAMILY_OF_NFPROTO,
    STATES,
    fragment,
    icmp_codes,
    ip_version,
    next_header,
    renamed,
    shifted,
)
from twiceshy.languages.firewall.nft.selectors import (
    IPV4,
    IPV6,
    TRACKED,
    TRANSPORTS,
    WHOLE,
    Express,
    Selector,
)


def _network(word: str, family: int) -> dict[str, Selector]:
    asks = (IPV4 if family == 4 else IPV6,)  # noqa: PLR2004 - IP versions

    def at(
        name: str,
        datatype: Datatype,
        field: Field | None = None,
        express: Express | None = None,
        *,
        varies: bool = False,
    ) -> Selector:
        return Selector(f"{word} {name}", datatype, field, asks, express, varies, family)

    found = {
        "version": at("version", types.NIBBLE, Field.FAMILY, ip_version(BOTH_FAMILIES)),
        "dscp": at("dscp", types.DSCP, Field.DSCP, varies=True),
        "ecn": at("ecn", types.BYTE, varies=True),
    }
    if family == 4:  # noqa: PLR2004 - IP versions
        return found | {
            "saddr": at("saddr", types.IPV4, Field.SADDR4),
            "daddr": at("daddr", types.IPV4, Field.DADDR4),
            "protocol": at("protocol", types.PROTOCOL, Field.L4PROTO),
            "ttl": at("ttl", types.BYTE, Field.TTL),
            "length": at("length", types.SHORT, Field.LENGTH),
            "frag-off": at("frag-off", types.SHORT, Field.FRAGMENT, fragment),
            "hdrlength": at("hdrlength", types.NIBBLE),
            "id": at("id", types.SHORT),
            "checksum": at("checksum", types.SHORT, varies=True),
        }
    return found | {
        "saddr": at("saddr", types.IPV6, Field.SADDR6),
        "daddr": at("daddr", types.IPV6, Field.DADDR6),
        "nexthdr": at("nexthdr", types.PROTOCOL, Field.L4PROTO, next_header),
        "hoplimit": at("hoplimit", types.BYTE, Field.TTL),
        "length": at("length", types.SHORT, Field.LENGTH, partial(shifted, Field.LENGTH, by=40)),
        "flowlabel": at("flowlabel", types.LONG),
    }


def _transport(word: str, *more: str) -> dict[str, Selector]:
    asks = (TRANSPORTS[word], WHOLE) if word in TRANSPORTS else (WHOLE,)
    anything = word not in TRANSPORTS
    found = {
        "sport": Selector(f"{word} sport", types.SERVICE, Field.SPORT, asks),
        "dport": Selector(f"{word} dport", types.SERVICE, Field.DPORT, asks),
    }
    if anything:
        found = {
            name: Selector(one.text, one.datatype, one.field, asks, has_any_protocol=True)
            for name, one in found.items()
        }
    return found | {name: Selector(f"{word} {name}", types.LONG, None, asks) for name in more}


def _icmp(
    word: str,
    family: Match,
    field: Field,
    codes: tuple[Datatype, Datatype],
    more: Mapping[str, tuple[int, ...]],
) -> dict[str, Selector]:
    """`more` are fields that only messages of some types have, which nft asks for too."""
    asks = (family, TRANSPORTS[word], WHOLE)
    kind, code = codes
    return {
        "type": Selector(f"{word} type", kind, field, asks, partial(shifted, field, factor=1 << 8)),
        "code": Selector(f"{word} code", code, field, asks, partial(icmp_codes, field)),
        "checksum": Selector(f"{word} checksum", types.LONG, None, asks),
        **{
            name: Selector(f"{word} {name}", types.LONG, None, (*asks, _of_types(field, kinds)))
            for name, kinds in more.items()
        },
    }


def _of_types(field: Field, kinds: tuple[int, ...]) -> Match:
    return Match(field, Intervals.of((kind << 8, kind << 8 | 255) for kind in kinds))


def _opaque(word: str, *more: str, asks: tuple[Match, ...] = ()) -> dict[str, Selector]:
    return {name: Selector(f"{word} {name}", types.LONG, None, asks) for name in more}


def _connection() -> dict[str, Selector]:
    tracked = (TRACKED,)
    state = partial(renamed, Field.CT_STATE, STATES)
    return {
        "state": Selector(
            "ct state", types.STATE, Field.CT_STATE, express=state, domain=tuple(STATES)
        ),
        "direction": Selector("ct direction", types.DIRECTION, Field.CT_DIRECTION, tracked),
        "status": Selector("ct status", types.STATUS, None, tracked, varies=True),
        "mark": Selector("ct mark", types.MARK, Field.CT_MARK, tracked, varies=True),
        "l3proto": Selector(
            "ct l3proto",
            types.NFPROTO,
            Field.FAMILY,
            tracked,
            ip_version(FAMILY_OF_NFPROTO),
        ),
        **{
            name: Selector(f"ct {name}", types.LONG, None, tracked, varies=True)
            for name in [
                "expiration",
                "helper",
                "label",
                "zone",
                "id",
                "bytes",
                "packets",
                "avgpkt",
                "protocol",
                "secmark",
                "count",
                "event",
            ]
        },
    }


def _original() -> dict[tuple[str, ...], Selector]:
    def at(
        words: str, datatype: Datatype, field: Field, family: Match | None = None
    ) -> tuple[tuple[str, ...], Selector]:
        asks = (TRACKED,) if family is None else (family, TRACKED)
        return tuple(words.split()), Selector(f"ct original {words}", datatype, field, asks)

    return dict(
        (
            at("ip saddr", types.IPV4, Field.CT_ORIG_SADDR4, IPV4),
            at("ip daddr", types.IPV4, Field.CT_ORIG_DADDR4, IPV4),
            at("ip6 saddr", types.IPV6, Field.CT_ORIG_SADDR6, IPV6),
            at("ip6 daddr", types.IPV6, Field.CT_ORIG_DADDR6, IPV6),
            at("proto-src", types.SERVICE, Field.CT_ORIG_SPORT),
            at("proto-dst", types.SERVICE, Field.CT_ORIG_DPORT),
        )
    )


def _meta() -> dict[str, Selector]:
    return {
        "length": Selector("meta length", types.LONG, Field.LENGTH),
        "nfproto": Selector(
            "meta nfproto", types.NFPROTO, Field.FAMILY, express=ip_version(FAMILY_OF_NFPROTO)
        ),
        "l4proto": Selector("meta l4proto", types.PROTOCOL, Field.L4PROTO),
        "protocol": Selector(
            "meta protocol", types.ETHER_TYPE, Field.FAMILY, express=ip_version(FAMILY_OF_ETHER)
        ),
        "mark": Selector("meta mark", types.MARK, Field.MARK, varies=True),
        "iif": Selector("meta iif", types.INDEX, Field.IIF),
        "iifname": Selector("meta iifname", types.INTERFACE, Field.IIF),
        "oif": Selector("meta oif", types.INDEX, Field.OIF),
        "oifname": Selector("meta oifname", types.INTERFACE, Field.OIF),
        "skuid": Selector("meta skuid", types.USER, Field.SKUID),
        "skgid": Selector("meta skgid", types.GROUP, Field.SKGID),
        "pkttype": Selector("meta pkttype", types.PACKET_TYPE, Field.PKTTYPE),
        **{
            name: Selector(f"meta {name}", types.LONG)
            for name in [
                "iiftype",
                "oiftype",
                "iifgroup",
                "oifgroup",
                "iifkind",
                "oifkind",
                "sdif",
                "sdifname",
                "ibrname",
                "obrname",
                "ibrpvid",
                "ibrvproto",
                "rtclassid",
                "cgroup",
                "ipsec",
                "secpath",
            ]
        },
        **{
            name: Selector(f"meta {name}", types.LONG, varies=True)
            for name in ["priority", "nftrace", "cpu", "random", "time", "hour", "day", "secmark"]
        },
    }


META = MappingProxyType(_meta())
PAIRS: Mapping[str, Mapping[str, Selector]] = MappingProxyType(
    {
        "ip": _network("ip", 4),
        "ip6": _network("ip6", 6),
        "tcp": _transport(
            "tcp", *["sequence", "ackseq", "doff", "reserved", "window", "checksum", "urgptr"]
        )
        | {
            "flags": Selector("tcp flags", types.FLAGS, Field.TCP_FLAGS, (TRANSPORTS["tcp"], WHOLE))
        },
        "udp": _transport("udp", "length", "checksum"),
        "udplite": _transport("udplite", "checksum", "csumcov"),
        "sctp": _transport("sctp", "vtag", "checksum"),
        "dccp": _transport("dccp", "type"),
        "th": _transport("th"),
        "icmp": _icmp(
            "icmp",
            IPV4,
            Field.ICMP4,
            (types.ICMP_TYPE, types.ICMP_CODE),
            {"id": (0, 8), "sequence": (0, 8), "gateway": (5,), "mtu": (3,)},
        ),
        "icmpv6": _icmp(
            "icmpv6",
            IPV6,
            Field.ICMP6,
            (types.ICMPV6_TYPE, types.ICMPV6_CODE),
            {
                "id": (128, 129),
                "sequence": (128, 129),
                "mtu": (2,),
                "packet-too-big": (2,),
                "parameter-problem": (4,),
                "max-delay": (130,),
            },
        ),
        "igmp": _opaque(
            "igmp", *["type", "mrt", "checksum", "group"], asks=(IPV4, TRANSPORTS["igmp"])
        ),
        "ah": _opaque(
            "ah", *["nexthdr", "hdrlength", "reserved", "spi", "sequence"], asks=(TRANSPORTS["ah"],)
        ),
        "esp": _opaque("esp", "spi", "sequence", asks=(TRANSPORTS["esp"],)),
        "comp": _opaque("comp", "nexthdr", "flags", "cpi", asks=(TRANSPORTS["comp"],)),
        "ether": {
            "saddr": Selector("ether saddr", types.MAC, Field.SMAC, is_of_ethernet=True),
            "daddr": Selector("ether daddr", types.MAC),
            "type": Selector(
                "ether type",
                types.ETHER_TYPE,
                Field.FAMILY,
                express=ip_version(FAMILY_OF_ETHER),
                is_of_ethernet=True,
            ),
        },
        "vlan": _opaque("vlan", "id", "dei", "cfi", "pcp", "type"),
        "arp": _opaque("arp", "htype", "ptype", "hlen", "plen", "operation"),
        "meta": META,
        "ct": _connection(),
        "hbh": _opaque("hbh", "nexthdr", "hdrlength", asks=(IPV6,)),
        "frag": _opaque(
            "frag",
            *["nexthdr", "reserved", "frag-off", "reserved2", "more-fragments", "id"],
            asks=(IPV6,),
        ),
        "dst": _opaque("dst", "nexthdr", "hdrlength", asks=(IPV6,)),
        "mh": _opaque(
            "mh", *["nexthdr", "hdrlength", "type", "reserved", "checksum"], asks=(IPV6,)
        ),
        "srh": _opaque("srh", *["last-entry", "flags", "tag", "sid", "seg-left"], asks=(IPV6,)),
        "exthdr": _opaque("exthdr", *["hbh", "rt", "frag", "dst", "mh"], asks=(IPV6,)),
    }
)
"""Selectors of two words, by the first and then the second."""

BARE: Mapping[str, Selector] = MappingProxyType(
    {
        name: META[name]
        for name in [
            "mark",
            "iif",
            "iifname",
            "iiftype",
            "oif",
            "oifname",
            "oiftype",
            "skuid",
            "skgid",
            "nftrace",
            "rtclassid",
            "ibrname",
            "obrname",
            "pkttype",
            "cpu",
            "iifgroup",
            "oifgroup",
            "cgroup",
            "random",
            "iifkind",
            "oifkind",
            "time",
            "hour",
            "day",
        ]
    }
)
"""Keys of `meta` that may stand without that word."""

CT_ORIGINAL: Mapping[tuple[str, ...], Selector] = MappingProxyType(_original())
ADDRESS_TYPE: Mapping[str, Selector] = MappingProxyType(
    {
        "saddr": Selector("fib saddr type", types.ADDRESS_TYPE, Field.SADDR_TYPE),
        "daddr": Selector("fib daddr type", types.ADDRESS_TYPE, Field.DADDR_TYPE),
    }
)
STATUS = PAIRS["ct"]["status"]
