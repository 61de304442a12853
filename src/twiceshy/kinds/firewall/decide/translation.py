"""What NAT makes of the packets of a region, and of those that answer them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from twiceshy.kinds.firewall.decide.environment import (
    EITHER,
    INDEX,
    ONE,
    ZERO,
    Environment,
    Shifted,
    Term,
    anything,
    possible,
)
from twiceshy.kinds.firewall.host import LOOPBACK, Host
from twiceshy.kinds.firewall.packet import IPV4, WITH_PORTS
from twiceshy.languages.firewall.conditions import Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import Translate, Translated

_WITH_PORTS = Intervals.of((one, one) for one in WITH_PORTS)


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
