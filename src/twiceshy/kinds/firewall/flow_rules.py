"""The rules about flows: does each packet of it get through, does none?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from twiceshy.kinds.firewall.conversation import Conversation
from twiceshy.kinds.firewall.decide.ask import Answer, Result, all_pass, none_passes
from twiceshy.kinds.firewall.decide.region import Region
from twiceshy.kinds.firewall.findings import Finding
from twiceshy.kinds.firewall.flows import Surroundings, families_of, regions
from twiceshy.kinds.firewall.host import Host
from twiceshy.kinds.firewall.promise import Flow
from twiceshy.kinds.firewall.trace import Outcome, Trace
from twiceshy.languages.firewall.ruleset import Ruleset
from twiceshy.model.verdict import Evidence, Severity

_NAMES = {4: "IPv4", 6: "IPv6"}
LONGEST_RULE = 160


def judge_flow(
    flow: Flow, ruleset: Ruleset, around: Surroundings, *, passing: bool, severity: Severity
) -> Finding:
    """One flow of `must_pass` (or `management`), or of `must_not_pass`."""
    must = "must pass" if passing else "must not pass"
    what = f"{flow} {must}"
    families = families_of(flow, around)
    unseen = [family for family in families if family not in around.families]
    answers = [
        answer
        for family in families
        if family in around.families
        for answer in _answers(flow, family, ruleset, around, passing=passing)
    ]
    broken = [one for one in answers if one.result is Result.BROKEN]
    unsure = [one for one in answers if one.result in {Result.DEPENDS, Result.GIVEN_UP}]
    if broken:
        said = _says(broken[0], passing=passing)
        pieces = tuple(piece for one in broken for piece in _evidence(one, what))
        step = _after_broken(broken[0], passing=passing)
        return Finding(said, pieces, severity, next_step=step)
    if unsure:
        pieces = tuple(piece for one in unsure for piece in _evidence(one, what))
        return Finding(
            _says(unsure[0], passing=passing),
            pieces,
            is_unknown=True,
            next_step=_after_unsure(unsure[0]),
        )
    if unseen or not answers:
        return _unseen(what, unseen)
    names = " and ".join(_NAMES[family] for family in families)
    kept = "every packet passes, and the answers to it" if passing else "no packet passes"
    return Finding(f"{flow}: {kept}", (Evidence(what, f"{kept} ({names})"),))


def _answers(
    flow: Flow, family: int, ruleset: Ruleset, around: Surroundings, *, passing: bool
) -> Iterator[Answer]:
    ask: Callable[[Ruleset, Region, Host], Answer] = all_pass if passing else none_passes
    for region in regions(flow, family, around, passing=passing):
        yield ask(ruleset, region, around.host)


def _unseen(what: str, families: list[int]) -> Finding:
    if not families:
        why = "there are no such packets: the ends have no addresses of one family in common"
        step = "Write other sources or destinations, or list all of the host's `addresses`."
        return Finding(why, (Evidence(what, why),), is_unknown=True, next_step=step)
    names = " and ".join(_NAMES[family] for family in families)
    why = f"the {names} rules were not handed in"
    step = f"Add the file with the {names} rules, or say `families:` for the other family alone."
    return Finding(why, (Evidence(what, why),), is_unknown=True, next_step=step)


def _says(answer: Answer, *, passing: bool) -> str:
    if answer.result is Result.GIVEN_UP or answer.conversation is None:
        return f"not worked out: {answer.why}"
    spoken = answer.conversation
    if answer.result is Result.DEPENDS:
        hinges = "; ".join(dict.fromkeys(_hinge(answer)))
        return f"whether {spoken.packets[0]} passes depends on {hinges}"
    if passing:
        return f"{_which(spoken)}{spoken.packets[-1]} is {_fate(spoken.last)}"
    return f"{spoken.packets[0]} passes{_by(spoken.first)}"


def _hinge(answer: Answer) -> Iterator[str]:
    for hinge in answer.hinges:
        place = f" ({hinge.place.file}:{hinge.place.line})" if hinge.place else ""
        is_rule = hinge.text.startswith("-")
        yield f"`{_short(hinge.text)}`{place}" if is_rule else f"{_short(hinge.text)}{place}"


def _which(spoken: Conversation) -> str:
    if spoken.further is not None:
        return "the connection begins, but the next packet "
    return "the answer " if spoken.reply is not None else ""


def _fate(trace: Trace) -> str:
    word = "rejected" if trace.outcome is Outcome.REJECTED else "dropped"
    return f"{word}{_by(trace)}"


def _by(trace: Trace) -> str:
    place = f" ({trace.place.file}:{trace.place.line})" if trace.place is not None else ""
    if trace.by.base is None:
        return ", as no rule is asked"
    return f" by `{_short(str(trace.by))}`{place}"


def _evidence(answer: Answer, what: str) -> Iterator[Evidence]:
    spoken = answer.conversation
    if spoken is None:
        yield Evidence(what, f"not worked out: {answer.why}")
        return
    last = spoken.last
    if answer.result is Result.DEPENDS:
        for hinge in answer.hinges:
            found = f"{spoken.packets[-1]}: depends on `{_short(hinge.text)}`"
            yield Evidence(what, found, hinge.place)
        return
    if answer.result is Result.GIVEN_UP:
        yield Evidence(what, f"not worked out: {answer.why}")
        return
    fate = "passes" if last.outcome is Outcome.ACCEPTED else str(last.outcome)
    yield Evidence(what, f"{spoken.packets[-1]}: {fate} by {_short(str(last.by))}", last.place)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_RULE else text[: LONGEST_RULE - 3] + "..."


def _after_broken(answer: Answer, *, passing: bool) -> str:
    spoken = answer.conversation
    assert spoken is not None
    place = spoken.last.place
    at = f" at {place.file}:{place.line}" if place is not None else ""
    if not passing:
        return f"Narrow the rule{at}, or drop the flow before it."
    rule = "the policy" if spoken.last.by.rule is None else "the rule"
    if spoken.reply is not None:
        return f"Accept established connections before {rule}{at}."
    return f"Accept the flow before {rule}{at}, or undo it."


def _after_unsure(answer: Answer) -> str:
    texts = {hinge.text for hinge in answer.hinges}
    if answer.result is Result.GIVEN_UP:
        return "Write a narrower flow: fewer addresses, ports or interfaces at once."
    if any("interface" in text for text in texts):
        return "Say by which interfaces the flow goes: `in_by:`, `out_by:`."
    if any("user" in text for text in texts):
        return "Say who sends it: `user_id:`."
    if any("is an address of this host" in text for text in texts):
        return "List the host's own `addresses:` in the promise."
    return "Try the flow for real, or decide it with a rule that asks for no more than the flow."
