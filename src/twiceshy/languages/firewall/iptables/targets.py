"""What each `-j` target does: verdicts, effects, and what is not modelled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.iptables.marks import connmark, mark
from twiceshy.languages.firewall.iptables.matches.asked import About, Clause, options
from twiceshy.languages.firewall.iptables.names import TCP
from twiceshy.languages.firewall.iptables.translation import (
    TRANSLATION_OPTIONS,
    dnat,
    masquerade,
    netmap,
    redirect,
    snat,
)
from twiceshy.languages.firewall.iptables.unreadable import refuse
from twiceshy.languages.firewall.iptables.words import told
from twiceshy.languages.firewall.ruleset import (
    Accept,
    Drop,
    Effect,
    NoTrack,
    Reject,
    Return,
    Target,
    Unmodelled,
    UnmodelledEffect,
)

Outcome = tuple[Target | None, tuple[Effect, ...]]
Read = Callable[[str, tuple[Clause, ...], About], Outcome]


@dataclass(frozen=True, slots=True)
class Extension:
    """A target with its options and what it does."""

    options: Mapping[str, tuple[str, int]]
    read: Read
    open: bool = False

    @property
    def spellings(self) -> frozenset[str]:
        """The canonical ones."""
        return frozenset(spelling for spelling, _ in self.options.values())


ACCEPT, DROP, RETURN = Accept(), Drop(), Return()
VERDICTS: Mapping[str, Target] = {"ACCEPT": ACCEPT, "DROP": DROP, "RETURN": RETURN}

REJECT_NAMES = {
    "net-unreach": "icmp-net-unreachable",
    "host-unreach": "icmp-host-unreachable",
    "proto-unreach": "icmp-proto-unreachable",
    "port-unreach": "icmp-port-unreachable",
    "net-prohib": "icmp-net-prohibited",
    "host-prohib": "icmp-host-prohibited",
    "admin-prohib": "icmp-admin-prohibited",
    "tcp-rst": "tcp-reset",
    "no-route": "icmp6-no-route",
    "adm-prohibited": "icmp6-adm-prohibited",
    "addr-unreach": "icmp6-addr-unreachable",
    "policy-fail": "icmp6-policy-fail",
    "reject-route": "icmp6-reject-route",
}


def text_of(name: str, clauses: tuple[Clause, ...]) -> str:
    """The target as it would stand in a file."""
    return told(["-j", name, *(word for clause in clauses for word in clause.words)])


def _reject(_name: str, clauses: tuple[Clause, ...], about: About) -> Outcome:
    default = "icmp-port-unreachable" if about.family == 4 else "icmp6-port-unreachable"  # noqa: PLR2004
    how = clauses[-1].value if clauses else default
    if REJECT_NAMES.get(how, how) == "tcp-reset" and about.protocol != TCP:
        refuse("`--reject-with tcp-reset` needs `-p tcp` before it")
    if about.family == 6 and how == "port-unreach":  # noqa: PLR2004 - the families
        how = default
    return Reject(REJECT_NAMES.get(how, how)), ()


def _goes_on(_name: str, _clauses: tuple[Clause, ...], _about: About) -> Outcome:
    return None, ()


def _untracked(_name: str, _clauses: tuple[Clause, ...], _about: About) -> Outcome:
    return None, (NoTrack(),)


def _ct(name: str, clauses: tuple[Clause, ...], _about: About) -> Outcome:
    asked = {clause.option for clause in clauses}
    if "--notrack" in asked:
        return None, (NoTrack(),)
    if asked & {"--zone", "--zone-orig", "--zone-reply"}:
        return None, (UnmodelledEffect(text_of(name, clauses), _OF_CONNTRACK),)
    return None, ()


_OF_CONNTRACK = frozenset({field for field in Field if field.startswith("ct_")})


def _changing(*fields: Field) -> Read:
    def read(name: str, clauses: tuple[Clause, ...], _about: About) -> Outcome:
        return None, (UnmodelledEffect(text_of(name, clauses), frozenset(fields)),)

    return read


def _unmodelled(*fields: Field, may_continue: bool) -> Read:
    def read(name: str, clauses: tuple[Clause, ...], _about: About) -> Outcome:
        text = text_of(name, clauses)
        effects = (UnmodelledEffect(text, frozenset(fields)),) if fields else ()
        return Unmodelled(text, may_continue), effects

    return read


def _set(name: str, clauses: tuple[Clause, ...], _about: About) -> Outcome:
    if any(clause.option == "--map-mark" for clause in clauses):
        return None, (UnmodelledEffect(text_of(name, clauses), frozenset({Field.MARK})),)
    return None, ()


def _verdict(target: Target) -> Read:
    def read(name: str, clauses: tuple[Clause, ...], _about: About) -> Outcome:
        if clauses:
            refuse(f"`-j {name}` takes no options")
        return target, ()

    return read


_ADDRESSES = (Field.SADDR4, Field.DADDR4, Field.SADDR6, Field.DADDR6, Field.SPORT, Field.DPORT)

TARGETS: Mapping[str, Extension] = {
    **{name: Extension({}, _verdict(target)) for name, target in VERDICTS.items()},
    "REJECT": Extension(options(reject_with=1), _reject),
    **{
        name: Extension(known, _goes_on, open=True)
        for name, known in {
            "LOG": options(
                log_tcp_sequence=0, log_tcp_options=0, log_ip_options=0, log_uid=0,
                log_macdecode=0, log_prefix=1, log_level=1,
            ),
            "NFLOG": options(nflog_prefix=1),
            "ULOG": options(ulog_prefix=1),
            "TRACE": {},
            "AUDIT": {},
            "CHECKSUM": options(checksum_fill=0),
            "CLASSIFY": {},
            "SECMARK": {},
            "CONNSECMARK": options(save=0, restore=0),
            "IDLETIMER": options(alarm=0),
            "LED": options(led_always_blink=0),
            "RATEEST": {},
            "TEE": {},
            "TCPOPTSTRIP": {},
            "ACCOUNT": {},
            "LOGMARK": {},
            "SYSRQ": {},
        }.items()
    },
    "SET": Extension(
        options(
            add_set=2, del_set=2, map_set=2, exist=0, timeout=1, map_mark=0, map_prio=0,
            map_queue=0,
        ),
        _set,
    ),
    "MARK": Extension(
        options(set_xmark=1, set_mark=1, and_mark=1, or_mark=1, xor_mark=1), mark
    ),
    "CONNMARK": Extension(
        options(
            set_xmark=1, set_mark=1, and_mark=1, or_mark=1, xor_mark=1, save_mark=0,
            restore_mark=0, ctmask=1, nfmask=1, mask=1, left_shift_mark=1, right_shift_mark=1,
        ),
        connmark,
    ),
    "NOTRACK": Extension({}, _untracked),
    "CT": Extension(
        options(
            notrack=0, helper=1, timeout=1, ctevents=1, expevents=1, zone=1, zone_orig=1,
            zone_reply=1,
        ),
        _ct,
    ),
    "SNAT": Extension(TRANSLATION_OPTIONS, snat),
    "DNAT": Extension(TRANSLATION_OPTIONS, dnat),
    "MASQUERADE": Extension(TRANSLATION_OPTIONS, masquerade),
    "REDIRECT": Extension(TRANSLATION_OPTIONS, redirect),
    "NETMAP": Extension(TRANSLATION_OPTIONS, netmap),
    "TTL": Extension(options(ttl_set=1, ttl_dec=1, ttl_inc=1), _changing(Field.TTL)),
    "HL": Extension(options(hl_set=1, hl_dec=1, hl_inc=1), _changing(Field.TTL)),
    "DSCP": Extension(options(set_dscp=1, set_dscp_class=1), _changing(Field.DSCP)),
    "TOS": Extension({}, _changing(Field.DSCP), open=True),
    "ECN": Extension(options(ecn_tcp_remove=0), _changing(Field.TCP_FLAGS), open=True),
    "TCPMSS": Extension(options(set_mss=1, clamp_mss_to_pmtu=0), _changing(Field.LENGTH)),
    "HMARK": Extension({}, _changing(Field.MARK), open=True),
    "IPMARK": Extension({}, _changing(Field.MARK), open=True),
    "NFQUEUE": Extension(
        options(queue_num=1, queue_balance=1, queue_bypass=0, queue_cpu_fanout=0),
        _unmodelled(Field.MARK, Field.CT_MARK, may_continue=False),
    ),
    "QUEUE": Extension({}, _unmodelled(Field.MARK, Field.CT_MARK, may_continue=False)),
    "TPROXY": Extension(
        options(on_port=1, on_ip=1, tproxy_mark=1),
        _unmodelled(Field.MARK, may_continue=False),
    ),
    "SYNPROXY": Extension(
        options(sack_perm=0, timestamp=0, wscale=1, mss=1, ecn=0), _unmodelled(may_continue=True)
    ),
    **{
        name: Extension({}, _unmodelled(*_ADDRESSES, may_continue=True), open=True)
        for name in ("CLUSTERIP", "DNPT", "SNPT", "SAME", "RAWSNAT", "RAWDNAT", "ECHO", "MIRROR")
    },
    **{
        name: Extension({}, _unmodelled(may_continue=True), open=True)
        for name in ("TARPIT", "DELUDE", "CHAOS", "STEAL", "XOR", "PROTO")
    },
}  # fmt: skip
"""Every known target. A name that is not here is a chain, or not modelled if there is no such."""
