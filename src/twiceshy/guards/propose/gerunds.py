"""Verbs that actions begin with, and their forms: "restart", "restarts", "restarting"."""

from __future__ import annotations

import re

VERBS = frozenset(
    re.split(
        r"\s+",
        "accept add adopt agree alert allocate allow announce apply appoint archive arrange arrive "
        "ask assess assign attach audit automate avoid back become begin block bring build buy "
        "calculate call change charge check choose clean close collect communicate compare compile "
        "compress conduct configure confirm connect consider contact continue convert copy correct "
        "count cover create cut decide define delay delete deliver deploy describe design detect "
        "develop disable discuss display document double download drain draw drill drop educate "
        "enable encourage encrypt enforce enhance ensure escalate establish evaluate examine exclude "
        "exempt "
        "exercise expand explain explore export extend fail feed fetch file find finish fix follow "
        "forbid force forward freeze gather get give go grant group handle happen have hire hold "
        "host identify implement import improve include increase inform insert inspect install "
        "integrate introduce investigate invite isolate join keep kill label last learn let "
        "limit link "
        "lint list listen load lock log lose lower mail maintain make manage map mark measure meet "
        "mend mention merge migrate mix modify monitor mount move name need negotiate notify "
        "obtain "
        "offer open optimise optimize order organise organize pack park pass patch pay "
        "perform pick "
        "pin place plan play point post practice practise prepare prevent print prioritise "
        "prioritize promote protect provide publish pull purchase purge push put query raise read "
        "rearrange rebuild reboot recompile reconfigure record redesign reduce refactor "
        "refine refund "
        "refuse register reject release reload remind remove rename renew reorder repair repeat "
        "replace replicate report request require reserve reset resolve restart restore restrict "
        "retire return reuse revert review revise revisit revoke reword rewrite ring roll rotate "
        "route run save scale scan schedule script secure send serve set share ship "
        "shorten show shut sign simplify simulate skip sort speed split spread standardise "
        "standardize start stay stop store stream strengthen subscribe swap switch sync tag take "
        "talk teach tell test throttle tie tighten trace train transfer translate trigger try tune "
        "turn understand unify update upgrade upload use validate verify vote wait want warn wash "
        "watch work write",
    )
)
"""In the form that a request has."""

_ALSO_NOUNS = frozenset(
    re.split(
        r"\s+",
        "access alert back backup block build calls cache call change charge check clean copy "
        "cover "
        "cut delay deploy design display document download drill drop exercise export feed "
        "file fix freeze group host import increase insert install joint label last "
        "limit link list load lock log mail map mark measure name need offer open order "
        "pack park pass patch pay pick ping pin place plan play point post practice print "
        "process pull "
        "purchase push query read record refund release report request reset result return review "
        "ring roll route save scale scan schedule script secure set share ship show sign sort speed "
        "split spread start stay stop store stream swap switch tag talk test trace train transfer "
        "trigger turn update upgrade upload use wait watch work",
    )
)
"""Verbs whose forms are as often nouns: "checks", "updates"."""

_DOUBLED = frozenset(
    [
        "begin",
        "cut",
        "drop",
        "forbid",
        "get",
        "let",
        "log",
        "map",
        "pin",
        "plan",
        "put",
        "run",
        "set",
        "ship",
        "shut",
        "skip",
        "split",
        "stop",
        "swap",
        "tag",
    ]
)
_THIRD = {f"{verb}s": verb for verb in VERBS} | {
    f"{verb[:-1]}ies" if verb.endswith("y") and verb[-2] not in "aeou" else f"{verb}es": verb
    for verb in VERBS
    if verb.endswith(("s", "x", "z", "ch", "sh", "y", "o"))
}
_DETERMINER = re.compile(
    r"(?:the|an?|our|its|their|your|all|any|each|every|both|two|three|four|one|no|some|"
    r"whether|that|how|it|them|us|"
    r"this|these|those)\b|[/\d\"']",
    re.IGNORECASE,
)
_NO_VERB = re.compile(
    r"[a-z]+(?:ing|ed|ly|s)|and|or|but|as|at|by|for|from|in|into|of|on|to|with|without|under|"
    r"over|until|up|per|via|"
    r"(?:al)?though|after|before|during|while|when|whenever|where|if|once|unless|because|"
    r"since|than|then|"
    r"also|both|only|even|just|not|now|all|any|each|every|some|no|one|two|three|four|half|"
    r"another|other|"
    r"the|an?|our|its|their|your|it|them|they|we|us|you|this|that|these|those|who|what|how|"
    r"which|whether|is|"
    r"are|was|be|has|had|can|will|may|must|should|shall|more|less|most|least|such|so|there|here"
)


def gerund(verb: str) -> str:
    """The form after "a review of": restarting, refusing, running."""
    if verb in _DOUBLED:
        return f"{verb}{verb[-1]}ing"
    if verb.endswith("ie"):
        return f"{verb[:-2]}ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return f"{verb[:-1]}ing"
    return f"{verb}ing"


def is_request(first: str, rest: str) -> bool:
    """Whether a phrase of the words `first` and `rest` asks for something: "Lock the hub".

    "Test environment", "update process" begin with the same words and name a thing; an unknown
    word before an article is a verb too.
    """
    word = first.lower()
    if _DETERMINER.match(rest):
        return word in VERBS or (word.isalpha() and _NO_VERB.fullmatch(word) is None)
    return word in VERBS and (word not in _ALSO_NOUNS or _follows_a_verb(rest))


def _follows_a_verb(rest: str) -> bool:
    """Whether no noun could stand before `rest`: "work offline", "update at"."""
    return (
        re.match(
            r"(?:with|at|before|after|only|up|out|over|back|down|off|on|offline|online|again|alone)\b",
            rest,
        )
        is not None
    )


def third_person(word: str, rest: str) -> str | None:
    """The verb that `word` is a form of in "scheduler refuses to start", or None for a noun."""
    verb = _THIRD.get(word.lower())
    if verb is None:
        return None
    return verb if verb not in _ALSO_NOUNS or _DETERMINER.match(rest) else None
