"""The kernel's verdict beside ours, packet by packet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from tests.farm.kernel.datagram import WITH_PORTS, Datagram
from tests.farm.kernel.messages import ADDRESSES4, ADDRESSES6
from tests.farm.kernel.tracking import State
from tests.farm.kernel.volley import Outcome, Seen, Sent, Stage, Way
from twiceshy.kinds.firewall.host import Host, Path
from twiceshy.kinds.firewall.packet import Connection, Packet
from twiceshy.kinds.firewall.trace import Outcome as Ours
from twiceshy.kinds.firewall.trace import Trace, trace
from twiceshy.languages.firewall.conditions import CtState, Field
from twiceshy.languages.firewall.intervals import Intervals
from twiceshy.languages.firewall.ruleset import Ruleset

HOST = Host.of((*ADDRESSES4, *ADDRESSES6))
_STATES = {
    State.NEW: CtState.NEW,
    State.INVALID: CtState.INVALID,
    State.UNTRACKED: CtState.UNTRACKED,
    State.ESTABLISHED: CtState.ESTABLISHED,
    State.RELATED: CtState.RELATED,
}


@dataclass(frozen=True)
class Disagreement:
    """A packet of which the kernel and we do not think alike."""

    sent: Sent
    seen: Seen
    packet: Packet
    ours: Trace
    what: str

    def __str__(self) -> str:
        return "\n".join(
            (
                f"packet:  {self.packet} ({self.sent.stage}, {self.sent.way})",
                f"         {self.packet!r}",
                f"sent:    {self.sent}",
                f"kernel:  {self.seen}",
                f"ours:    {self.ours.outcome} by {self.ours.by} at {self.ours.place}",
                f"         ends as {self.ours.end} on {self.ours.path}",
                f"differs: {self.what}",
            )
        )


@dataclass
class Score:
    """Counts of packets, and every disagreement."""

    counts: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    """By the way that the connection's first packet went."""
    hinges: Counter[str] = field(default_factory=Counter)
    """What answers depended on."""
    disagreements: list[Disagreement] = field(default_factory=list)

    def add(self, other: Score) -> None:
        """Both together."""
        self.counts += other.counts
        self.stages += other.stages
        self.hinges += other.hinges
        self.disagreements += other.disagreements

    @property
    def packets(self) -> int:
        """How many were compared or depended on something."""
        return self.counts["passed"] + self.counts["dropped"]


def compared(readings: Iterable[Ruleset], outcomes: Sequence[Outcome]) -> Score:
    """Trace what was sent, in its order, and hold it against what the kernel did.

    Several readings of one rule set are all held against the same packets, which count once.
    """
    whole = Score()
    for number, ruleset in enumerate(readings):
        score = _compared(ruleset, outcomes)
        if number == 0:
            whole.add(score)
        else:
            whole.disagreements += score.disagreements
            whole.counts["disagree"] += score.counts["disagree"]
    return whole


def _compared(ruleset: Ruleset, outcomes: Sequence[Outcome]) -> Score:
    score = Score()
    firsts: dict[int, tuple[Trace, Seen]] = {}
    marks: dict[int, int] = {}
    begun = {sent.number: sent.way for sent, _ in outcomes if sent.stage is Stage.FIRST}
    for sent, seen in outcomes:
        packet = _packet(sent, firsts.get(sent.about), marks.get(sent.about, 0))
        if packet is None:
            continue
        ours = trace(ruleset, packet, Path(sent.way.value), HOST)
        marks[sent.about] = ours.end.ct_mark
        if sent.stage is Stage.FIRST:
            firsts[sent.number] = ours, seen
        score.counts["passed" if seen.passed else "dropped"] += 1
        score.stages[f"{begun[sent.about]} {sent.stage}"] += 1
        if ours.outcome is Ours.DEPENDS:
            score.counts["depends"] += 1
            score.hinges.update(hinge.text for hinge in ours.hinges)
            continue
        if ours.outcome is Ours.ACCEPTED and ours.end.oif == "lo":
            score.counts["looped"] += 1  # it comes in again by lo, which is another packet's trace
            continue
        if _is_astray(sent, ours):
            score.counts["astray"] += 1
            continue
        what = next(_differences(sent, seen, ours), None)
        if what is not None:
            score.counts["disagree"] += 1
            score.disagreements.append(Disagreement(sent, seen, packet, ours, what))
    return score


