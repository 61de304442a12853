"""From rules to what they do: settings, scores, what is lost, and what becomes of each attack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from twiceshy.kinds.waf.attack import Attacks, evaluations
from twiceshy.kinds.waf.facts import Gap, How, Lost, Said, Wall
from twiceshy.languages.seclang.conditions import Value
from twiceshy.languages.seclang.dialect import Dialect
from twiceshy.languages.seclang.rule import Rule
from twiceshy.languages.seclang.ruleset import Exemption, RuleSet, Setting
from twiceshy.languages.seclang.walk import ALL_PHASES, WATCHED, Memory, Passage, walk
from twiceshy.languages.seclang.weakness import Weakens, Weakness

_HOW = {
    Weakens.ALLOW: How.ALLOWED,
    Weakens.BODY: How.UNREAD_BODY,
    Weakens.ENGINE: How.SWITCHED,
    Weakens.NARROWING: How.NARROWED,
    Weakens.REMOVAL: How.REMOVED,
    Weakens.SKIP: How.SKIPPED,
    Weakens.VARIABLE: How.SCORE,
}
_MOST_LOSSES = 50
_MOST_RULES_NAMED = 1000


def wall_of(rules: RuleSet, attacks: tuple[str, ...]) -> Wall:
    """Work out what a rule set does, for these kinds of attack."""
    removed = rules.removed()
    memory: Memory = {}
    plain = walk(rules, phases=ALL_PHASES, removed=removed, memory=memory)
    sent = Attacks(rules, plain, removed, memory)
    engine = rules.settings.get("secruleengine")
    unsettled = rules.unsettled.get("secruleengine")
    body = rules.settings.get("secrequestbodyaccess")
    # Without the directive libmodsecurity looks at bodies and mod_security2 does not.
    reads = "off" if body is None and rules.dialect is Dialect.APACHE else rules.value(_BODY)
    return Wall(
        dialect=rules.dialect,
        engine=_engine(engine, plain),
        engine_hinges_on=Gap(unsettled.why, unsettled.place) if unsettled is not None else None,
        body=_said(body),
        reads_bodies=reads != "off",
        rules=sum(1 for rule in rules.rules if rule.links),
        values=_values(plain),
        attacks=tuple(map(sent.on_request, attacks)),
        refuses_all=_refusal(rules, plain),
        outbound=sent.on_answer(),
        losses=tuple(_losses(rules, plain))[:_MOST_LOSSES],
        gaps=tuple(
            Gap(one.why, one.place, one.is_core_rules) for one in rules.gaps if not one.is_absent
        ),
        absent=_absent(rules) if rules.dialect is Dialect.APACHE else (),
        faults=(
            *(Gap(one.why, one.place) for one in rules.faults),
            *(() if rules.dialect is Dialect.APACHE else _absent(rules)),
        ),
    )


def _absent(rules: RuleSet) -> tuple[Gap, ...]:
    """Includes that find nothing: libmodsecurity refuses them, Apache passes optional ones over."""
    return tuple(Gap(one.why, one.place, one.is_core_rules) for one in rules.gaps if one.is_absent)


_BODY = "SecRequestBodyAccess"


def _said(setting: Setting | None) -> Said | None:
    if setting is None:
        return None
    return Said(setting.written, setting.place, setting.value.lower())


def _engine(setting: Setting | None, plain: Passage) -> Said | None:
    """The directive, or the `ctl` that switches the engine for every request."""
    if setting is None or setting.value.lower() == "off":
        return _said(setting)
    return _said(plain.engine)


def _values(plain: Passage) -> Mapping[str, Said]:
    def said(value: Value) -> Said:
        return Said(value.written, value.place, value.text or "")

    return MappingProxyType(
        {name: said(plain.tx[name]) for name in sorted(WATCHED) if name in plain.tx}
    )


def _refusal(rules: RuleSet, plain: Passage) -> Said | None:
    if plain.blocked_by is None or not plain.denies:
        return None
    rule = rules.rules[plain.blocked_by]
    what = rule.messages[0][:200] if rule.messages else rule.condition
    return Said(f"{rule.title}: {what}", rule.place)


def _losses(rules: RuleSet, plain: Passage) -> Iterator[Lost]:
    blocking = evaluations(rules)
    for exemption in rules.exemptions:
        found = _exempted(rules, exemption, blocking)
        if found is not None:
            yield found
    for weakness in plain.weaknesses:
        if _matters(weakness, blocking):
            yield _weakened(rules, weakness, blocking)
    if plain.allowed_by is not None:
        yield _weakened(rules, plain.allowed_by, blocking)


def _exempted(rules: RuleSet, exemption: Exemption, blocking: frozenset[int]) -> Lost | None:
    named = tuple(n for n in exemption.rules if not _is_bookkeeping(rules.rules[n]))
    core_rules_unread = any(gap.is_core_rules for gap in rules.gaps)
    if not named and not (exemption.of_core_rules and core_rules_unread):
        return None
    return Lost(
        How.REMOVED if exemption.removes else How.NARROWED,
        Said(exemption.written, exemption.place),
        _identified(rules, named),
        exemption.of_core_rules and core_rules_unread,
        takes_evaluation=exemption.removes and bool(blocking & set(named)),
    )


def _is_bookkeeping(rule: Rule) -> bool:
    """Whether a rule only keeps score in the log, after everything else."""
    return rule.phase > ALL_PHASES[-1]


def _matters(weakness: Weakness, blocking: frozenset[int]) -> bool:
    if weakness.how is Weakens.ENGINE:
        return weakness.value != "on"
    if weakness.rule.is_vendors and not blocking & set(weakness.meant):
        return False
    if weakness.how is Weakens.SKIP:
        return bool(weakness.meant) and not weakness.always
    if weakness.how in {Weakens.REMOVAL, Weakens.NARROWING}:
        return bool(weakness.meant or weakness.of_core_rules)
    return True


def _weakened(rules: RuleSet, weakness: Weakness, blocking: frozenset[int]) -> Lost:
    return Lost(
        _HOW[weakness.how],
        Said(weakness.written, weakness.place, weakness.value),
        _identified(rules, weakness.meant),
        weakness.of_core_rules,
        weakness.rule.id,
        None if weakness.always else weakness.rule.condition,
        weakness.name,
        weakness.how is not Weakens.NARROWING and bool(blocking & set(weakness.meant)),
    )


def _identified(
    rules: RuleSet, positions: tuple[int, ...]
) -> tuple[tuple[int | None, tuple[str, ...]], ...]:
    return tuple((rules.rules[n].id, rules.rules[n].tags) for n in positions[:_MOST_RULES_NAMED])
