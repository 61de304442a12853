"""A region of packets on its way: what each field of a packet is, in terms of the region.

Effects of rules do not change the region; they change what a field means from then on: after
`dnat to 192.0.2.5` the destination is that constant, whatever the region's destinations were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from twiceshy.kinds.firewall.host import LOOPBACK, Host, Path
from twiceshy.kinds.firewall.packet import IPV4, WITH_PORTS
from twiceshy.kinds.firewall.rewriting import ALL_BITS
from twiceshy.kinds.firewall.walk import NOT_TRACKED
from twiceshy.languages.firewall.conditions import BITS, CtState, Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import SetMark, Translate, Translated

FIELDS = tuple(Field)
INDEX: Mapping[Field, int] = {one: number for number, one in enumerate(FIELDS)}
ZERO, ONE, EITHER = Intervals.single(0), Intervals.single(1), Intervals(((0, 1),))
_INVALID = Intervals.single(CtState.INVALID)
_WITH_PORTS = Intervals.of((one, one) for one in WITH_PORTS)
_UNTRACKED = Intervals.single(CtState.UNTRACKED)


@dataclass(frozen=True, slots=True)
class Shifted:
    """A dimension moved by a network translation: `start` becomes `to`, the host part stays."""

    dim: int
    start: int
    to: int
    host_part: int

    @property
    def block(self) -> Intervals:
        """The values it may have."""
        return Intervals(((self.to, self.to + self.host_part),))


Term = int | Intervals | Shifted | None
"""What a field is: a dimension of the region (its number), one of some values that the region
does not tell, a shifted dimension, or None: the packet has no such field."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What each field of a packet is at some point of its way, and what conntrack knows."""

    packet: int
    """0 the first of the connection, 1 the reply, 2 the one after it."""
    family: int
    path: Path
    terms: tuple[Term, ...]
    """By INDEX."""
    ct_state: int
    is_tracked: bool = True
    """Whether conntrack has looked at this hook yet."""
    has_connection: bool = False
    translated: frozenset[Translated] = frozenset()
    snat: tuple[Term, Term] | None = None
    dnat: tuple[Term, Term] | None = None
    is_sent_here: bool = False
    is_readdressed: bool = False
    hashed: int = field(default=0, init=False, repr=False, compare=False)
    """Worked out once: environments are looked up again and again."""

    def __post_init__(self) -> None:
        values = (
            self.packet,
            self.path,
            self.terms,
            self.ct_state,
            self.is_tracked,
            self.has_connection,
            self.translated,
            self.is_sent_here,
        )
        object.__setattr__(self, "hashed", hash(values))

    def __hash__(self) -> int:
        return self.hashed

    def of(self, asked: Field) -> Term:
        """What the field is for a rule that asks now."""
        if asked is Field.CT_STATE and not self.is_tracked:
            return _UNTRACKED if self.ct_state == CtState.UNTRACKED else _INVALID
        if asked in _OF_CONNECTION and not (self.is_tracked and self.knows_connection):
            return None
        return self.terms[INDEX[asked]]

    @property
    def knows_connection(self) -> bool:
        """Whether there is a connection to ask about."""
        return self.has_connection and self.ct_state not in NOT_TRACKED

    def having(self, **terms: Term) -> Environment:
        """With other terms, by the value of their field."""
        new = list(self.terms)
        for name, term in terms.items():
            new[INDEX[Field(name)]] = term
        return replace(self, terms=tuple(new))

    @property
    def ends(self) -> tuple[str, str, str, str]:
        """The fields of source, destination and their ports."""
        version = "4" if self.family == IPV4 else "6"
        return f"saddr{version}", f"daddr{version}", "sport", "dport"


_OF_CONNECTION = frozenset(
    one for one in Field if one.value.startswith("ct_") and one is not Field.CT_STATE
)


