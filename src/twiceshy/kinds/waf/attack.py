"""What becomes of an attack: it fits one rule, and whatever follows from that happens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from twiceshy.kinds.waf.facts import AttackSeen, Said
from twiceshy.languages.seclang.actions import BLOCKING
from twiceshy.languages.seclang.conditions import expanded, number
from twiceshy.languages.seclang.dialect import Dialect
from twiceshy.languages.seclang.ruleset import Ending, Exemption, RuleSet, Setting
from twiceshy.languages.seclang.walk import ALL_PHASES, REQUEST_PHASES, Memory, Passage, walk
from twiceshy.languages.seclang.weakness import Weakness

Why = tuple[str, Said | None]
"""Why an attack gets through, and the line that decides it."""

_LAST_OF_REQUEST = REQUEST_PHASES[-1]
_SCORE = "anomaly_score"
_CRITICAL = 5
"""What a critical rule scores by default."""


def evaluations(rules: RuleSet) -> frozenset[int]:
    """Positions of the rules that look at a score and deny by it."""
    return frozenset(
        n
        for n, rule in enumerate(rules.rules)
        if rule.links and _asks_score(rules, n) and _denied_once(rules, n)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Attacks:
    """Attacks on one rule set."""

    rules: RuleSet
    plain: Passage
    """What becomes of a request that fits no rule in particular."""
    removed: Mapping[int, Exemption]
    memory: Memory

    def on_request(self, name: str) -> AttackSeen:
        """Send a request that fits the rule which counts most of those tagged `attack-NAME`."""
        loaded = [
            n
            for n, rule in enumerate(self.rules.rules)
            if rule.links and rule.phase <= _LAST_OF_REQUEST and f"attack-{name}" in rule.tags
        ]
        running = [n for n in loaded if n in self.plain.reached]
        if running:
            return self._sent(name, running, REQUEST_PHASES)
        why, decided = self._not_running(name, loaded)
        wants_rules = not loaded and decided is None
        return AttackSeen(name, why=why, decided_by=decided, is_for_want_of_rules=wants_rules)

    def on_answer(self) -> AttackSeen | None:
        """Let an answer fit the rule which counts most; None when no rule scores answers."""
        running = [
            n
            for n, rule in enumerate(self.rules.rules)
            if rule.links
            and _LAST_OF_REQUEST < rule.phase <= ALL_PHASES[-1]
            and n in self.plain.reached
            and self._points(n, "outbound_anomaly_score_pl") > 0
        ]
        return self._sent("outbound", running, ALL_PHASES) if running else None

    def _sent(self, name: str, running: list[int], phases: tuple[int, ...]) -> AttackSeen:
        rules = self.rules
        best = max(running, key=lambda n: (_denies(rules, n), self._points(n, _SCORE)))
        passage = walk(
            rules,
            fits=frozenset({best}),
            phases=phases,
            removed=self.removed,
            memory=self.memory,
        )
        rule = rules.rules[best].id
        if passage.denies and passage.blocked_by is not None:
            return AttackSeen(name, rule, rules.rules[passage.blocked_by].id)
        outbound = phases is ALL_PHASES
        why, decided = (
            _before_the_end(rules, passage)
            or next(self._unblocked(passage, outbound=outbound), None)
            or _too_little(passage, outbound=outbound)
        )
        return AttackSeen(name, rule, why=why, decided_by=decided)

    def _points(self, position: int, score: str) -> int:
        """How much the rule adds to scores whose names hold `score`."""
        points = 0
        for link in self.rules.rules[position].links:
            for action in link.named("setvar"):
                target, _, given = action.value.partition("=")
                if score in target.lower() and given.strip().startswith("+"):
                    text = expanded(given.strip()[1:], self.plain.tx)
                    points = max(points, number(text or ""))
        return points

    def _not_running(self, name: str, loaded: list[int]) -> Why:
        if not loaded:
            for exemption in self.rules.exemptions:
                if exemption.written.lower().startswith("secruleinheritance"):
                    return "no rule is taken over", _of(exemption)
            return f"no rule with the tag attack-{name} is loaded", None
        early = _before_the_end(self.rules, self.plain)
        if early is not None and not any(n in self.plain.reached for n in loaded):
            return early
        return next(self._gone(loaded), ("none of its rules runs", None))

    def _gone(self, loaded: list[int]) -> Iterator[Why]:
        for n in loaded:
            gone = self.removed.get(n) or self.plain.gone.get(n)
            if gone is not None:
                yield "its rules are removed", _of(gone)
        for n in loaded:
            if n in self.plain.skipped:
                yield _skipped(self.plain, n, "its rules are skipped")

    def _unblocked(self, passage: Passage, *, outbound: bool) -> Iterator[Why]:
        """Why no rule denies by score: there is none, or something is done to it."""
        rules = self.rules
        blocking = sorted(
            n for n in evaluations(rules) if (rules.rules[n].phase > _LAST_OF_REQUEST) is outbound
        )
        if not blocking:
            yield "no rule denies a request by its score", None
        for n in blocking:
            gone = self.removed.get(n) or passage.gone.get(n)
            if gone is not None:
                yield f"{rules.rules[n].title}, which blocks by score, is removed", _of(gone)
        for n in blocking:
            if n in passage.skipped:
                why = f"{rules.rules[n].title}, which blocks by score, is skipped"
                yield _skipped(passage, n, why)
        for n in blocking:
            ending = rules.ending_of(n)
            if ending.name not in BLOCKING:
                why = (
                    f"{rules.rules[n].title}, which should block by score, only says {ending.name}"
                )
                yield why, _of(ending)


def _of(line: Ending | Exemption | Setting | Weakness) -> Said:
    return Said(line.written, line.place)


def _denies(rules: RuleSet, position: int) -> bool:
    return rules.ending_of(position).name in BLOCKING


def _denied_once(rules: RuleSet, position: int) -> bool:
    """Whether the rule denies, or did before its action was changed."""
    own = rules.rules[position].disruptive
    return _denies(rules, position) or (own is not None and own.name in {*BLOCKING, "block"})


def _asks_score(rules: RuleSet, position: int) -> bool:
    link = rules.rules[position].links[-1]
    return any(
        variable.name == "TX" and _SCORE in variable.selector and not variable.is_count
        for variable in link.variables
    )


def _before_the_end(rules: RuleSet, passage: Passage) -> Why | None:
    """What ends or hollows out the whole passage."""
    engine = passage.engine
    if engine is None:
        return "nothing sets SecRuleEngine, so it is off", None
    if engine.value.lower() != "on":
        said = Said(engine.written, engine.place, engine.value.lower())
        return "the engine does not enforce", said
    if passage.allowed_by is not None:
        return f"{passage.allowed_by.rule.title} lets every request through", _of(
            passage.allowed_by
        )
    if passage.body_unseen is not None and rules.dialect is Dialect.LIBRARY:
        return "phase 2 is left out", _of(passage.body_unseen)
    if passage.ending is not None and passage.blocked_by is not None:
        rule = rules.rules[passage.blocked_by]
        return f"{rule.title} ends every request before", Said(rule.title, rule.place)
    return None


def _skipped(passage: Passage, position: int, why: str) -> Why:
    """Blame the variable a skip depends on, where it depends on one: the level that was set."""
    skipper = passage.skipped[position]
    for link in skipper.rule.links:
        for variable in link.variables:
            value = passage.tx.get(variable.selector) if variable.name == "TX" else None
            if value is not None:
                origin = _set_from(passage, variable.selector)
                return f"{why} at {variable.selector} {value.text}", origin
    return f"{why} by {skipper.rule.title}", _of(skipper)


def _set_from(passage: Passage, name: str) -> Said:
    """The line that set a variable, or the one it was copied from."""
    value = passage.tx[name]
    copied = value.written.lower().partition("=%{tx.")[2].removesuffix("}")
    if copied in passage.tx and copied != name:
        value = passage.tx[copied]
    return Said(value.written, value.place, value.text or "")


def _too_little(passage: Passage, *, outbound: bool) -> Why:
    side = "outbound" if outbound else "inbound"
    limit = passage.tx.get(f"{side}_anomaly_score_threshold")
    score = passage.tx.get(f"outbound_{_SCORE}" if outbound else _SCORE)
    points = score.text if score is not None and score.text else "0"
    if limit is None:
        return f"its score of {points} reaches no threshold", None
    critical = passage.tx.get("critical_anomaly_score")
    # Whichever of the two is not what the core rule set has by default is to blame.
    if critical is not None and number(critical.text or "") < min(
        _CRITICAL, number(limit.text or "")
    ):
        limit = critical
    said = Said(limit.written, limit.place, limit.text or "")
    return f"its score of {points} does not reach the threshold", said
