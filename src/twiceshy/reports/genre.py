"""Is this a report of an outage, or a template, an assignment text, a how-to, something else?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from twiceshy.model.report import Action, Cause, Entry
from twiceshy.reports.outline import Outline
from twiceshy.reports.phrases import Phrases, any_in, lower
from twiceshy.reports.vocabulary import Part

_PLACEHOLDER = re.compile(
    r"\[(?:insert|your|describe|add|enter|fill|what|when|who|how|date|time|name|title|list|e\.g|link|team|brief|service|number|duration|short|yyyy|hh)[^\]\n]{0,120}\]"
    r"|<(?:insert|your|describe|add|enter|fill|date|time|name|title|list|what|when|who|how|service|link|team|yyyy|hh)[^>\n]{0,120}>"
    r"|\bYYYY[-/]MM[-/]DD\b|\bHH:MM\b|\b(?:xx:xx|00:00 xx)\b|\{\{[^}\n]{1,80}\}\}|\$\{[^}\n]{1,60}\}|_{4,}|\bTBD\b|\blorem ipsum\b|\?\?:\?\?|\bDD[-/]MM[-/]YYYY\b",
    re.IGNORECASE,
)  # fmt: skip
_PLACEHOLDER_SIGNS = (
    "[",
    "<",
    "yyyy",
    "hh:mm",
    "xx",
    "{{",
    "${",
    "____",
    "tbd",
    "lorem",
    "??:??",
    "dd-mm",
    "dd/mm",
)
"""One of them is in every placeholder, in lower case."""
_INSTRUCTION = re.compile(
    r"^\W*(?:describe|summari[sz]e|list|explain|provide|include|state|outline|fill in|write|add|what (?:was|were|is|happened|went)|who (?:was|is)|how (?:was|did|many|long)|when (?:was|did)|why (?:was|did))\b[^.]{0,160}(?:[.?:]|$)|^\W*\(?(?:e\.g\.|for example|example:|optional)",
    re.IGNORECASE,
)  # fmt: skip
_ASSIGNMENT = Phrases(
    r"""
    your :: your (?:post-?mortem|report|task|answer|repo(?:sitory)?|code|readme)\b
    you :: you (?:must|should|will|need to|can|have to|are asked|are required)\b
    in this :: in this (?:project|task|exercise|assignment|lab)\b
    requirement :: requirements?:\b
    mandatory :: mandatory\b
    learning objective :: learning objectives?\b
    review :: (?:manual )?(?:qa )?review\b
    task :: task \d+\b\b
    write :: write (?:a|your|an incident) (?:post-?mortem|report)\b
    point :: points? (?:will|for)\b
    must :: must (?:contain|be|have|include)\b
    submit :: submit\b
    student :: students?\b
    grad :: grad(?:e|ed|ing)\b\b
    word :: word (?:limit|count)\b
    words :: \d+ ?(?:-|to) ?\d+ words\b
    deadline for :: deadline for\b
    hand :: hand[- ]in\b
    peer review :: peer review\b
    """
)
_HOWTO = Phrases(
    r"""
    how to :: how to\b
    guide :: guide\b
    tutorial :: tutorial\b
    best practices for :: best practices for\b
    template :: template\b
    cheat :: cheat ?sheet\b
    what is a :: what is a (?:post-?mortem|blameless)\b
    write :: why (?:we )?write\b
    mortem :: a (?:good|great|well-written) post-?mortem\b
    tips :: tips\b
    checklist for :: checklist for\b
    runbook :: runbook\b
    playbook :: playbook\b
    this document :: this document (?:describes|explains)\b
    mortem :: a post-?mortem (?:is|should|must|contains)\b
    blameless culture :: blameless culture\b
    when to :: when to (?:write|use)\b
    usage :: usage\b
    installation :: installation\b
    prerequisites :: prerequisites\b
    agenda :: agenda\b
    minutes of :: minutes of\b
    meeting notes :: meeting notes\b
    attendees :: attendees\b
    faq :: faq\b
    """
)
_README = re.compile(
    r"^(?:installation|install|usage|getting started|requirements|features|contributing|license|authors?|build|api|configuration|quick ?start|examples?|prerequisites|agenda|steps|procedure|when to use|decisions|next meeting|rollback|verification|contacts?)$",
    re.IGNORECASE,
)
_PLANNED = Phrases(
    r"""
    change request :: change request\b
    planned for :: planned for\b
    waiting for approval :: waiting for approval\b
    if it goes wrong :: if it goes wrong\b
    rollback plan :: rollback plan\b
    will be :: will be (?:read only|down|unavailable|moved|switched)\b
    maintenance window :: maintenance window\b
    proposal :: proposal\b
    agenda :: agenda\b
    next meeting :: next meeting\b
    any other business :: any other business\b
    excused :: excused\b
    at the latest :: at the latest\b
    """
)
_NOT_A_REPORT = re.compile(
    r"^(?:how (?:to|we)\b|.*\b(?:guide|template|glossary|handbook|checklist|meeting notes?|minutes of|agenda|weekly|runbook|playbook|tutorial|readme|change request|proposal|cheat ?sheet)\b(?!.{0,40}\b(?:outage|down|incident|post-?mortem)\b)|words we use|writing (?:a|good))",
    re.IGNORECASE,
)
_EVENT = Phrases(
    r"""
    outage :: outage\b
    down :: down(?:time)?\b
    incident :: incident\b
    failed :: failed\b
    failure :: failure\b
    unavailable :: unavailable\b
    crashed :: crashed\b
    error :: errors?\b
    unable :: unable\b
    could not :: could not\b
    couldn't :: couldn't\b
    broke :: broke\b
    lost :: lost\b
    offline :: offline\b
    stopped :: stopped\b
    expired :: expired\b
    slow :: slow\b
    disrupt :: disrupt\w+\b
    affected :: affected\b
    impact :: impact\w*\b
    unreachable :: unreachable\b
    time :: timed? ?out\b
    degrad :: degrad\w+\b
    vanished :: vanished\b
    missing :: missing\b
    wrong :: wrong\b
    """
)
_PAST_WORDS = ("was", "were", "had", "did", "went", "began", "started", "failed", "found", "noticed", "restored", "reported", "identified", "resolved", "fixed", "caused", "affected", "crashed")  # fmt: skip
_PAST = re.compile(rf"\b(?:{'|'.join(_PAST_WORDS)})\b")


def _placeholders(text: str) -> int:
    low = lower(text)
    if not any_in(_PLACEHOLDER_SIGNS, low):
        return 0
    return len(_PLACEHOLDER.findall(text))


def _telling_of_the_past(texts: Sequence[str]) -> int:
    """How many of the texts tell of something past."""
    lows = [lower(text) for text in texts]
    # Few of the words are in a document at all: only these are looked for in each text.
    whole = "\n".join(lows)
    words = tuple([word for word in _PAST_WORDS if word in whole])
    return sum(1 for low in lows if any_in(words, low) and _PAST.search(low))


def _instructions(texts: Sequence[str]) -> int:
    """How many of the texts ask what to write."""
    return sum(
        1
        for text in texts
        if _INSTRUCTION.match(text)
        and (text.endswith(("?", ".", ":", "]", ")")) or len(text) < 120)
    )


def judge_genre(  # noqa: C901, PLR0911 - the order of the questions is the rule
    outline: Outline,
    timeline: tuple[Entry, ...],
    cause: Cause | None,
    actions: tuple[Action, ...],
    *,
    has_span: bool,
) -> tuple[bool, str | None]:
    """Whether a document is a report of something that happened; if not, why."""
    statements = outline.statements
    if not statements:
        return False, "there is nothing to read"
    texts = [s.text for s in statements if s.part is not Part.ASIDE][:400]
    joined = "\n".join(texts)[:60_000]
    timed = sum(1 for entry in timeline if entry.at is not None)
    placeholders = _placeholders(joined)
    told = _telling_of_the_past(texts)
    if (placeholders >= 3 and placeholders * 4 >= len(texts)) or (
        placeholders >= 2 and timed == 0 and told < placeholders + 3
    ):
        return False, f"a template: {placeholders} placeholders are still to be filled in"
    title = outline.title or ""
    about_writing = bool(re.search(r"template", title, re.IGNORECASE))
    if timed < 2:
        assignment = _ASSIGNMENT.count(joined)
        if assignment >= 3 and assignment * 6 >= told:
            return False, "an assignment text: it asks the reader to write a report"
        instructions = _instructions(texts)
        if instructions >= 4 and instructions * 2 >= told:
            return (
                False,
                "a template: its sections ask what to write instead of telling what happened",
            )
        howto = _HOWTO.count(title) * 3 + _HOWTO.count(joined[:4000])
        readme = sum(1 for heading in outline.headings if _README.match(heading.strip(" :")))
        if (
            (howto >= 3 or readme >= 2)
            and (cause is None or told < 4 or readme >= 2)
            and not has_span
        ):
            return False, "a guide or a manual: it tells how something is done, not what happened"
    if about_writing and timed == 0 and told < 6:
        return False, "a template: its title says so and it tells of nothing that happened"
    planned = _PLANNED.count(f"{title}\n{joined[:6000]}")
    if (planned >= 3 and planned * 2 > told) or _NOT_A_REPORT.search(title):
        return (
            False,
            "a plan, a guide or a record of something else: it does not tell of an outage that happened",
        )
    parts = {s.part for s in statements}
    signs = [
        timed >= 2,
        cause is not None,
        has_span,
        bool(actions) and bool(parts & {Part.ACTIONS, Part.LESSONS}),
        bool(parts & {Part.IMPACT, Part.SUMMARY, Part.DURATION}),
    ]
    if sum(signs) < 2:
        signs.append(told >= 3 and _EVENT.count(joined) >= 2)
    named = re.search(r"post-?\s?mortem|incident|outage", title, re.IGNORECASE) is not None
    if sum(signs) < 2 or (timed < 2 and not named and not _EVENT.search(joined)):
        return False, "it tells neither when nor why something failed, nor what is to be done"
    if told == 0 and timed < 2 and sum(signs) < 4:
        return False, "it tells of nothing that happened"
    if (
        timed < 2
        and not has_span
        and told < 3
        and not re.search(r"post-?mortem|incident|outage", title, re.IGNORECASE)
    ):
        return False, "it tells of nothing that happened"
    return True, None
