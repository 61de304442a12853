"""Services as far as a report tells of them: what it names, and what that plainly stands on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from twiceshy.guards.propose.cause import stands_on
from twiceshy.guards.propose.proposal import ServiceSketch
from twiceshy.model.ids import ServiceId
from twiceshy.model.report import CauseClass, Report

MOST_SERVICES = 4
"""Services of one report that get guards of their own; a report that lists more lists features."""
_LONGEST_ID = 40
_NOT_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


class Sort(StrEnum):
    """What a service is, as its name tells; decides how its users are imitated."""

    MAIL = "mail"
    LOGIN = "login"
    DATABASE = "database"
    DNS = "dns"
    WEB = "web"


_SORTS: tuple[tuple[Sort, re.Pattern[str]], ...] = (
    (Sort.MAIL, re.compile(r"\be?-?mails?\b|\bsmtp\b|\bimap\b|\bmailing\b", re.IGNORECASE)),
    (
        Sort.LOGIN,
        re.compile(r"\bauth\w*|\blog-?ins?\b|\bsign-?in\b|\bsso\b|\bidentity\b", re.IGNORECASE),
    ),
    (Sort.DATABASE, re.compile(r"\b(?:database|db|mysql|postgres\w*|mongo\w*)\b", re.IGNORECASE)),
    (Sort.DNS, re.compile(r"\bdns\b|\bname ?servers?\b", re.IGNORECASE)),
)

_EXAMPLES = {
    Sort.MAIL: "smtp://mail.example.org:25",
    Sort.LOGIN: "https://login.example.org/",
    Sort.DATABASE: "postgres://db.example.org:5432",
    Sort.DNS: "tcp://ns1.example.org:53",
    Sort.WEB: "https://www.example.org/",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """The services of one report: those its users lost, and those they stand on."""

    lost: tuple[ServiceSketch, ...]
    """Never empty; the first is the one the report is about."""
    beneath: tuple[ServiceSketch, ...] = ()

    @property
    def sketches(self) -> tuple[ServiceSketch, ...]:
        """All of them, each before what it stands on."""
        return (*self.lost, *self.beneath)


def slug(text: str, *, longest: int = _LONGEST_ID) -> str:
    """`text` as an id of lower case letters, digits and single hyphens; empty for nothing left."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    short = ""
    for word in words:
        longer = f"{short}-{word}" if short else word[:longest]
        if len(longer) > longest:
            break
        short = longer
    return short


def sort_of(name: str) -> Sort:
    """What sort of service a name speaks of; `web` when it does not say."""
    return next((sort for sort, pattern in _SORTS if pattern.search(name)), Sort.WEB)


def _named(name: str) -> str:
    return re.sub(
        r"^(?:the|our|a|an|all|main company|company's)\s+", "", name.strip(), flags=re.IGNORECASE
    )


def _taken_apart(names: tuple[str, ...]) -> dict[ServiceId, str]:
    found: dict[ServiceId, str] = {}
    for raw in names:
        name = _named(raw)
        if slug(name):
            found.setdefault(_service_id(name), name)
    return found


def _service_id(name: str) -> ServiceId:
    """An id that YAML cannot take for a number or a truth value."""
    short = slug(name)
    is_word = short[0].isalpha() and short not in _NOT_WORDS
    return ServiceId(short if is_word else f"service-{short}")


def scene_of(report: Report) -> Scene:
    """The services of `report`; one named after the report when it names none."""
    named = _taken_apart(report.services)
    if not named:
        fallback = slug(f"{report.id}") or "report"
        named = {_service_id(f"service-of-{fallback}"): ""}
    cause = report.cause.cause_class if report.cause is not None else CauseClass.OTHER
    first_id, first_name = next(iter(named.items()))
    below = stands_on(cause)
    beneath: tuple[ServiceSketch, ...] = ()
    if below is not None and first_name and below.id not in first_id:
        sketch = ServiceSketch(
            ServiceId(f"{first_id}-{below.id}"),
            f"{below.summary} of {first_name}",
            example=below.example,
        )
        beneath = (sketch,)
    lost = tuple(
        ServiceSketch(id_, name or None, example=_EXAMPLES[sort_of(name)])
        for id_, name in tuple(named.items())[:MOST_SERVICES]
    )
    if beneath:
        lost = (replace(lost[0], depends_on=(beneath[0].id,)), *lost[1:])
    return Scene(lost, beneath)
