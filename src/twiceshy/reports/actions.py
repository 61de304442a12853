"""The actions a report promises: one per listed measure or task, with owner, due date and kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from twiceshy.model.ids import ActionId
from twiceshy.model.report import Action, ActionKind
from twiceshy.reports.blocks import Block, Shape
from twiceshy.reports.outline import Outline, Statement
from twiceshy.reports.rewording import first_said
from twiceshy.reports.vocabulary import Part, part_named
from twiceshy.reports.when.days import Order, days_in

_VERB = (
    r"(?:automate|implement|improve|enhance|add|set|create|conduct|update|review|train|schedule|establish|develop|introduce|use|ensure|monitor|configure|deploy|install|"
    r"upgrade|increase|perform|run|test|write|document|patch|replace|move|migrate|enable|disable|remove|fix|build|define|provide|make|put|check|audit|limit|optimi[sz]e|refactor|adopt|integrate|"
    r"educate|revise|plan|regular(?:ly)?|always|never|consider|investigate|evaluate|educating|invest|keep|maintain|apply|verify|validate|strengthen|expand|extend|switch|rotate|renew|restrict|enforce|"
    r"require|share|hold|organi[sz]e|prepare|research|separate|split|reduce|rename|reserve|backup|back|buy|order|print|label|teach|ask|agree|alert|notify|send|stop|start|store|clean|rewrite|raise|lower|tune|"
    r"practi[sc]e|rehearse|simulate|include|allow|avoid|block|change|communicate|coordinate|correct|document|draft|engage|follow|get|give|have|inform|instal|involve|lock|log|measure|mount|name|negotiate|note|onboard|pin|post|prevent|"
    r"protect|publish|rebuild|record|redesign|register|rehearse|report|restore|rework|roll|scan|secure|segment|sign|simplify|standardi[sz]e|streamline|subscribe|support|throttle|track|turn|unify|warn|watch|work|wrap|whitelist|harden|design|do|don't|do not|no more|only|second|third)"
)
_IMPERATIVE = re.compile(rf"^(?:(?:we|i|they|the team|team|engineers?|it)\s(?:will|should|must|need to|are going to|plan to|have to|ought to|would)\s(?:also\s|now\s|be\s)?|(?:also|then|in future|finally|first|second|third|lastly|additionally|furthermore|moreover|next|firstly|secondly),?\s)*(?:better |properly |automatically |regularly |proactively |periodically |clearly |thoroughly )?{_VERB}\b", re.IGNORECASE)  # fmt: skip
_SHOULD = re.compile(r"\b(?:will|should|must|need(?:s|ed)? to|going to|plan(?:s|ned)? to|to be|ought to|has to|have to|recommend|be (?:added|introduced|implemented|conducted|updated))\b", re.IGNORECASE)  # fmt: skip
_NO_MORE = re.compile(r"^(?:no|never|always|only|every|all|each|sound)\b", re.IGNORECASE)
_INTRO = re.compile(
    r"(?::$)|^(?:we|i) (?:will|are going to) do (?:\w+ ){1,3}things\b|^(?:to (?:prevent|avoid|improve|ensure|mitigate|address|reduce|minimi[sz]e|help|make sure|further)[^.]{0,160}(?:following|:|measures|actions|steps|tasks|implemented|taken|improvements)[^.]*[.:]?$"
    r"|(?:the )?following\b|here (?:are|is)\b|below\b|(?:several|some|a number of|these|the) (?:\w+ ){0,3}(?:measures|actions|steps|improvements|tasks)\b[^.]*(?:identified|taken|planned|implemented|proposed|put in place|recommended|agreed)[^.]*[.:]?$)",
    re.IGNORECASE,
)  # fmt: skip
_OUTRO = re.compile(
    r"^(?:in (?:conclusion|summary)|overall|by (?:implementing|addressing|following|taking|doing|adopting|learning|applying|focusing|executing|completing|putting)|with these|these (?:measures|actions|steps|changes|improvements|tasks)|this (?:post-?mortem|incident|report|outage|experience)|to conclude|through these|thank|we (?:apologi[sz]e|are confident|believe|hope|aim|are committed|remain|learned)|finally, we (?:apolog|thank)|our (?:commitment|goal|aim)|implementing these|together|as a result|lessons?|conclusion|note:|disclaimer|p\.?s\.?)\b"
    r"|^(?:advanced |updated |final )?post-?mortem(?: report)?$|^(?:end of|the end)\b|^(?:that's all|stay tuned|happy)\b",
    re.IGNORECASE,
)  # fmt: skip
_NOTHING = re.compile(
    r"^(?:none|n/?a|tbd|to be (?:done|determined|defined)|todo|nothing|-+|\.+|\?+)\W*$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-Z0-9\"'])")
_PROMISES = re.compile(
    r"(?<=[.!?;])\s+(?=[A-Z0-9\"'])|,?\s+and\s+(?=(?:we|the [\w -]{2,30}?)\s(?:will|shall)\b)"
)
_OWNER = re.compile(
    r"(?:[(\[,;|–—-]\s*|^|\.\s+|\s)(?:owner|owned by|assignee|assigned to|responsible|resp|by whom|lead|who)\s?[:=]?\s?(?:is |the )?(?P<who>[@\w][\w&/@. -]{1,50}?)(?=\s*(?:[),;|\]]|$|\.\s|\.$|[–—]|\s-\s|\bdue\b|\bby\b|\bETA\b|\bticket\b|\bdeadline\b|\buntil\b))",
    re.IGNORECASE,
)  # fmt: skip
_OWNER_STRICT = re.compile(r"owner|owned by|assign|responsib|\bresp\b", re.IGNORECASE)
_A_TEAM = re.compile(
    r"(?:the )?(?:[\w/&-]+ ){0,3}team|ops|operations|devops|sre|infra(?:structure)?|platform|backend|frontend|dba|on-call",
    re.IGNORECASE,
)
_MENTION = re.compile(r"(?:^|\s|\()(?P<who>@[A-Za-z][\w-]{1,38})")
_TEAM_TAIL = re.compile(r"(?:[(\[]|\s[–—-])\s*(?P<who>(?:the )?[\w&/ -]{0,30}?\b(?:team|finance|marketing|sales|legal|hr|facility|it|ops|devops|sre|dba|developers?|engineering|security|infrastructure|platform|lead|backend|frontend|it desk|helpdesk|administrators?|management|support))\s*(?=[)\],;|–—-]|$|,|by\b|due\b)", re.IGNORECASE)  # fmt: skip
_DUE = re.compile(r"\b(?:due|deadline|eta|until|till|before|target(?: date)?|complete(?:d)? by|finish(?:ed)? by|no later than|by|on)\b", re.IGNORECASE)  # fmt: skip
_DONE = re.compile(r"[(\[]?\b(?:done|completed?|accomplished|finished|implemented|fixed already|already done|closed)\b\.?[)\]]|[✅✔]|\bstatus:? (?:done|completed?|closed)\b|[-–—:]\s*(?:done|completed|accomplished)\.?\s*$|^(?:done|completed)\b:|\bdone\.?$|\((?:done|completed|accomplished)\.?\)", re.IGNORECASE)  # fmt: skip
_TASK_NAME = re.compile(
    r"^(?:tasks?|actions?|steps?|measures?|items?|todo|improvements?)\s*(?:#?\d+|[a-z])?\s*[:.)-]\s+",
    re.IGNORECASE,
)

_KINDS: tuple[tuple[ActionKind, re.Pattern[str]], ...] = (
    (ActionKind.DETECT, re.compile(r"\b(?:monitor\w*|alert\w*|alarms?|detect\w*|dashboards?|notif\w*|remind\w*|observ\w*|health ?checks?|probes?|logging|metrics?|canary|heartbeat|watch\w*|warn\w*|track\w*|synthetic)\b", re.IGNORECASE)),
    (ActionKind.PROCESS, re.compile(r"\b(?:train\w*|document\w*|review\w*|audit\w*|playbooks?|runbooks?|process\w*|procedures?|polic\w+|plans?|meeting|communicat\w*|educat\w*|workshops?|checklists?|guidelines?|on-?call|post-?mortems?|practices|knowledge|wiki|onboarding|rehears\w*|drills?|responsib\w*|escalation|schedule)\b", re.IGNORECASE)),
    (ActionKind.MITIGATE, re.compile(r"\b(?:rollback|roll back|fail-?over|redundan\w*|backups?|rate[- ]limit\w*|circuit breakers?|fallback|auto-?scal\w*|scal(?:e|ing)|load[- ]balanc\w*|replica\w*|throttl\w*|standby|disaster|recover\w*|graceful\w*|capacity|ups\b|generator|second|secondary|high availability|cdn|cache|quota|spare)\b", re.IGNORECASE)),
)  # fmt: skip
_PREVENT = re.compile(
    r"\b(?:automat\w*|validat\w*|tests?\b|testing|ci\b|staging|lint\w*|prevent\w*|patch\w*|config\w* management|ansible|puppet|terraform|fix\b|renew\w*|block\w*|permission\w*|code review)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Found:
    text: str
    line: int
    group: str | None
    done: bool = False
    owner: str | None = None
    due: date | None = None


def actions_of(outline: Outline, order: Order) -> tuple[Action, ...]:
    """Every action of a report, duplicates linked to the one they reword."""
    found = _listed(outline.of(Part.ACTIONS), order)
    if not found:
        lessons = [s for s in outline.of(Part.LESSONS) if s.block.shape is Shape.ITEM]
        found = [
            f
            for f in _listed(lessons, order)
            if _IMPERATIVE.match(_strip(f.text)) or _SHOULD.search(f.text)
        ]
    if not found:
        found = _promised_in_prose(outline, order)
    same = first_said([(f.text, f.group) for f in found])
    return tuple(
        Action(
            id=ActionId(f"a{index}"),
            text=f.text,
            kind=kind_of(f.text),
            line=f.line,
            owner=f.owner,
            due=f.due,
            same_as=None if earlier is None else ActionId(f"a{earlier + 1}"),
            done=f.done,
        )
        for index, (f, earlier) in enumerate(zip(found, same, strict=True), start=1)
    )


def kind_of(text: str) -> ActionKind:
    """What an action is for, by the first of its words that tells."""
    hits = [
        (match.start(), kind)
        for kind, pattern in _KINDS
        if (match := pattern.search(text)) is not None
    ]
    prevents = _PREVENT.search(text)
    if prevents is not None:
        hits.append((prevents.start(), ActionKind.PREVENT))
    if not hits:
        return ActionKind.PREVENT
    kinds = {kind for _, kind in hits}
    if ActionKind.DETECT in kinds and re.search(
        r"\b(?:monitor|alert|remind|alarm|dashboard)", text, re.IGNORECASE
    ):
        first = min(hits, key=lambda hit: hit[0])[1]
        return (
            first
            if first is ActionKind.PROCESS
            and re.match(r"\W*(?:train|document|review|conduct)", text, re.IGNORECASE)
            else ActionKind.DETECT
        )
    return min(hits, key=lambda hit: hit[0])[1]


def _listed(statements: Sequence[Statement], order: Order) -> list[_Found]:
    columns: dict[str, int] = {}
    out: list[_Found] = []
    titled = _titled(statements)
    if titled:
        return [_found(s, s.text, order, s.heading) for s in titled]
    listed = {id(s) for s in statements if s.block.shape in (Shape.ITEM, Shape.ROW)}

    by_heading = _lists_by_heading(statements)
    for index, statement in enumerate(statements):
        block = statement.block
        following = statements[index + 1] if index + 1 < len(statements) else None
        if block.shape is Shape.ROW:
            header = _columns(block)
            if header:
                columns = header
            else:
                found = _from_row(statement, columns, order, by_heading.get(index))
                out += [found] if found is not None else []
            continue
        if out and block.shape is Shape.ITEM and _detail_only(statement.text):
            out[-1] = _with_detail(out[-1], statement.text, order)
            continue
        out += _from_text(statement, following, order, by_heading.get(index), has_list=bool(listed))
    return out


def _titled(statements: Sequence[Statement]) -> list[Statement]:
    """The headings of a section whose measures are headings with their text below."""
    headings = [s for s in statements if s.block.shape is Shape.HEADING and s.group == s.block.text]
    if len(headings) < 2 or any(s.block.shape in (Shape.ITEM, Shape.ROW) for s in statements):
        return []
    told = {s.group for s in statements if s.block.shape is Shape.TEXT}
    return headings if all(h.group in told for h in headings) else []


_INLINE_LIST = re.compile(r"(?:^|[\s,;])\(?(?:\d{1,2}|[a-h])\)\s+")


def _inline(text: str) -> list[str]:
    """The parts of `(1) this, (2) that` or `this; that; those`, or the text alone."""
    if len(_INLINE_LIST.findall(text)) > 1:
        return [p.strip(" ,;.") for p in _INLINE_LIST.split(text) if p.strip(" ,;.")]
    if text.count(";") > 0 and text.count(". ") == 0:
        return [p.strip(" .") for p in text.split(";") if p.strip(" .")]
    return [text]


def _lists_by_heading(statements: Sequence[Statement]) -> dict[int, str]:
    """Which list each statement stands in: a name per heading and introduction."""
    names: dict[int, str] = {}
    for index, statement in enumerate(statements):
        names[index] = f"{statement.heading}/{statement.group or ''}"
    return names


def _columns(block: Block) -> dict[str, int]:
    """Columns of an action table by meaning, from its header row."""
    lowered = [cell.lower().strip(" *:") for cell in block.cells]
    columns: dict[str, int] = {}
    for index, cell in enumerate(lowered):
        if (
            re.search(
                r"\b(?:actions?|tasks?|what|measures?|items?|description|improvement|todo|step|work)\b",
                cell,
            )
            and "text" not in columns
        ):
            columns["text"] = index
        elif re.search(r"\b(?:owner|who|assignee|assigned|responsible|team|lead)\b", cell):
            columns["owner"] = index
        elif re.search(r"\b(?:due|deadline|date|when|by|eta|target|until)\b", cell):
            columns["due"] = index
        elif re.search(r"\b(?:status|state|done|progress)\b", cell):
            columns["status"] = index
    short = all(len(cell) <= 30 for cell in lowered)
    return (
        columns
        if "text" in columns
        and short
        and len(columns) + 1 >= min(len([c for c in lowered if c]), 2)
        and not _IMPERATIVE.match(block.cells[columns["text"]] + " x x")
        else {}
    )


def _from_row(
    statement: Statement, columns: dict[str, int], order: Order, group: str | None
) -> _Found | None:
    cells = statement.block.cells

    def cell(name: str) -> str:
        index = columns.get(name)
        return cells[index] if index is not None and index < len(cells) else ""

    text = cell("text") if columns else max(cells, key=len)
    if not text or _NOTHING.match(text) or len(text) < 4:
        return None
    owner = cell("owner").strip(" -–?") or None
    due = _date(cell("due"), order)
    status = cell("status")
    if not columns:
        owner, due, text = _details(text, order)
        return _Found(
            text,
            statement.block.line,
            group,
            owner=owner,
            due=due,
            done=bool(_DONE.search(statement.text)),
        )
    said = f"{status} {cell('due')}"
    done = bool(
        re.search(r"\b(?:done|complete|closed|finished)", said, re.IGNORECASE) or _DONE.search(text)
    ) or bool(statement.block.done)
    return _Found(_DONE.sub("", text).strip(), statement.block.line, group, done, owner, due)


def _date(text: str, order: Order) -> date | None:
    return next((day for found in days_in(text) if (day := found.settled(order)) is not None), None)


def _strip(text: str) -> str:
    return _TASK_NAME.sub("", text, count=1)


def _from_text(
    statement: Statement,
    following: Statement | None,
    order: Order,
    group: str | None,
    *,
    has_list: bool,
) -> list[_Found]:
    block, text = statement.block, statement.text.strip()
    if not text or _NOTHING.match(text) or _OUTRO.search(text):
        return []
    deeper = (
        following is not None
        and following.block.shape is Shape.ITEM
        and following.block.level > block.level
    )
    if block.shape is Shape.HEADING:
        named = statement.label is not None and bool(statement.label.value)
        return (
            [_found(statement, text, order, group)]
            if named and _IMPERATIVE.match(_strip(text))
            else []
        )
    if block.shape is Shape.ITEM:
        if _only_introduces(statement, deeper=deeper):
            return []
        if _detail_only(text):
            return []  # _listed hands it to the action above
        return [_found(statement, text, order, group)]
    if _INTRO.search(text):
        return []
    if (
        len(parts := _inline(text)) > 1
        and statement.label is not None
        and statement.block.shape is not Shape.ITEM
    ):
        return [_found(statement, part, order, group) for part in parts]
    label = statement.label
    if label is not None and label.value and len(label.value) > 12:
        name = part_named(label.name)
        spread = [s.strip() for s in _SENTENCE.split(label.value) if s.strip()]
        if name in (Part.GROUP, Part.ACTIONS) and _ordered(spread) > 1:
            return [_found(statement, s, order, group) for s in spread if not _OUTRO.search(s)]
        if (
            name in (None, Part.GROUP, Part.ACTIONS)
            or _IMPERATIVE.match(label.value)
            or _SHOULD.search(label.value)
        ):
            return [_found(statement, text, order, group)]
    if block.text.endswith(":"):
        return []
    if has_list and not _IMPERATIVE.match(_strip(text)):
        return []
    sentences = [s.strip() for s in _SENTENCE.split(text) if s.strip()]
    if len(sentences) == 1:
        promised = (
            _IMPERATIVE.match(_strip(text))
            or _SHOULD.search(text)
            or re.match(r"\w+ing\b", text)
            or (not has_list and not _TELLS_PAST.search(text))
        )
        return [_found(statement, text, order, group)] if promised and len(text) > 8 else []
    if _ordered(sentences) and label is None:
        return [_found(statement, s, order, group) for s in sentences if not _OUTRO.search(s)]
    if _IMPERATIVE.match(_strip(sentences[0])):
        kept = [s for s in sentences if not _OUTRO.search(s)]
        return [_found(statement, " ".join(kept), order, group)]
    return [
        _found(statement, sentence, order, group)
        for sentence in sentences
        if not _OUTRO.search(sentence)
        and not _INTRO.search(sentence)
        and (_IMPERATIVE.match(sentence) or _SHOULD.search(sentence) or _NO_MORE.match(sentence))
    ]


_TELLS_PAST = re.compile(r"\b(?:was|were|had|did|has been|have been)\b", re.IGNORECASE)


def _ordered(sentences: Sequence[str]) -> int:
    """How many measures a paragraph lists, one a sentence; 0 when it is prose about one."""
    orders = sum(1 for s in sentences if _IMPERATIVE.match(_strip(s)) or _NO_MORE.match(s))
    return orders if orders >= max(2, len(sentences) - 1) else 0


def _only_introduces(statement: Statement, *, deeper: bool) -> bool:
    """An item that is a group's name above its list, not a measure of its own."""
    text = statement.text.rstrip()
    label = statement.label
    bare = text.rstrip(":").strip()
    if text.endswith(":") and deeper:
        return not _IMPERATIVE.match(bare) or bare.count(" ") < 1
    if text.endswith(":"):
        return not _IMPERATIVE.match(bare)
    if not deeper:
        return False
    if label is not None and not label.value:
        return not _IMPERATIVE.match(bare)
    return bare.count(" ") <= 3 and not _IMPERATIVE.match(bare)


