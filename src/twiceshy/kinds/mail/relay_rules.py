"""Are strangers kept from relaying, and are the access lists ones that Postfix can run?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twiceshy.kinds.finding import Finding
from twiceshy.kinds.mail.value_rules import finding, place_of
from twiceshy.languages.postfix import Instance, Service, Word
from twiceshy.languages.postfix.restrictions import (
    LISTS,
    Passage,
    Stops,
    has_a_guard,
    passage,
    unknown_in,
)
from twiceshy.model.verdict import Evidence, Severity

_RELAY, _RECIPIENT = "smtpd_relay_restrictions", "smtpd_recipient_restrictions"
_LEVEL_WITH_RELAY = 1
"""From this compatibility_level on, smtpd_relay_restrictions has a built-in guard."""


def judge_relaying(instance: Instance) -> Iterator[Finding]:
    """main.cf as it is for every service, then each smtpd with settings of its own."""
    if instance.main is None:
        return
    servers: list[Service | None] = [one for one in instance.services if one.is_smtpd]
    seen: set[tuple[object, ...]] = set()
    for service in servers or [None]:
        key = tuple(instance.raw(name, service) for name in LISTS)
        if key in seen:
            continue
        seen.add(key)
        yield from _one(instance, service)


def _one(instance: Instance, service: Service | None) -> Iterator[Finding]:
    def classes(name: str) -> Sequence[Word] | None:
        named = instance.words("smtpd_restriction_classes", service) or ()
        if name not in {word.text for word in named}:
            return None
        return instance.words(name, service) or ()

    whose = f" of {service.title}" if service is not None else ""
    for name in LISTS:
        words = instance.words(name, service)
        for one in unknown_in(words or (), classes):
            yield finding(
                f"{name}{whose}: there is no restriction {one.word.text[:60]!r}",
                one.word.place,
                Severity.CRITICAL,
                "Every client is answered with 451 Server configuration error.",
                "Correct the name, or list it in smtpd_restriction_classes.",
            )
    lists = {name: _words(instance, name, service) for name in (_RELAY, _RECIPIENT)}
    if any(words is None for words in lists.values()):
        return
    known = {name: words for name, words in lists.items() if words is not None}
    passages = {name: passage(words, classes) for name, words in known.items()}
    yield from _open(instance, service, passages, whose)
    if not any(has_a_guard(words, classes) for words in known.values()):
        setting = instance.setting(_RELAY, service) or instance.setting(_RECIPIENT, service)
        yield finding(
            f"neither {_RELAY} nor {_RECIPIENT}{whose} stops strangers",
            place_of(None, setting, instance),
            Severity.CRITICAL,
            "smtpd refuses to run without reject_unauth_destination, defer_unauth_destination, "
            "reject or defer: no mail comes in",
            "Add reject_unauth_destination.",
        )


def _words(instance: Instance, name: str, service: Service | None) -> tuple[Word, ...] | None:
    if instance.setting(name, service) is not None:
        return instance.words(name, service)
    if name == _RECIPIENT or _relay_is_empty(instance):
        return ()
    place = place_of(None, None, instance)
    return tuple(
        Word(text, place)
        for text in ("permit_mynetworks", "permit_sasl_authenticated", "defer_unauth_destination")
    )


def _relay_is_empty(instance: Instance) -> bool:
    """Whether the built-in list is empty, for compatibility with Postfix before 2.10."""
    level = instance.text("compatibility_level")
    if instance.setting("compatibility_level") is None:
        return True
    digits = (level or "").partition(".")[0]
    return digits.isdigit() and int(digits) < _LEVEL_WITH_RELAY


def _open(
    instance: Instance, service: Service | None, passages: dict[str, Passage], whose: str
) -> Iterator[Finding]:
    states = {one.stops for one in passages.values()}
    if Stops.YES in states:
        name, kept = next((name, one) for name, one in passages.items() if one.stops is Stops.YES)
        said = kept.word.text if kept.word is not None else ""
        place = kept.word.place if kept.word is not None else None
        yield Finding("", Evidence(f"{name}{whose}", f"{said} keeps strangers out", place))
        return
    chosen = next(
        (
            (name, one)
            for name, one in passages.items()
            if one.word is not None and instance.setting(name, service) is not None
        ),
        None,
    )
    if chosen is None:
        return
    name, one = chosen
    place = place_of(one.word, instance.setting(name, service), instance)
    said = one.word.text if one.word is not None else "the end of the list"
    if Stops.PERHAPS in states:
        why = f"{name}{whose}: {said} is asked before anything stops strangers"
        yield Finding(
            f"{place}: {why}",
            Evidence(why, "it hinges on what the table or service answers", place),
            unknown=True,
            next_step="Put reject_unauth_destination before it, or into smtpd_relay_restrictions.",
        )
        return
    yield finding(
        f"{name}{whose}: {said} comes before anything that stops strangers: an open relay",
        place,
        Severity.CRITICAL,
        "Anyone may send mail to anywhere through this host",
        "Put reject_unauth_destination before it.",
    )
