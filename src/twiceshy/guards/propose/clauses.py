"""An action's text taken apart: one clause for each thing it promises, its purpose set aside."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_ACTION = 2000
"""Characters of an action that are read; what follows is explanation."""

_VERBS = (
    "add|address|adopt|allocate|apply|arrange|assess|assign|audit|automate|build|buy|carry|"
    "check|clean|conduct|configure"
    "|correct|create|define|deploy|design|develop|document|educate|enable|enforce|enhance|"
    "ensure|establish|evaluate|expand"
    "|explore|extend|fix|hire|hold|implement|improve|increase|install|integrate|introduce|"
    "investigate|keep|limit"
    "|maintain|make|migrate|monitor|move|notify|optimi[sz]e|organi[sz]e|patch|perform|plan|"
    "prepare|provide|publish|purchase"
    "|put|reconfigure|reduce|refactor|refine|remove|replace|require|restore|restrict|review|"
    "revise|revisit|rewrite|run|schedule"
    "|send|separate|set|share|simulate|strengthen|switch|teach|test|tighten|train|tune|update|"
    "upgrade|use|validate|verify|write"
)
_MARKUP = re.compile(r"\*\*|__|`|~~|<[^>]{0,80}>|!?\[(?P<text>[^\]]{0,200})\]\([^)]{0,400}\)")
_TASK_LABEL = re.compile(
    (
        r"^\s*(?:[-*•\d.)\]\[x ]+\s+)?(?:(?:task|todo|action(?: item)?|step|"
        r"item)\s*#?\d*\s*[:.)-]\s*)?"
    ),
    re.IGNORECASE,
)
_LABEL = re.compile(r"^(?P<label>[^:.;]{3,70}?)\s*(?::|\s[–—-]\s)\s+(?P<rest>\S.*)$", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n+")
_AND_VERB = re.compile(
    (
        rf"(?:,\s*(?:and\s+|then\s+|also\s+)?|\s+(?:and|then)\s+(?:also\s+|"
        rf"then\s+)?)(?=(?:{_VERBS})\b)"
    ),
    re.IGNORECASE,
)
_PURPOSE = re.compile(
    r"(?:,\s*)?\b(?:(?:in order |so as )?to (?:help |better |further |quickly |proactively |"
    r"promptly )*"
    r"(?:prevent|avoid|reduce|minimi[sz]e|mitigate|improve|increase|enhance|help|understand|"
    r"address|handle|prepare|protect|support|allow|enable|keep|maintain|be able|raise|"
    r"guarantee|facilitate|respond|act|react|eliminate|limit|stay|better|optimi[sz]e|"
    r"strengthen|resolve|build|provide|include|cover)\b"
    r"|so that\b|so we\b|so the\b|which (?:will|would|can|could|may)\b|(?:this|these|it|they) "
    r"(?:will|would|can|could|should help|helps?)\b"
    r"|thereby\b|thus\b|allowing\b|enabling\b|ensuring\b|preventing\b|reducing\b|"
    r"minimi[sz]ing\b|avoiding\b|helping\b|emphasi[sz]ing\b|in (?:case|the event)\b|because\b|"
    r"due to\b|given that\b)",
    re.IGNORECASE,
)
_ASSURANCE = re.compile(
    r"\b(?:to (?:ensure|make sure|confirm|guarantee|verify|check)|ensuring|so that)\b",
    re.IGNORECASE,
)
_WHOLE_VERBS = frozenset(_VERBS.split("|"))
_SYMBOLS_FROM = 0x2190
"""Arrows, pictographs and emoji begin here; words of any language end before or are kept out."""
_LEAD_IN = re.compile(
    (
        r"^(?:additionally|also|furthermore|moreover|finally|lastly|then|next|we (?:will|need to|"
        r"should|must|plan to|are going to)|the team (?:will|should|must)|it is|there (?:should|"
        r"must|will) be)[,:]?\s+"
    ),
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise of an action, in lower case but for `said`."""

    said: str
    """As written."""
    head: str
    """What is to be done."""
    assurance: str = ""
    """What it is to make sure of ("to ensure that ..."): a promise of its own."""
    purpose: str = ""
    """What it is good for ("to prevent ..."): tells the subject only when the head does not."""


@dataclass(frozen=True, slots=True)
class Wording:
    """An action's text: its label ("Training:") and its clauses."""

    label: str
    clauses: tuple[Clause, ...]
    plain: str
    """The whole text in lower case, without markup."""


def plain_text(text: str) -> str:
    """`text` on one line without Markdown, HTML, emoji or a leading task number."""
    short = text[:LONGEST_ACTION]
    bare = _MARKUP.sub(lambda match: match["text"] or "", short)
    kept = "".join(
        char if char.isprintable() and ord(char) < _SYMBOLS_FROM else " " for char in bare
    )
    return re.sub(r"\s+", " ", _TASK_LABEL.sub("", kept)).strip(" -–—*•")


def _clause(said: str) -> Clause:
    text = _LEAD_IN.sub("", said.strip())
    assured = _ASSURANCE.search(text)
    purpose = _PURPOSE.search(text)
    cuts = sorted(match.start() for match in (assured, purpose) if match is not None)
    head = text[: cuts[0]] if cuts else text
    assurance = text[assured.end() :] if assured is not None else ""
    rest = text[purpose.end() :] if purpose is not None else ""
    return Clause(said.strip(), head.lower().strip(), assurance.lower(), rest.lower())


_SHORTEST = 3


def _promises_by_itself(text: str) -> bool:
    """Whether the part before an "and" is more than a verb waiting for its object."""
    words = text.lower().split()
    return len(words) > _SHORTEST or (len(words) > 1 and words[-1] not in _WHOLE_VERBS)


def _pieces(sentence: str) -> tuple[str, ...]:
    """A sentence cut before each further verb; "review and update X" stays whole."""
    pieces: list[str] = []
    begin = 0
    for match in _AND_VERB.finditer(sentence):
        before = sentence[begin : match.start()].strip()
        is_purpose = _PURPOSE.search(before) or _ASSURANCE.search(before)
        if _promises_by_itself(before) and not is_purpose:
            pieces.append(before)
            begin = match.end()
    pieces.append(sentence[begin:].strip())
    return tuple(piece for piece in pieces if piece)


def read(text: str) -> Wording:
    """Take an action's text apart."""
    plain = plain_text(text)
    match = _LABEL.match(plain)
    label, rest = (match["label"], match["rest"]) if match else ("", plain)
    clauses = tuple(
        _clause(piece)
        for sentence in _SENTENCE.split(rest)
        if sentence.strip(" .;!?")
        for piece in _pieces(sentence.strip(" .;!?"))
    )
    return Wording(label.lower(), clauses, plain.lower())