def tracked(env: Environment) -> Environment:
    """Conntrack looks the packet up; a first one begins a connection."""
    if env.ct_state == CtState.UNTRACKED or env.is_tracked:
        return replace(env, is_tracked=True)
    env = replace(env, is_tracked=True)
    if env.has_connection or env.ct_state in NOT_TRACKED:
        return env
    saddr, daddr, sport, dport = (env.terms[INDEX[Field(name)]] for name in env.ends)
    version = "4" if env.family == IPV4 else "6"
    begun = env.having(
        **{f"ct_orig_saddr{version}": saddr, f"ct_orig_daddr{version}": daddr},
        ct_orig_sport=sport,
        ct_orig_dport=dport,
        ct_snat=ZERO,
        ct_dnat=ZERO,
    )
    return replace(begun, has_connection=True)


def counted_down(env: Environment) -> Environment:
    """After the time to live went down by one, as it does before packets are forwarded."""
    old = env.terms[INDEX[Field.TTL]]
    if isinstance(old, int):
        return env.having(ttl=Shifted(old, 1, 0, 254))
    if isinstance(old, Intervals):
        return env.having(
            ttl=Intervals.of((max(low - 1, 0), max(high - 1, 0)) for low, high in old)
        )
    return env


def untracked(env: Environment) -> Environment:
    """After notrack, which only works before conntrack has looked."""
    if env.is_tracked:
        return env
    return replace(env, is_tracked=True, ct_state=CtState.UNTRACKED, has_connection=False).having(
        ct_state=_UNTRACKED
    )


def marked(env: Environment, effect: SetMark, regions: Mapping[int, Intervals]) -> Environment:
    """After a mark was set."""
    if effect.of_connection and not (env.is_tracked and env.knows_connection):
        return env
    asked = Field.CT_MARK if effect.of_connection else Field.MARK
    old = env.terms[INDEX[asked]]
    if isinstance(old, int):
        old = regions[old]
    if effect.mask == ALL_BITS:
        new: Term = Intervals.single(effect.value)
    elif isinstance(old, Intervals) and old.size == 1:
        value = old.pairs[0][0]
        new = Intervals.single((value & ~effect.mask & ALL_BITS) ^ effect.value)
    else:
        new = anything(asked)
    return env.having(**{asked.value: new})


def anything(asked: Field) -> Intervals:
    """All values of a field that is a number."""
    return Intervals(((0, (1 << BITS[asked]) - 1),))


def translated(
    env: Environment,
    effect: Translate,
    host: Host,
    regions: Mapping[int, Intervals],
    *,
    is_other: bool = False,
) -> Environment:
    """The first packet of a connection after NAT; `regions` are those the rule leaves.

    `is_other`: whether packets that have the new address and port already are left out.
    """
    is_source = effect.end is Translated.SOURCE
    names = env.ends[0::2] if is_source else env.ends[1::2]
    old_address, old_port = (env.terms[INDEX[Field(name)]] for name in names)
    address = _new_address(env, effect, host, old_address, regions, Field(names[0]))
    port, port_differs = old_port, ZERO
    if effect.ports is not None:
        protocols = possible(env.terms[INDEX[Field.L4PROTO]], regions)
        numbered = protocols & _WITH_PORTS
        if numbered:
            port = effect.ports
            port_differs = _differs(old_port, port, regions) if numbered == protocols else EITHER
    differs = _either(_differs(old_address, address, regions), port_differs)
    if is_other and differs == EITHER:
        differs = ONE
    done = replace(
        env.having(
            **{names[0]: address, names[1]: port, "ct_snat" if is_source else "ct_dnat": differs}
        ),
        translated=env.translated | {effect.end},
        is_sent_here=effect.to_own_address,
        is_readdressed=effect.to_own_address or address != old_address,
    )
    if differs == ZERO:
        return done
    return replace(done, snat=(address, port)) if is_source else replace(done, dnat=(address, port))


