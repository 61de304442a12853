"""An action's words as a noun phrase, as in "nobody has attested a review of ..."."""

from __future__ import annotations

import re

from twiceshy.guards.propose.clauses import plain_text
from twiceshy.guards.propose.gerunds import VERBS, gerund, is_request, third_person

LONGEST_SUBJECT = 80
_MOST_WORDS_BEFORE_THE_VERB = 8

_LIGHT = (
    r"(?:set up|carry out|put in place|make sure(?: that)?|ensur\w+(?: that)?|follow up on|"
    r"work on|look into|bring in|writ(?:e|ing) down|conduct\w*|implement\w*|creat\w+|develop\w*|"
    r"perform\w*|schedul(?:e|ing)|provid(?:e|es|ed|ing)|improv\w+|enhanc\w+|establish\w*|"
    r"updat(?:e|ing)|"
    r"introduc\w+|organi[sz]\w+|hold|holding|maintain\w*|revis(?:e|ing)|write|writing|add|adding|"
    r"do|plan|enforc\w+|strengthen\w*|review|reviewing|refin\w+|document|documenting|describe|"
    r"audit|auditing|adopt\w*|defin\w+|prepar\w+|publish\w*|rehears\w+|practi[sc]e|"
    r"simulate|have(?= an? )|expand\w*|requir\w+|use|using|integrat\w+|set|enabl\w+|assess|"
    r"evaluat\w+|investigat\w+|analy[sz]e|keep(?= an? )|draw)"
)
"""Verbs that only say that the thing after them is to be there."""
_ADJECTIVE = (
    r"(?:regular|regularly|periodic(?:ally)?|thorough(?:ly)?|comprehensive|more|robust|better|"
    r"rigorous|stricter|bi-?monthly|bi-?weekly|quarterly|monthly|weekly|annual|yearly|"
    r"frequent(?:ly)?|detailed|clear|proper(?:ly)?|additional|new|ongoing|continuous|"
    r"automatic(?:ally)?)"
)
_ARTICLE = r"(?:an?|the|our|all|of)"
_LEADING = re.compile(
    rf"^(?P<verbs>(?:\w+ly\s+)?{_LIGHT}(?:\s*(?:,|and|&)\s*{_LIGHT})*\s+)?"
    rf"(?P<extras>(?:(?:{_ADJECTIVE}|{_ARTICLE})\s+)*)",
    re.IGNORECASE,
)
_NO_OBJECT = re.compile(
    r"^(?:with|at|before|after|on|in|to|for|as|from|it|them|this|that|when|if|every|each|by)\b",
    re.IGNORECASE,
)
_ADDED_TO = re.compile(r"^add\b.*\sto (?:the|our|an?|its|each|every)\b", re.IGNORECASE)
_MEETING_WORDS = re.compile(
    r"^(?:an?\s+|the\s+)?(?:training|reviews?|audits?|documentation|documents?|assessment|"
    r"training (?:sessions?|program(?:me)?s?)|trainings?|workshops?|sessions?|program(?:me)?)"
    r"(?:\s+(?:and\s+\w+|sessions?|program(?:me)?s?|meetings?))?"
    r"\s+(?:of|on|for|about|to|in|regarding|around)\s+",
    re.IGNORECASE,
)
_INCLUDING = re.compile(r"^(?:include|including|cover|contain)\s+", re.IGNORECASE)
_TO_INCLUDE = re.compile(
    r"\s+to (?:include|cover|reflect|contain|outline|describe)\s+(?:more |additional |any |the )*",
    re.IGNORECASE,
)
_DETAILS = re.compile(
    r",?\s+(?:outlining|detailing|describing|covering|"
    r"that (?:outlines|details|describes|covers)) .*$",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:,\s*)?\b(?:(?:in order )?to (?:prevent|avoid|ensure|reduce|minimi[sz]e|mitigate|improve|"
    r"increase|enhance|help|better|raise|keep|make|identify|catch|detect|discuss|refine|involve|"
    r"understand|guarantee|address|maintain|verify|confirm|facilitate|quickly|allow|protect)\b"
    r"|so (?:that|we|the|future|no|our|it|as to)\b|which (?:will|would)\b|this will\b|ensuring\b"
    r"|allowing\b|in the future\b|going forward\b|moving forward\b|emphasi[sz]ing\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_LEAD_IN = re.compile(
    r"^(?:(?:and|also|additionally|then|please|we (?:will|should|must|need to|plan to)|we(?= "
    r"practi[sc]e\b)|"
    r"the team (?:will|should|must))[,:]?\s+)+",
    re.IGNORECASE,
)
_MARGIN = re.compile(
    r"\s*\((?:[^()]*\b)?(?:team|lead|q[1-4]|by \d|due|20\d\d)\b[^()]*\)\s*$"
    r"|\s+[-–—]\s+[^-–—]*\b(?:due|by|owner)\b[^-–—]*\d[^-–—]*$",
    re.IGNORECASE,
)
"""Owner and due date, where they stand behind what is to be done."""
_HOW_OFTEN = re.compile(
    r",?\s+(?:once\s+)?(?:(?:every|each|per)\s+(?:\d+\s+|two\s+|three\s+|six\s+|other\s+|"
    r"second\s+)?"
    r"(?:day|night|week|month|quarter|year)s?|once a (?:week|month|quarter|year)|"
    r"twice a (?:month|quarter|year)|weekly|monthly|quarterly|yearly|annually|regularly|"
    r"periodically)(?=$|,)"
    r"|\s+within (?:the next )?(?:\d+|an?|one|two|three) (?:days?|weeks?|months?)$",
    re.IGNORECASE,
)
_NOT_TO = re.compile(r"^(?:do not|don't|never)\s+(?P<verb>[a-z]+)\b", re.IGNORECASE)
_MODAL = re.compile(
    r"^(?P<who>[^,]{3,60}?)\s+(?:should|must|shall|will|needs? to|has to|have to|is to|are to)\s+"
    r"(?:always\s+)?(?P<verb>[a-z]+)\b(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_OF_ITS_OWN = frozenset(
    {
        *("which", "who", "that", "where", "how", "what", "whether"),
        *("when", "if", "before", "after", "until", "while", "once", "unless", "because", "since"),
    }
)
"""Words that begin a sentence within the sentence."""
_SOUNDS_OPEN = re.compile(r"(?!uni|use|eu|one\b|u[A-Z])[aeiou]", re.IGNORECASE)
_ONE_MORE = re.compile(
    r"^(?:second|separate|secondary|redundant|dedicated|different|stand-?by|spare)\s+(?P<rest>.+)$"
)
_HEAD = re.compile(r"\s+(?:to|in|for|at|on|with|of|from|that|which|who|before|after|when)\b.*$")
_SECOND_REQUEST = re.compile(
    (
        r",?\s+(?:and|then|and then)\s+(?P<verb>[a-z]+)\s+(?=(?:the|an?|it|them|all|each|every|"
        r"our|its)\b)"
    ),
    re.IGNORECASE,
)
_DANGLING = re.compile(
    r"[\s,;:–-]+(?:(?:a|an|and|as|at|be|before|being|by|for|from|in|into|is|are|of|on|or|so|"
    r"such|that|the|"
    r"their|to|which|who|with|when|after)[\s,;:–-]*)+$",
    re.IGNORECASE,
)


def shortened(text: str, longest: int = LONGEST_SUBJECT) -> str:
    """`text` cut at a word, with an ellipsis when something is left out."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 2].rsplit(" ", 1)[0].rstrip(" ,;:-")
    cut = _DANGLING.sub("", cut) or cut
    return f"{cut or text[: longest - 2]} ..."


def uncapitalised(text: str) -> str:
    """`text` with a small first letter, unless its first word is a name or an abbreviation."""
    first = text.split(" ", 1)[0]
    is_name = len(first) > 1 and not re.fullmatch(r"[A-Z]?[a-z]+(?:[-'][a-z]+)*[,:]?", first)
    return text if is_name else text[:1].lower() + text[1:]


def bare(said: str) -> str:
    """What is said without markup, owner, due date, shouting and how often."""
    text = plain_text(said).strip(" .;:!,")
    if text.isupper():
        text = text.lower()
    text = _LEAD_IN.sub("", _MARGIN.sub("", text)).strip(" .;:!,") or text
    return _HOW_OFTEN.sub("", text).strip(" ,;") or text


def purposeless(text: str) -> str:
    """`text` without what it is good for."""
    return _TAIL.sub("", text).strip(" ,;") or text


def noun_phrase(text: str) -> str:
    """`text` as something there can be a review, an audit or a rehearsal of.

    1. "Create a plan": the thing itself.
    2. "Lock the hub": locking it.
    3. "Changes must be reviewed", "the script restarts one instance": changes being reviewed, ...
    4. Anything else names a thing already.
    """
    text = text.strip()
    said = _NOT_TO.match(text)
    if said is not None:
        return f"not {gerund(said['verb'].lower())}{text[said.end() :]}"
    thing = _thing(text)
    if thing is not None:
        return _tidied(thing)
    first, _, rest = text.partition(" ")
    if rest and is_request(first, rest):
        return f"{gerund(first.lower())} {_second_request(rest)}"
    return _tidied(_sentence(text) or uncapitalised(text))


def _thing(text: str) -> str | None:
    """What follows a verb that only asks for it to be there, with its article."""
    match = _LEADING.match(text)
    if match is None or match.end() == 0:
        return None
    core = text[match.end() :].strip()
    if match["verbs"] is None:
        # A phrase that begins with an article may be a sentence.
        return None if _sentence(text) is not None else _with_article(match["extras"], core)
    if not core or _NO_OBJECT.match(core) or _ADDED_TO.match(text):
        return None
    second = _SECOND_REQUEST.search(core)
    if second is not None and second["verb"].lower() in VERBS:
        core = core[: second.start()]
    return _with_article(match["extras"], core)


def _with_article(extras: str, core: str) -> str:
    last = next((w for w in reversed(extras.lower().split()) if w in {"a", "an", "the"}), None)
    if last is None or not core:
        return core
    if last == "the":
        return f"the {core}"
    return f"{'an' if _SOUNDS_OPEN.match(core) else 'a'} {core}"


def articled(core: str) -> str:
    """`core` with the article that a headline leaves out: "second uplink for the printers"."""
    match = _ONE_MORE.match(core)
    if match is None or re.search(r"(?<!s)s$", _HEAD.sub("", match["rest"])):
        return core
    return _with_article("a", core)


def _tidied(core: str) -> str:
    inner = _MEETING_WORDS.sub("", core).strip()
    core = _INCLUDING.sub("", inner or core).strip() or core
    core = _DETAILS.sub("", core).strip() or core
    return articled(uncapitalised(_TO_INCLUDE.sub(": ", core, count=1)))


def _second_request(rest: str) -> str:
    """A second request joins in: "... and let it fail"."""
    match = _SECOND_REQUEST.search(rest)
    if match is None or match["verb"].lower() not in VERBS:
        return rest
    return (
        f"{rest[: match.start('verb')]}{gerund(match['verb'].lower())}{rest[match.end('verb') :]}"
    )


def _sentence(text: str) -> str | None:
    """A sentence as the noun phrase that says the same, or None for what is none."""
    modal = _MODAL.match(text)
    if modal is not None:
        verb = modal["verb"].lower()
        doing = "being" if verb == "be" else gerund(verb)
        return f"{uncapitalised(modal['who'])} {doing}{modal['rest']}"
    words = text.split(" ")
    for place in range(1, min(len(words) - 1, _MOST_WORDS_BEFORE_THE_VERB)):
        rest = " ".join(words[place + 1 :])
        before = " ".join(words[:place])
        if words[place - 1].lower() in _OF_ITS_OWN:
            return None
        verb = third_person(words[place], rest) or _plural(words, place)
        if verb is not None:
            return f"{uncapitalised(before)} {gerund(verb)} {rest}"
        if words[place].lower() in {"is", "are"}:
            return f"{uncapitalised(before)} being {rest}"
    return None


def _plural(words: list[str], place: int) -> str | None:
    """The verb of "scanners work offline": right after a plural that begins the sentence."""
    if not re.fullmatch(r"[A-Za-z]{2,}[^\Ws]s", words[place - 1]):
        return None
    word, rest = words[place].lower(), " ".join(words[place + 1 :])
    is_verb = word in VERBS and (is_request(word, rest) or _HEAD.match(f" {rest}"))
    return word if is_verb else None