_DETAIL = re.compile(
    r"^(?:owner|assignee|due(?: date)?|deadline|eta|status|priority|ticket|type|responsible|jira|issue|link|date|timeline|target)\s?[:=]",
    re.IGNORECASE,
)


def _with_detail(found: _Found, text: str, order: Order) -> _Found:
    """The action above, with what a sub-item such as `Owner: web team` says of it."""
    name, _, value = (part.strip() for part in text.replace("=", ":", 1).partition(":"))
    lower = name.lower()
    if lower in ("owner", "assignee", "responsible") and value:
        return replace(found, owner=found.owner or value.rstrip("."))
    if lower in ("due", "due date", "deadline", "eta", "date", "target"):
        return replace(found, due=found.due or _date(value, order))
    if lower == "status" and re.search(
        r"\b(?:done|complete|closed|finished)", value, re.IGNORECASE
    ):
        return replace(found, done=True)
    return found


def _detail_only(text: str) -> bool:
    return _DETAIL.match(text) is not None


def _found(statement: Statement, text: str, order: Order, group: str | None) -> _Found:
    owner, due, kept = _details(text, order)
    if owner is None and (label := statement.label) is not None and _A_TEAM.fullmatch(label.name):
        owner = label.name
    done = (
        statement.block.done is True
        or bool(_DONE.search(statement.text))
        or bool(re.search(r"~~", statement.block.raw))
        or "✅" in statement.block.raw
    )
    return _Found(
        _DONE.sub("", kept).strip(" -–—") or kept, statement.block.line, group, done, owner, due
    )


