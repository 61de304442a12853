"""What a rule can ask of a packet, by the words that select it, and what asking implies.

What nft adds by itself is in `asks`: `tcp dport` loads the port only of TCP and, because the
kernel knows no transport header in later fragments, only when the packet is none of those
(nft_payload.c); every `ct` key but `state` fails without a connection (nft_ct.c).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType

from twiceshy.languages.firewall.conditions import BITS, AnyOf, CtState, Field, Match
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.nft import datatypes as types
from twiceshy.languages.firewall.nft.datatypes import Datatype

Express = Callable[[Intervals], tuple[Match | AnyOf, ...] | None]
"""From values of the kernel's register to what is asked of fields; None: cannot be said."""


@dataclass(frozen=True, slots=True, eq=False)
class Selector:
    """One thing that a rule can compare with values."""

    text: str
    datatype: Datatype
    field: Field | None = None
    """None: not modelled; what is asked of it becomes `Opaque`, beside `asks`."""
    asks: tuple[Match, ...] = ()
    """What must be true for the kernel to compare at all."""
    express: Express | None = None
    """How values become matches, where it is not one match of `field`."""
    varies: bool = False
    """Changes from time to time or on the packet's way: no two rules surely see the same."""
    header: int | None = None
    """4 or 6 for a field of that header, which nft refuses in a table of the other family."""
    is_of_ethernet: bool = False
    """Asked only of packets that came by an Ethernet interface."""
    has_any_protocol: bool = False
    """`th dport`: bytes that are a port only in protocols that have ports."""

    domain: tuple[int, ...] = ()
    """All values there are, where they are few."""

    @property
    def is_plain(self) -> bool:
        """Whether a number it is compared with is just what one field must be."""
        return not (
            self.field is None
            or self.express
            or self.datatype.is_name
            or self.datatype.is_mask
            or self.has_any_protocol
        )


def only(field: Field, value: int) -> Match:
    """The field has just this value."""
    return Match(field, Intervals.single(value))


IPV4 = only(Field.FAMILY, 4)
IPV6 = only(Field.FAMILY, 6)
WHOLE = only(Field.FRAGMENT, 0)
LATER = only(Field.FRAGMENT, 1)
TRACKED = Match(Field.CT_STATE, Intervals(((CtState.NEW, CtState.RELATED),)))
PORTED = Intervals.of((one, one) for one in (6, 17, 33, 132, 136))
"""Protocols whose header begins with source and destination port."""
TRANSPORTS: Mapping[str, Match] = MappingProxyType(
    {
        "tcp": only(Field.L4PROTO, 6),
        "udp": only(Field.L4PROTO, 17),
        "udplite": only(Field.L4PROTO, 136),
        "sctp": only(Field.L4PROTO, 132),
        "dccp": only(Field.L4PROTO, 33),
        "icmp": only(Field.L4PROTO, 1),
        "icmpv6": only(Field.L4PROTO, 58),
        "igmp": only(Field.L4PROTO, 2),
        "ah": only(Field.L4PROTO, 51),
        "esp": only(Field.L4PROTO, 50),
        "comp": only(Field.L4PROTO, 108),
    }
)
_EXTENSIONS = Intervals.of((one, one) for one in (0, 43, 44, 51, 60, 135, 139, 140))
"""Numbers of IPv6 extension headers, where the last header's number is another one."""
_FRAGMENT_OFFSET = 0x1FFF


def _shifted(field: Field, values: Intervals, *, by: int = 0, factor: int = 1) -> tuple[Match, ...]:
    limit = (1 << BITS[field]) - 1
    return (
        Match(
            field,
            Intervals.of(
                (low * factor + by, min(high * factor + by + factor - 1, limit))
                for low, high in values
            ),
        ),
    )


def _renamed(field: Field, domain: Mapping[int, int], values: Intervals) -> tuple[Match, ...]:
    kept = (ours for theirs, ours in domain.items() if theirs in values)
    return (Match(field, Intervals.of((one, one) for one in kept)),)


def _icmp_codes(field: Field, values: Intervals) -> tuple[Match, ...]:
    return (
        Match(
            field,
            Intervals.of(
                (kind << 8 | low, kind << 8 | high) for kind in range(256) for low, high in values
            ),
        ),
    )


