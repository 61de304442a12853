"""Everything that counts in one place: settings, rules in order, exceptions applied.

What a location runs is made of parts: in nginx one for each `modsecurity_rules...` directive, those of
the innermost level first; in Apache one for each context, the outermost first. How they come together
is the `Dialect`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from twiceshy.languages.seclang.actions import Action
from twiceshy.languages.seclang.compile import (
    RULES,
    Chain,
    Default,
    Fault,
    actions_in,
    default_of,
)
from twiceshy.languages.seclang.dialect import KNOWN, NOT_IN_LIBRARY, Dialect
from twiceshy.languages.seclang.exceptions import (
    NotUnderstood,
    Numbers,
    Selection,
    narrowed,
    numbers_of,
    wording_of,
)
from twiceshy.languages.seclang.files import Gap, Item
from twiceshy.languages.seclang.rule import Rule, variables_of
from twiceshy.languages.seclang.statement import Statement
from twiceshy.model.place import Place

MOST_LOOKS = 1_000_000
"""How often an exception is held against a rule, in one rule set."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one directive (nginx) or one context (Apache) says."""

    items: tuple[Item, ...]
    has_first_phase: bool = True
    """Whether rules of phase 1 run: not those of a location in Apache."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The directive that decided a setting."""

    value: str
    place: Place
    written: str


@dataclass(frozen=True, slots=True)
class Exemption:
    """A directive that takes rules away (`removes`), or a whole collection from them."""

    written: str
    place: Place
    rules: tuple[int, ...]
    """Positions in `RuleSet.rules` of those it means."""
    of_core_rules: bool
    """Whether it names rules of the core rule set, loaded or not."""
    removes: bool = True


@dataclass(frozen=True, slots=True)
class Ending:
    """What a rule does in the end, and where that is said."""

    name: str
    """`deny`, `pass`, `allow`, ... ; `pass` when nothing is said."""
    value: str
    place: Place
    written: str


@dataclass(eq=False)
class RuleSet:
    """Settings and rules as they count in one place."""

    dialect: Dialect
    rules: list[Rule] = field(default_factory=list)
    settings: dict[str, Setting] = field(default_factory=dict)
    """By the directive's name in lower case."""
    unsettled: dict[str, Gap] = field(default_factory=dict)
    """What may still decide a setting otherwise: a file that was not read."""
    exemptions: list[Exemption] = field(default_factory=list)
    endings: dict[int, Ending] = field(default_factory=dict)
    """What SecRuleUpdateActionById makes of a rule."""
    gaps: list[Gap] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    defaults: dict[int, Default] = field(default_factory=dict)
    """libmodsecurity: by phase."""
    default_of_rule: dict[int, Default] = field(default_factory=dict)
    """mod_security2: by the rule's position."""
    looks_left: int = MOST_LOOKS

    def may_spend(self, looks: int, place: Place) -> bool:
        """Whether there is time for so many looks at rules; noted as a fault when there is not."""
        if 0 <= self.looks_left < looks:
            why = "there are more exceptions from here on than are worked out"
            self.faults.append(Fault(why, place))
            self.looks_left = -1
        if self.looks_left < 0:
            return False
        self.looks_left -= looks
        return True

    def fitting(self, selection: Selection, place: Place) -> list[int]:
        """Positions of the rules that an exception means.

        Bounded: when exceptions times rules are too many, that becomes a fault and none is found.
        """
        each = len(selection.ranges) if isinstance(selection, Numbers) else 1
        if not self.may_spend(len(self.rules) * each, place):
            return []
        return [n for n, rule in enumerate(self.rules) if rule.links and selection.fits(rule)]

    def removed(self) -> Mapping[int, Exemption]:
        """Positions of rules that never run, with what took them away."""
        return {
            index: exemption
            for exemption in self.exemptions
            if exemption.removes
            for index in exemption.rules
        }

    def value(self, name: str) -> str:
        """A setting's value in lower case; empty when it is set nowhere."""
        setting = self.settings.get(name.lower())
        return setting.value.lower() if setting is not None else ""

    def ending_of(self, index: int) -> Ending:
        """What the rule at a position does when it matches."""
        if index in self.endings:
            return self.endings[index]
        rule = self.rules[index]
        own = rule.disruptive
        if own is None and self.dialect is Dialect.LIBRARY:
            return Ending("pass", "", rule.place, "no action")
        if own is None or own.name == "block":
            return self._default(index, rule)
        return Ending(own.name, own.value, rule.links[0].place_of(own), own.name)

    def _default(self, index: int, rule: Rule) -> Ending:
        found = self.default_of_rule.get(index)
        if self.dialect is Dialect.LIBRARY:
            found = self.defaults.get(rule.phase)
        if found is None or found.disruptive is None:
            return Ending("pass", "", rule.place, "no SecDefaultAction for its phase")
        name = found.disruptive.name
        return Ending(name, found.disruptive.value, found.place, f"SecDefaultAction {name}")