def _details(text: str, order: Order) -> tuple[str | None, date | None, str]:
    """Owner and due date said within an action's text."""
    owner = None
    for match in _OWNER.finditer(text):
        if _OWNER_STRICT.search(match[0]) or match[0].lstrip()[:1] in "([|":
            owner = match["who"].strip(" .-")
            break
    if owner is None and (mention := _MENTION.search(text)) is not None:
        owner = mention["who"]
    if (
        owner is None
        and (tail := _TEAM_TAIL.search(text)) is not None
        and (not _IMPERATIVE.match(tail["who"]) or tail[0].lstrip()[:1] in "([")
        and tail.start() > 15
    ):
        owner = tail["who"].strip()
    due = None
    for day in days_in(text):
        before = text[max(0, day.start - 40) : day.start]
        after = text[day.stop : day.stop + 3]
        settled = day.settled(order)
        if settled is not None and (
            _DUE.search(before)
            or after.startswith((")", "]"))
            or day.stop >= len(text) - 1
            or day.start <= 2
        ):
            due = settled
            break
    return owner, due, text


def _promised_in_prose(outline: Outline, order: Order) -> list[_Found]:
    """Without any section of actions: sentences that promise something for the future."""
    promise = re.compile(
        r"\b(?:we|i|the team|they|our team|everyone)\s(?:will|shall|plan to|are going to|have decided to|want to|'ll|intend to|promised? to|agreed to)\b|(?:^|\s)(?:in (?:the )?future|from now on|to prevent this|so that (?:it|this) (?:does not|never) happen)",
        re.IGNORECASE,
    )
    out = []
    for statement in outline.statements:
        if (
            statement.part
            in (Part.TIMELINE, Part.IMPACT, Part.DURATION, Part.ASIDE, Part.CONCLUSION)
            or statement.block.code
        ):
            continue
        for sentence in _PROMISES.split(statement.text):
            if promise.search(sentence) and len(sentence) > 20 and not _INTRO.search(sentence):
                owner, due, text = _details(sentence.strip(), order)
                out.append(_Found(text, statement.block.line, None, owner=owner, due=due))
    return out[:60]
