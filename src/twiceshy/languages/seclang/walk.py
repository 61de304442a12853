"""A request sent through the rules, as far as nothing is known of it but which rules it fits.

A rule fires when its conditions hold for every request, or when the caller says that the request fits
it. What fires takes effect: variables are set, rules removed or skipped, the engine switched, the
request denied or allowed. What may fire for some requests and would weaken the rules is noted as a
`Weakness`, and does not take effect: whoever asks judges it by itself.

The score of an attack is worked out this way, from its rule by way of the paranoia level, thresholds
and everything that was skipped or removed, to the rule that denies the request or does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from twiceshy.languages.seclang.actions import BLOCKING, Action
from twiceshy.languages.seclang.conditions import (
    Value,
    expanded,
    is_of_this_host,
    matches,
    number,
)
from twiceshy.languages.seclang.dialect import Dialect
from twiceshy.languages.seclang.rule import Link, Rule
from twiceshy.languages.seclang.ruleset import Ending, RuleSet, Setting
from twiceshy.languages.seclang.weakness import Weakens, Weakness, weaknesses_of

REQUEST_PHASES = (1, 2)
ALL_PHASES = (1, 2, 3, 4)
_BODY = 2
"""The phase in which bodies are looked at."""
MOST_WEAKNESSES = 1000


@dataclass(eq=False)
class Passage:
    """What became of the request."""

    engine: Setting | None
    """What was last said about the engine: a directive, or a `ctl`."""
    blocked_by: int | None = None
    """The position of the rule that denied it, whether or not the engine let it."""
    ending: Ending | None = None
    """What that rule does."""
    denies: bool = False
    """Whether it was really denied: the engine was on then."""
    allowed_by: Weakness | None = None
    body_unseen: Setting | None = None
    """Why phase 2 was left out."""
    tx: dict[str, Value] = field(default_factory=dict)
    reached: set[int] = field(default_factory=set)
    """Positions of the rules whose conditions were looked at."""
    skipped: dict[int, Weakness] = field(default_factory=dict)
    gone: dict[int, Weakness] = field(default_factory=dict)
    """Positions of rules that were removed on the way."""
    weaknesses: list[Weakness] = field(default_factory=list)


Memory = dict[tuple[int, bool], tuple[Weakness, ...]]
"""What the rules at positions do when they fire (for every request, or for some)."""


def walk(
    rules: RuleSet,
    *,
    fits: frozenset[int] = frozenset(),
    phases: tuple[int, ...] = REQUEST_PHASES,
    removed: Mapping[int, object] | None = None,
    memory: Memory | None = None,
) -> Passage:
    """Send a request through; `fits` are the positions of rules whose conditions it meets.

    `memory`, the same for all walks through one rule set, spares work that was done before.
    """
    gone = rules.removed() if removed is None else removed
    return _Walk(rules, fits, gone, {} if memory is None else memory).through(phases)


@dataclass(eq=False)
class _Walk:
    rules: RuleSet
    fits: frozenset[int]
    removed: Mapping[int, object]
    seen: Passage = field(init=False)
    worked_out: Memory
    mode: str = "off"
    marker: str | None = None
    """The marker to which the rules are being skipped."""
    skipper: Weakness | None = None
    to_skip: int = 0

    def __post_init__(self) -> None:
        self.seen = Passage(self.rules.settings.get("secruleengine"))
        self.mode = self.rules.value("SecRuleEngine") or "off"

    def through(self, phases: tuple[int, ...]) -> Passage:
        if self.mode == "off":
            return self.seen
        for phase in phases:
            if phase == _BODY and self._leaves_bodies_out():
                continue
            self._phase(phase)
            if self._is_over(phase):
                break
        return self.seen

    def _is_over(self, phase: int) -> bool:
        allowed = self.seen.allowed_by
        if self.seen.ending is not None or self.mode == "off":
            return True
        if allowed is None:
            return False
        match allowed.value:
            case "phase":
                self.seen.allowed_by = None
                return False
            case "request":
                return phase <= _BODY
            case _:
                return True

    def _leaves_bodies_out(self) -> bool:
        """Libmodsecurity leaves phase 2 out when bodies are not looked at, query or not."""
        setting = self.rules.settings.get("secrequestbodyaccess")
        if self.seen.body_unseen is None and setting is not None:
            self.seen.body_unseen = setting if setting.value.lower() == "off" else None
        return self.rules.dialect is Dialect.LIBRARY and self.seen.body_unseen is not None

    def _phase(self, phase: int) -> None:
        seen = self.seen
        if self.rules.dialect is Dialect.APACHE:
            self.marker, self.skipper, self.to_skip = None, None, 0
        for index, rule in enumerate(self.rules.rules):
            if rule.marker is not None:
                if rule.marker == self.marker:
                    self.marker = None
                continue
            if rule.phase != phase:
                continue
            if self._skips():
                self._skip(index, rule)
                continue
            if index in self.removed or index in seen.gone:
                continue
            seen.reached.add(index)
            self._rule(index, rule)
            if seen.ending is not None or seen.allowed_by is not None or self.mode == "off":
                return

    def _skips(self) -> bool:
        return self.marker is not None or self.to_skip > 0

    def _skip(self, index: int, rule: Rule) -> None:
        assert self.skipper is not None, "something skips"
        self.seen.skipped[index] = self.skipper
        if self.to_skip:
            self.to_skip -= 1
        elif self.rules.dialect is Dialect.APACHE and str(rule.id) == self.marker:
            self.marker = None

    def _rule(self, index: int, rule: Rule) -> None:
        if index in self.fits:
            fires: bool | None = True
        else:
            answers = [matches(link, self.seen.tx) for link in rule.links]
            fires = _all(answers)
            if fires is None:
                self._note(index, rule, answers)
                return
            if not fires:
                # Variables are set link by link, even when a later link does not match.
                for link, answer in zip(rule.links, answers, strict=True):
                    if not answer:
                        return
                    self._set_variables(link)
                return
        self._fire(index, rule)

    def _fire(self, index: int, rule: Rule) -> None:
        for link in rule.links:
            self._set_variables(link)
        for weakness in self._weaknesses(index, always=True):
            self._take_effect(weakness)
        if self.seen.allowed_by is not None:
            return
        ending = self.rules.ending_of(index)
        if ending.name in BLOCKING:
            self.seen.blocked_by = index
            self.seen.denies = self.mode == "on"
            if self.mode == "on":
                self.seen.ending = ending

    def _take_effect(self, weakness: Weakness) -> None:
        seen = self.seen
        match weakness.how:
            case Weakens.ENGINE:
                self.mode = weakness.value
                seen.engine = Setting(weakness.value, weakness.place, weakness.written)
            case Weakens.ALLOW:
                seen.allowed_by = weakness
            case Weakens.REMOVAL:
                seen.gone |= dict.fromkeys(weakness.meant, weakness)
            case Weakens.SKIP:
                self.skipper = weakness
                if weakness.name:
                    self.marker = weakness.name
                else:
                    self.to_skip = number(weakness.value)
            case Weakens.BODY:
                seen.body_unseen = Setting("off", weakness.place, weakness.written)
            case Weakens.NARROWING | Weakens.VARIABLE:
                pass
        # Rules skip and switch all the time on their own; only what matters is kept.
        if weakness.how in {Weakens.REMOVAL, Weakens.NARROWING} and not weakness.rule.is_vendors:
            still = tuple(n for n in weakness.meant if n not in seen.reached)
            self._keep(replace(weakness, meant=still))

    def _note(self, index: int, rule: Rule, answers: list[bool | None]) -> None:
        """Keep what the rule would do for the requests it fits."""
        if any(map(is_of_this_host, rule.links)):
            return
        if any(answer is False for answer in answers):
            return
        for weakness in self._weaknesses(index, always=False):
            self._keep(weakness)
        for link in rule.links:
            for action in link.named("setvar"):
                name, text = self._assigned(action)
                if name is not None and name in WATCHED:
                    written = f"setvar:{action.value}"
                    where = link.place_of(action)
                    self._keep(Weakness(Weakens.VARIABLE, rule, written, where, text or "", name))

    def _weaknesses(self, index: int, *, always: bool) -> tuple[Weakness, ...]:
        key = (index, always)
        if key not in self.worked_out:
            self.worked_out[key] = tuple(weaknesses_of(self.rules, index, always=always))
        return self.worked_out[key]

    def _keep(self, weakness: Weakness) -> None:
        if len(self.seen.weaknesses) < MOST_WEAKNESSES:
            self.seen.weaknesses.append(weakness)

    def _set_variables(self, link: Link) -> None:
        for action in link.named("setvar"):
            name, text = self._assigned(action)
            if name is None:
                continue
            if action.value.startswith("!"):
                self.seen.tx.pop(name, None)
            else:
                written = f"setvar:{action.value}"
                self.seen.tx[name] = Value(text, link.place_of(action), written)

    def _assigned(self, action: Action) -> tuple[str | None, str | None]:
        """The variable of TX that a `setvar` sets, and its new text (None: not known)."""
        target, sign, given = action.value.partition("=")
        target = target.strip().lstrip("!").lower()
        if not target.startswith(("tx.", "tx:")):
            return None, None
        full = expanded(target[3:], self.seen.tx)
        if full is None:
            return None, None
        if not sign:
            return full, "1"
        text = expanded(given.strip(), self.seen.tx)
        if text is None or text[:1] not in {"+", "-"}:
            return full, text
        old = self.seen.tx.get(full)
        if old is not None and old.text is None:
            return full, None
        before = number(old.text or "") if old is not None else 0
        change = number(text[1:])
        return full, str(before + change if text[0] == "+" else before - change)


WATCHED = frozenset(
    {
        "inbound_anomaly_score_threshold",
        "outbound_anomaly_score_threshold",
        "critical_anomaly_score",
        "paranoia_level",
        "executing_paranoia_level",
        "blocking_paranoia_level",
        "detection_paranoia_level",
        "sampling_percentage",
        "crs_setup_version",
    }
)
"""Variables with which the core rule set decides what is denied."""


def _all(answers: list[bool | None]) -> bool | None:
    if any(answer is False for answer in answers):
        return False
    return None if any(answer is None for answer in answers) else True