def rule_set(parts: tuple[Part, ...], dialect: Dialect) -> RuleSet:
    """Bring the parts together: nginx's innermost first, Apache's outermost first."""
    return _Compiler(RuleSet(dialect)).compiled(parts)


@dataclass(eq=False)
class _Compiler:
    found: RuleSet
    later: list[Statement] = field(default_factory=list)
    """Exceptions of libmodsecurity, which count for rules that come after them too."""
    numbers: dict[int, Place] = field(default_factory=dict)

    def compiled(self, parts: tuple[Part, ...]) -> RuleSet:
        for part in parts:
            self._part(part)
        for statement in self.later:
            self._except(statement)
        return self.found

    def _part(self, part: Part) -> None:
        found, chain = self.found, Chain(self.found.faults)
        if found.dialect is Dialect.APACHE:
            self.numbers.clear()
        default: dict[int, Default] = {}
        settings: dict[str, Setting] = {}
        unsettled: dict[str, Gap] = {}
        for item in part.items:
            if isinstance(item, Gap):
                found.gaps.append(item)
                if not (item.is_core_rules or item.is_absent):
                    unsettled |= dict.fromkeys(_DECIDING, item)
                continue
            key = item.key
            if key in RULES:
                self._add(chain.take(item), part, default)
                continue
            chain.end()
            if key == "secmarker":
                found.rules.append(Rule((), marker=item.first, marked_at=item.place))
            elif key == "secdefaultaction":
                self._default(item, default)
            elif key in _EXCEPTIONS:
                self._exception(item, part)
            elif key == "secruleinheritance":
                self._cut_off(item)
            else:
                self._set(item, settings)
                unsettled.pop(key, None)
        chain.end()
        self._settle(settings, unsettled)

    def _settle(self, settings: dict[str, Setting], unsettled: dict[str, Gap]) -> None:
        found = self.found
        if found.dialect is Dialect.APACHE:
            for key in settings:
                found.unsettled.pop(key, None)
            found.settings |= settings
            found.unsettled |= unsettled
            return
        for key in {*settings, *unsettled}:
            if key in found.settings or key in found.unsettled:
                continue
            if key in settings:
                found.settings[key] = settings[key]
            if key in unsettled:
                found.unsettled[key] = unsettled[key]

    def _add(self, rule: Rule | None, part: Part, default: dict[int, Default]) -> None:
        if rule is None or (rule.phase == 1 and not part.has_first_phase):
            return
        found = self.found
        if rule.id is not None:
            if rule.id in self.numbers:
                why = f"rule {rule.id} is there already, at {self.numbers[rule.id]}"
                found.faults.append(Fault(why, rule.place))
                return
            self.numbers[rule.id] = rule.place
        if rule.phase in default:
            found.default_of_rule[len(found.rules)] = default[rule.phase]
        found.rules.append(rule)

    def _default(self, statement: Statement, default: dict[int, Default]) -> None:
        read = default_of(statement)
        if isinstance(read, Fault):
            self.found.faults.append(read)
            return
        default[read.phase] = read
        self.found.defaults.setdefault(read.phase, read)

    def _exception(self, statement: Statement, part: Part) -> None:
        if self.found.dialect is Dialect.LIBRARY:
            self.later.append(statement)
        else:
            self._except(statement, 1 if part.has_first_phase else 2)

    def _except(self, statement: Statement, first_phase: int = 1) -> None:
        found, key = self.found, statement.key
        try:
            selection = self._selection(statement)
        except NotUnderstood as error:
            found.faults.append(Fault(str(error), statement.place))
            return
        fitting = found.fitting(selection, statement.place)
        meant = [n for n in fitting if found.rules[n].phase >= first_phase]
        if key == "secruleupdateactionbyid":
            self._update(statement, meant)
            return
        removes = key.startswith("secruleremove")
        if not removes:
            texts = " ".join(word.text for word in statement.words[1:2])
            left_out = tuple(one for one in variables_of(texts) if one.is_left_out)
            meant = [n for n in meant if narrowed(found.rules[n], left_out)]
        found.exemptions.append(
            Exemption(
                statement.written,
                statement.place,
                tuple(meant),
                selection.is_of_core_rules and removes,
                removes,
            )
        )

    def _selection(self, statement: Statement) -> Selection:
        key = statement.key
        if not statement.words:
            raise NotUnderstood(f"{statement.name} does not say which rules")
        if key.endswith("byid"):
            several = key == "secruleremovebyid"
            words = statement.words if several else statement.words[:1]
            # In SecRuleUpdateActionById the number may name a link of a chain: 12345:1.
            return numbers_of(word.text.partition(":")[0] for word in words)
        of_messages = key.endswith("bymsg")
        return wording_of(statement.first, self.found.dialect, of_messages=of_messages)

    def _update(self, statement: Statement, meant: list[int]) -> None:
        from_actions = [a for a in actions_in(statement, 1) if a.name in _ENDS]
        if not from_actions:
            return
        last: Action = from_actions[-1]
        for index in meant:
            self.found.endings[index] = Ending(
                last.name, last.value, statement.place, statement.written
            )

    def _cut_off(self, statement: Statement) -> None:
        if self.found.dialect is Dialect.LIBRARY:
            self._refused(statement)
        elif statement.first.lower() == "off":
            # Positions stay as they are: a rule that is gone becomes a marker nobody skips to.
            for index, rule in enumerate(self.found.rules):
                self.found.rules[index] = Rule((), marker="", marked_at=rule.place)
            self.found.exemptions.append(
                Exemption(statement.written, statement.place, (), of_core_rules=True)
            )

    def _set(self, statement: Statement, settings: dict[str, Setting]) -> None:
        key = statement.key
        if key not in KNOWN:
            why = f"{statement.name[:40]} is no directive of ModSecurity that is known here"
            self.found.faults.append(Fault(why, statement.place))
        elif key in NOT_IN_LIBRARY and self.found.dialect is Dialect.LIBRARY:
            self._refused(statement)
        elif key in _SWITCHES and statement.first.lower() not in _SWITCHES[key]:
            why = f"{statement.written} has no value that {statement.name} takes"
            self.found.faults.append(Fault(why, statement.place))
        else:
            settings[key] = Setting(statement.first, statement.place, statement.written)

    def _refused(self, statement: Statement) -> None:
        why = f"{statement.name} is not supported by libmodsecurity: nginx does not start with it"
        self.found.faults.append(Fault(why, statement.place))


_ENDS = frozenset({"deny", "drop", "redirect", "proxy", "pass", "allow", "block", "pause"})
_EXCEPTIONS = frozenset(
    {
        "secruleremovebyid",
        "secruleremovebytag",
        "secruleremovebymsg",
        "secruleupdateactionbyid",
        "secruleupdatetargetbyid",
        "secruleupdatetargetbytag",
        "secruleupdatetargetbymsg",
    }
)
_DECIDING = ("secruleengine", "secrequestbodyaccess")
_SWITCHES = {
    "secruleengine": {"on", "off", "detectiononly"},
    "secrequestbodyaccess": {"on", "off"},
    "secresponsebodyaccess": {"on", "off"},
}
