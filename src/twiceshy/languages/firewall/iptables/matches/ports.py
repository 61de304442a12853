"""tcp, udp, udplite, sctp, dccp and multiport."""

from __future__ import annotations

from functools import lru_cache

from twiceshy.languages.firewall.conditions import AnyOf, Field, Match
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.iptables.matches.asked import (
    WHOLE,
    About,
    Asked,
    Clause,
    Module,
    among,
    named,
    options,
)
from twiceshy.languages.firewall.iptables.names import (
    DCCP,
    SCTP,
    TCP,
    UDP,
    UDPLITE,
    WITH_PORTS,
)
from twiceshy.languages.firewall.iptables.numbers import masked
from twiceshy.languages.firewall.iptables.ports import (
    PORT_BITS,
    NoSuchServiceError,
    port_list,
    ports,
)
from twiceshy.languages.firewall.iptables.unreadable import refuse

PROTOCOL_OF = {"tcp": TCP, "udp": UDP, "udplite": UDPLITE, "sctp": SCTP, "dccp": DCCP}
FLAGS = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16, "URG": 32, "ALL": 63, "NONE": 0}

_ONE_PORT = {
    "--sport": ("--sport", 1),
    "--source-port": ("--sport", 1),
    "--dport": ("--dport", 1),
    "--destination-port": ("--dport", 1),
}
_ONE_OPTION = 2
_ONE_OR_TWO_OPTIONS = frozenset({2, 4})
_PORT_FIELDS = {"--sport": Field.SPORT, "--dport": Field.DPORT}


def _needs(module: str, about: About) -> None:
    if about.protocol != PROTOCOL_OF[module]:
        refuse(f"`-m {module}` needs `-p {module}` before it")


def _one_port_each(module: str, clauses: tuple[Clause, ...], about: About) -> list[Asked]:
    _needs(module, about)
    asked: list[Asked] = [WHOLE]
    for clause in clauses:
        field = _PORT_FIELDS.get(clause.option)
        if field is None:
            asked.append(_tcp_only(module, clause))
            continue
        try:
            values = ports(clause.value, about.protocol)
        except NoSuchServiceError:
            asked.append(named(module, (clause,)))
        else:
            asked.append(among(field, values, PORT_BITS, negated=clause.negated))
    return asked


def _quickly(words: list[str], protocol: int) -> tuple[Asked, ...] | None:
    """`--dport 22`, `--sport 1024:65535 --dport 22`: what most rules have, without a `Clause`."""
    count = len(words)
    if count not in _ONE_OR_TWO_OPTIONS:
        return None
    first = _PORT_FIELDS.get(words[0])
    if first is None or not words[1][0].isdigit():
        return None
    asked = Match(first, ports(words[1], protocol))
    if count == _ONE_OPTION:
        return WHOLE, asked
    second = _PORT_FIELDS.get(words[2])
    if second is None or second is first or not words[3][0].isdigit():
        return None
    return WHOLE, asked, Match(second, ports(words[3], protocol))


# a handful of combinations is all that anybody uses
@lru_cache(maxsize=256)
def _tcp_only(module: str, clause: Clause) -> Asked:
    if clause.option == "--syn":
        return _flags(FLAGS["SYN"] | FLAGS["RST"] | FLAGS["ACK"] | FLAGS["FIN"], 2, clause)
    if clause.option == "--tcp-flags":
        return _flags(_flag_list(clause.values[0]), _flag_list(clause.values[1]), clause)
    return named(module, (clause,), varies=False)


def _flag_list(text: str) -> int:
    mask = 0
    for name in text.split(","):
        flag = FLAGS.get(name.upper())
        if flag is None:
            refuse(f"`{name}` is no TCP flag; there are {' '.join(FLAGS)}")
        mask |= flag
    return mask


def _flags(mask: int, value: int, clause: Clause) -> Match:
    return among(Field.TCP_FLAGS, masked(value, mask, 8) or Intervals(), 8, negated=clause.negated)


def _multiport(module: str, clauses: tuple[Clause, ...], about: About) -> list[Asked]:
    if about.protocol not in WITH_PORTS:
        refuse("`-m multiport` needs `-p tcp`, udp, udplite, sctp or dccp before it")
    if len(clauses) != 1:
        refuse("`-m multiport` takes one list: `--sports`, `--dports` or `--ports`")
    clause = clauses[0]
    try:
        values = port_list(clause.value, about.protocol)
    except NoSuchServiceError:
        return [WHOLE, named(module, clauses)]
    if clause.option == "--ports":
        source = among(Field.SPORT, values, PORT_BITS, negated=clause.negated)
        destination = among(Field.DPORT, values, PORT_BITS, negated=clause.negated)
        if clause.negated:
            return [WHOLE, source, destination]
        return [WHOLE, AnyOf(((source,), (destination,)))]
    field = Field.SPORT if clause.option == "--sports" else Field.DPORT
    return [WHOLE, among(field, values, PORT_BITS, negated=clause.negated)]


PORT_MODULES = {
    "tcp": Module({**_ONE_PORT, **options(tcp_flags=2, syn=0, tcp_option=1)}, _one_port_each),
    "udp": Module(_ONE_PORT, _one_port_each, quickly=_quickly),
    "udplite": Module(_ONE_PORT, _one_port_each, quickly=_quickly),
    "sctp": Module({**_ONE_PORT, **options(chunk_types=2)}, _one_port_each),
    "dccp": Module({**_ONE_PORT, **options(dccp_types=1, dccp_option=1)}, _one_port_each),
    "multiport": Module(
        {
            "--sports": ("--sports", 1),
            "--source-ports": ("--sports", 1),
            "--dports": ("--dports", 1),
            "--destination-ports": ("--dports", 1),
            "--ports": ("--ports", 1),
        },
        _multiport,
    ),
}
