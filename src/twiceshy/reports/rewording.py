"""Which actions only reword an earlier one.

Two actions are the same when they want the same done (their intents: monitor, alert, train, ...)
to the same thing (the words that are left). An earlier action that wants more than the later one
is not reworded by it: "better practices and monitoring" is more than "monitoring".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from twiceshy.reports.phrases import Phrasebook, Phrases, lower

_INTENTS: tuple[tuple[str, str], ...] = (
    ("monitor", r"monitor\w*|observ\w*|dashboards?|track(?:ing)?"),
    ("alert", r"alert\w*|alarms?|notif\w*|warning\w*"),
    ("remind", r"remind\w*"),
    ("document", r"document\w*|wiki|run-?books?\b|guides?\b|handbook"),
    ("train", r"train\w*|workshops?|educat\w*|onboard\w*"),
    ("audit", r"audit\w*|validat\w*|scan\w*"),
    ("review", r"review\w*|peer[- ]review|code review"),
    ("plan", r"playbooks?|incident response plans?|response plans?|plan\b|procedures? for"),
    ("test", r"tests?\b|testing\b|tested\b|staging|ci\b|simulat\w*|drills?|rehears\w*"),
    ("automate", r"automate\b|automating|automation"),
    ("backup", r"backups?\b"),
    ("redundancy", r"redundan\w*|failover|fail-over|replica\w*|high availability|standby"),
    ("limit", r"rate[- ]limit\w*|throttl\w*|quota"),
    ("practice", r"practices|policies|policy|processes"),
    ("patch", r"patch\w*"),
    ("fix", r"fix\b|fixing|repair"),
    ("scale", r"scal(?:e|ing)\b|auto-?scal\w*|capacity|increase"),
    ("meeting", r"meetings?\b|retrospective|post-?incident review"),
    ("maintain", r"(?:review|revis)\w* and updat\w*|update\b"),
)  # fmt: skip
_SAID = Phrasebook((intent, Phrases.of(pattern)) for intent, pattern in _INTENTS)
_PURPOSE = Phrases.of(
    r"to (?:ensure|prevent|avoid|detect|identify|discuss|make sure|help|better|catch|improve|include|allow|outline|cover|reduce|address|find|verify|guarantee)|so that|in order|using|with (?:a )?focus|during|that (?:will|can|outlines?)|ensuring|including|outlining|before being|for better|well in advance",
    end=r"\b",
)  # fmt: skip
_STOP_TEXT = """
a an the and or of for to in on with by from at into our their its all any is are be will
should must can as that this these those it we implement implementing implementation introduce
enhance enhanced enhancing improve improved improving set up setup conduct perform create
develop ensure provide update updated add adding use using make new better more robust regular
regularly similar future issue issues incident incidents prevent critical potential thorough
comprehensive tool tools system systems mechanism mechanisms capability capabilities process
processes team teams well advance upcoming date dates real time real-time automated automatic
automatically task improvement schedule scheduled establish maintain proper properly proactive
proactively include includes including also other such based like ongoing sudden session
sessions program members member staff rigorous management administration administer conducting
revise revised best practice practices configure configured quickly resolve resolved respond
detect detection level levels across
"""
_STOP = frozenset(_STOP_TEXT.split())
_SAME_WORD = {
    "expiration": "expiry", "expirations": "expiry", "expire": "expiry", "expires": "expiry", "expired": "expiry",
    "devices": "component", "components": "component", "certificates": "certificate", "certs": "certificate", "cert": "certificate",
    "tls": "ssl", "db": "database", "databases": "database", "e-mail": "email", "mails": "email", "mail": "email", "emails": "email",
    "anomalies": "abnormal", "anomaly": "abnormal", "spikes": "abnormal", "spike": "abnormal", "patterns": "abnormal", "drops": "abnormal",
    "misconfigurations": "configuration", "misconfiguration": "configuration", "config": "configuration", "configs": "configuration",
}  # fmt: skip
_WORD = re.compile(r"[a-z][a-z0-9'-]+")
_COVERED = 0.5
_COMPARED = 200
_NAME = re.compile(
    r"^(?:task|action|step|todo|measure|improvement|item)?\s*\d*\s*[:.)]\s*", re.IGNORECASE
)
_FIRST = re.compile(r"[.!?](?<=[a-z)].)\s")
"""Where a first sentence ends; the mark stands before the look behind it for a fast search."""


@lru_cache(maxsize=2048)
def _wants(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """An action's intents and the things it is about."""
    name = _NAME.match(text)
    head = text if name is None else text[name.end() :]
    if (first := _FIRST.search(head)) is not None:
        head = head[: first.start()]
    purpose = _PURPOSE.search(head)
    main = head if purpose is None else head[: purpose.start()]
    if len(main) < 20:
        main = head
    intents, things = _said(main, head)
    if not things and main != head:
        _, things = _said(head, head)
    if "meeting" in intents:
        intents = frozenset({"meeting"})
    return intents, things


def _said(text: str, within: str) -> tuple[frozenset[str], frozenset[str]]:
    """The intents of a text, and the stems of what is said beside them."""
    intents = set()
    spans: list[tuple[int, int]] = []
    for intent, matches in _SAID.found_in(text, within=within):
        intents.add(intent)
        spans += [match.span() for match in matches]
    low = lower(text)
    if spans:
        said = [m[0] for m in _WORD.finditer(low) if not _within(m.start(), spans)]
    else:
        said = _WORD.findall(low)
    things = [_stem(word) for word in said if word not in _STOP]
    return frozenset(intents), frozenset(things)


def _within(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    for start, end in spans:  # noqa: SIM110 - any() costs thrice as much, once for every word
        if start <= place < end:
            return True
    return False


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    word = _SAME_WORD.get(word, word).removesuffix("'s")
    word = _SAME_WORD.get(word, word)
    for ending in ("ations", "ation", "ings", "ing", "ies", "es", "ed", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


_BY_PEOPLE = frozenset({"train", "plan"})
_SAID_MORE = frozenset({"alert", "audit", "test", "practice"})
"""Intents that a shorter wording of the same action may leave out."""


def rewords(later: str, earlier: str) -> bool:
    """Whether the later action only says the earlier one again."""
    mine, my_things = _wants(later)
    theirs, their_things = _wants(earlier)
    if mine or theirs:
        if not mine & theirs:
            return False
        lenient = _SAID_MORE if "monitor" not in theirs else _SAID_MORE - {"practice"}
        if theirs - mine - lenient:
            return False
        if mine - {"practice"} == theirs - {"practice"} and (
            not my_things or len(mine) > 1 or mine & _BY_PEOPLE
        ):
            # Training, plans and the like are about the incident, whatever words they use for it.
            return not my_things or bool(mine & _BY_PEOPLE) or bool(my_things & their_things)
    common = my_things & their_things
    if not common:
        return False
    share = len(common) / min(len(my_things), len(their_things))
    return share >= _COVERED and (len(common) > 1 or share == 1)


def first_said(actions: Sequence[tuple[str, str | None]]) -> list[int | None]:
    """For each action, given as text and list, the index of the earlier one it rewords, or None.

    Actions of one list are never the same as each other: whoever wrote it listed them apart.
    """
    same: list[int | None] = []
    for index, (text, group) in enumerate(actions[:_COMPARED]):
        same.append(
            next(
                (
                    earlier
                    for earlier, (other, other_group) in enumerate(actions[:index])
                    if same[earlier] is None and other_group != group and rewords(text, other)
                ),
                None,
            )
        )
    same.extend([None] * (len(actions) - len(same)))
    return same