def unchanged(
    env: Environment, effect: Translate, host: Host, regions: Mapping[int, Intervals]
) -> dict[int, Intervals] | None:
    """What packets have that translation may leave as they are, by dimension; None: there are none.

    Also None when that cannot be told by dimensions.
    """
    new = translated(env, effect, host, regions)
    is_source = effect.end is Translated.SOURCE
    if new.terms[INDEX[Field.CT_SNAT if is_source else Field.CT_DNAT]] != EITHER:
        return None
    found: dict[int, Intervals] = {}
    for name in env.ends[0::2] if is_source else env.ends[1::2]:
        before, after = env.terms[INDEX[Field(name)]], new.terms[INDEX[Field(name)]]
        if before == after:
            continue
        if not (isinstance(before, int) and isinstance(after, Intervals)):
            return None
        found[before] = after & regions[before]
    return found


def rerouted(env: Environment, end: Translated) -> Environment:
    """A later packet of a connection, as NAT rewrites one end of it."""
    names = env.ends[0::2] if end is Translated.SOURCE else env.ends[1::2]
    version = "4" if env.family == IPV4 else "6"
    if env.terms[INDEX[Field.CT_DIRECTION]] == ZERO:
        new = env.snat if end is Translated.SOURCE else env.dnat
    else:
        was = "daddr" if end is Translated.SOURCE else "saddr"
        port = "dport" if end is Translated.SOURCE else "sport"
        known = env.dnat if end is Translated.SOURCE else env.snat
        new = None
        if known is not None:
            new = (
                env.terms[INDEX[Field(f"ct_orig_{was}{version}")]],
                env.terms[INDEX[Field(f"ct_orig_{port}")]],
            )
    return env if new is None else env.having(**{names[0]: new[0], names[1]: new[1]})


def possible(term: Term, regions: Mapping[int, Intervals]) -> Intervals:
    """All values a term may have in these regions."""
    match term:
        case None:
            return Intervals()
        case Intervals():
            return term
        case Shifted():
            return term.block
        case _:
            return regions[term]


def is_here(env: Environment, host: Host, regions: Mapping[int, Intervals]) -> bool | None:
    """Whether the destination is an address of this host; None when it may or may not be."""
    if env.is_sent_here:
        return True
    addresses = possible(env.terms[INDEX[Field(env.ends[1])]], regions)
    own = host.own(env.family)
    local = LOOPBACK[env.family] | (own or Intervals())
    both = addresses & local
    if both == addresses:
        return True
    return False if own is not None and not both else None


def _new_address(  # noqa: PLR0911, PLR0917 - the parts of one translation, each way of it
    env: Environment,
    effect: Translate,
    host: Host,
    old: Term,
    regions: Mapping[int, Intervals],
    asked: Field,
) -> Term:
    if effect.to_own_address:
        is_source = effect.end is Translated.SOURCE
        return host.instead(env.family, env.path, is_source=is_source) or anything(asked)
    if effect.addresses is None:
        return old
    if not effect.is_netmap:
        return effect.addresses
    low, high = effect.addresses.pairs[0]
    host_part = low ^ high
    held = possible(old, regions)
    starts = {one & ~host_part for pair in held for one in pair}
    if starts == {low & ~host_part}:
        return old
    if isinstance(old, int) and len(starts) == 1:
        return Shifted(old, starts.pop(), low & ~host_part, host_part)
    if isinstance(old, Intervals) and old.size == 1:
        return Intervals.single(low & ~host_part | held.pairs[0][0] & host_part)
    return effect.addresses


def _either(one: Intervals, other: Intervals) -> Intervals:
    """The bit of `one or other`."""
    if ONE in (one, other):
        return ONE
    return EITHER if EITHER in (one, other) else ZERO


def _differs(old: Term, new: Term, regions: Mapping[int, Intervals]) -> Intervals:
    """Whether translation changed something, as the values of one bit."""
    if old == new:
        return ZERO
    before, after = possible(old, regions), possible(new, regions)
    if not before & after:
        return ONE
    return ZERO if before == after and before.size == 1 else EITHER
