"""A region of packets on its way: what each field of a packet is, in terms of the region.

Effects of rules do not change the region; they change what a field means from then on: after
`dnat to 192.0.2.5` the destination is that constant, whatever the region's destinations were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from twiceshy.kinds.firewall.host import Path
from twiceshy.kinds.firewall.packet import IPV4
from twiceshy.kinds.firewall.rewriting import ALL_BITS
from twiceshy.kinds.firewall.walk import NOT_TRACKED
from twiceshy.languages.firewall.conditions import BITS, CtState, Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import SetMark, Translated

FIELDS = tuple(Field)
INDEX: Mapping[Field, int] = {one: number for number, one in enumerate(FIELDS)}
ZERO, ONE, EITHER = Intervals.single(0), Intervals.single(1), Intervals(((0, 1),))
_INVALID = Intervals.single(CtState.INVALID)
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