def _next_header(values: Intervals) -> tuple[Match | AnyOf, ...] | None:
    """Of a packet without extension headers it is the protocol; a later fragment has one."""
    extensions = values & _EXTENSIONS
    last = Match(Field.L4PROTO, values & _EXTENSIONS.complement(8))
    if not extensions:
        return (last, WHOLE)
    return (AnyOf(((WHOLE, last), (LATER,))),) if extensions == _EXTENSIONS else None


@lru_cache(maxsize=256)
def _fragment(values: Intervals) -> tuple[Match, ...] | None:
    """Only what depends on nothing but whether the offset is zero can be said."""
    answers: dict[int, set[bool]] = {0: set(), 1: set()}
    for flags in range(0, 1 << 16, _FRAGMENT_OFFSET + 1):
        answers[0].add(flags in values)
        later = values & Intervals(((flags + 1, flags + _FRAGMENT_OFFSET),))
        answers[1] |= {bool(later)} | {later.size == _FRAGMENT_OFFSET}
    if any(len(one) > 1 for one in answers.values()):
        return None
    return (
        Match(
            Field.FRAGMENT,
            Intervals.of((value, value) for value, one in answers.items() if one == {True}),
        ),
    )


_STATES = MappingProxyType(
    {
        1: CtState.INVALID,
        2: CtState.ESTABLISHED,
        4: CtState.RELATED,
        8: CtState.NEW,
        64: CtState.UNTRACKED,
    }
)
_FAMILY_OF_NFPROTO = MappingProxyType({2: 4, 10: 6})
_FAMILY_OF_ETHER = MappingProxyType({0x0800: 4, 0x86DD: 6})
_BOTH_FAMILIES = MappingProxyType({4: 4, 6: 6})


def _family(domain: Mapping[int, int]) -> Express:
    return partial(_renamed, Field.FAMILY, domain)


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
        "version": at("version", types.NIBBLE, Field.FAMILY, _family(_BOTH_FAMILIES)),
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
            "frag-off": at("frag-off", types.SHORT, Field.FRAGMENT, _fragment),
            "hdrlength": at("hdrlength", types.NIBBLE),
            "id": at("id", types.SHORT),
            "checksum": at("checksum", types.SHORT, varies=True),
        }
    return found | {
        "saddr": at("saddr", types.IPV6, Field.SADDR6),
        "daddr": at("daddr", types.IPV6, Field.DADDR6),
        "nexthdr": at("nexthdr", types.PROTOCOL, Field.L4PROTO, _next_header),
        "hoplimit": at("hoplimit", types.BYTE, Field.TTL),
        "length": at("length", types.SHORT, Field.LENGTH, partial(_shifted, Field.LENGTH, by=40)),
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
        "type": Selector(
            f"{word} type", kind, field, asks, partial(_shifted, field, factor=1 << 8)
        ),
        "code": Selector(f"{word} code", code, field, asks, partial(_icmp_codes, field)),
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
    state = partial(_renamed, Field.CT_STATE, _STATES)
    return {
        "state": Selector(
            "ct state", types.STATE, Field.CT_STATE, express=state, domain=tuple(_STATES)
        ),
        "direction": Selector("ct direction", types.DIRECTION, Field.CT_DIRECTION, tracked),
        "status": Selector("ct status", types.STATUS, None, tracked, varies=True),
        "mark": Selector("ct mark", types.MARK, Field.CT_MARK, tracked, varies=True),
        "l3proto": Selector(
            "ct l3proto",
            types.NFPROTO,
            Field.FAMILY,
            tracked,
            _family(_FAMILY_OF_NFPROTO),
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
            "meta nfproto", types.NFPROTO, Field.FAMILY, express=_family(_FAMILY_OF_NFPROTO)
        ),
        "l4proto": Selector("meta l4proto", types.PROTOCOL, Field.L4PROTO),
        "protocol": Selector(
            "meta protocol", types.ETHER_TYPE, Field.FAMILY, express=_family(_FAMILY_OF_ETHER)
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
                express=_family(_FAMILY_OF_ETHER),
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