def _packet(sent: Sent, first: tuple[Trace, Seen] | None, ct_mark: int) -> Packet | None:
    """The packet as `trace` takes it; None when it follows one that we know nothing sure of."""
    datagram = sent.datagram
    connection: Connection | None = None
    state = _STATES[sent.state]
    if sent.stage is not Stage.FIRST:
        connection = None if first is None else _connection(*first)
        if connection is None:
            return None
    return Packet(
        family=datagram.family,
        saddr=datagram.saddr,
        daddr=datagram.daddr,
        l4proto=datagram.proto,
        sport=datagram.sport if datagram.proto in WITH_PORTS else 0,
        dport=datagram.dport,
        icmp=datagram.icmp,
        tcp_flags=datagram.flags,
        fragment=datagram.offset > 0,
        iif=sent.iif,
        oif=sent.oif if sent.way is not Way.INPUT else None,
        smac=sent.mac,
        ct_state=state,
        ct_direction=1 if sent.stage in {Stage.REPLY, Stage.ERROR} else 0,
        connection=connection,
        mark=sent.mark,
        ct_mark=ct_mark,
        length=datagram.length,
        ttl=datagram.ttl,
        dscp=datagram.dscp,
        skuid=sent.user if sent.way is Way.OUTPUT else None,
        skgid=0 if sent.way is Way.OUTPUT else None,
    )


def _connection(first: Trace, seen: Seen) -> Connection | None:
    """What conntrack keeps of the first packet: of many possible translations, the one it chose."""
    connection, arrived = first.end.connection, seen.arrived
    if first.outcome is not Ours.ACCEPTED or first.end.ct_state == CtState.UNTRACKED:
        return None
    if connection is None:
        return None
    if arrived is None:
        is_translated = connection.snat is not None or connection.dnat is not None
        return None if is_translated else connection
    # What is translated to what it was is not marked as translated (nf_nat_setup_info).
    stays = connection.saddr, connection.sport if first.end.has_ports else arrived.sport
    if connection.snat is not None:
        snat = arrived.saddr, arrived.sport
        connection = replace(connection, snat=None if snat == stays else snat)
    stays = connection.daddr, connection.dport if first.end.has_ports else arrived.dport
    if connection.dnat is not None:
        dnat = arrived.daddr, arrived.dport
        connection = replace(connection, dnat=None if dnat == stays else dnat)
    return connection


def _is_astray(sent: Sent, ours: Trace) -> bool:
    """Whether a reply is kept from conntrack, so that it goes where its address leads, not back.

    Which way a packet takes is what `trace` is told, and this one is told the way of the reply.
    """
    own = HOST.own(ours.end.family)
    assert own is not None
    is_untracked = ours.end.ct_state == CtState.UNTRACKED and sent.stage is not Stage.FIRST
    return is_untracked and sent.way is Way.INPUT and ours.end.daddr not in own


def _differences(sent: Sent, seen: Seen, ours: Trace) -> Iterator[str]:
    if ours.outcome.passes is not seen.passed:
        yield "the verdict"
        return
    if seen.rejected and ours.outcome is Ours.DROPPED:
        yield "the sender was told, and we say it is not"
    if not seen.passed:
        return
    if (ours.path is Path.INPUT) is not (seen.at == "own"):
        yield "it stayed here" if seen.at == "own" else "it did not stay here"
    if seen.arrived is not None:
        yield from _rewritten(sent, seen.arrived, ours)


def _rewritten(sent: Sent, arrived: Datagram, ours: Trace) -> Iterator[str]:
    """Addresses and ports that are not what they should be after translation."""
    end = ours.end
    pairs = [
        (_field("SADDR", end.family), end.saddr, arrived.saddr),
        (_field("DADDR", end.family), end.daddr, arrived.daddr),
    ]
    if arrived.proto in WITH_PORTS and not arrived.offset:
        pairs += [(Field.SPORT, end.sport, arrived.sport), (Field.DPORT, end.dport, arrived.dport)]
    if "oif" in end.unsure:
        # Led elsewhere by NAT: which source it gets hinges on the interface it then leaves by.
        pairs = [one for one in pairs if one[0] not in {_field("SADDR", end.family), Field.SPORT}]
    if sent.stage is Stage.ERROR:
        pairs = pairs[1:]  # whose error it is may be translated like the rest or not
    for name, expected, found in pairs:
        allowed = end.unsure.get(name, Intervals.single(expected))
        if allowed is not None and found not in allowed:
            yield f"{name} is {found:#x}, and not within {allowed}"


def _field(name: str, family: int) -> Field:
    return Field[f"{name}{family}"]
