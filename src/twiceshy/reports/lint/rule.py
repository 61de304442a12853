"""What a lint rule is: an id, a severity, a way to find, and documentation in fixed sections.

A rule is a function whose docstring explains it: the summary line, then the sections of `SECTIONS`,
each under a `##` heading. The example section holds two fenced reports, the bad one first; a test
reads both, so the documentation cannot drift from what the rule does.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from twiceshy.errors import BugInTwiceshy
from twiceshy.model.report import Finding, FindingSeverity, Report

SECTIONS = ("What it does", "Why it matters", "Example", "How to mend")
"""Every rule's documentation has these, in this order."""

Found = tuple[int, str]
"""1-based line and message: what is wrong there, and what to write instead."""

Find = Callable[[Report, Sequence[Report]], Iterable[Found]]
"""From a report, and the reports known to be earlier, to what is wrong with it."""

_HEADING = re.compile(rf"^## ({'|'.join(SECTIONS)})$", re.MULTILINE)
_FENCE = re.compile(r"^```markdown\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Documentation:
    """A rule explained."""

    summary: str
    what: str
    why: str
    bad: str
    """A report, in Markdown, in which the rule finds something."""
    better: str
    """The same report mended: the rule finds nothing."""
    mend: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong with a report."""

    id: str
    name: str
    """Kebab case, for links and SARIF: `mixed-zones`."""
    severity: FindingSeverity
    find: Find
    explained: str
    """The docstring of `find`, dedented."""

    def findings(self, report: Report, earlier: Sequence[Report]) -> tuple[Finding, ...]:
        """What this rule finds in `report`."""
        return tuple(
            Finding(self.id, self.severity, message, line)
            for line, message in self.find(report, earlier)
        )

    @property
    def summary(self) -> str:
        """The rule in one sentence."""
        return self.explained.partition("\n")[0]

    def documentation(self) -> Documentation:
        """The docstring taken apart; raises BugInTwiceshy when a section is missing."""
        pieces = _HEADING.split(self.explained)
        sections = dict(zip(pieces[1::2], (text.strip() for text in pieces[2::2]), strict=True))
        examples = _FENCE.findall(sections.get("Example", ""))
        if tuple(sections) != SECTIONS or len(examples) != 2:
            raise BugInTwiceshy(f"the documentation of {self.id} lacks a section")
        bad, better = examples
        what, why, _, mend = sections.values()
        return Documentation(self.summary, what, why, bad, better, mend)


def rule(id_: str, name: str, severity: FindingSeverity) -> Callable[[Find], Rule]:
    """Make a rule of a documented function."""

    def made(find: Find) -> Rule:
        return Rule(id_, name, severity, find, inspect.cleandoc(find.__doc__ or ""))

    return made
