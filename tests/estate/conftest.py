from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from twiceshy.estate.load import InvalidEstate, load_estate
from twiceshy.model.estate import Estate
from twiceshy.model.fact import Fact
from twiceshy.model.ids import KindId
from twiceshy.model.kind import Kind
from twiceshy.model.verdict import Unknown, Verdict

EXAMPLE = """\
version: 1
reports:
  - reports/
hosts:
  mail-1: {reach: local, addresses: [192.0.2.10]}
services:
  dns:
  internet:
  mail:
    summary: Outgoing and incoming mail
    owner: ops
    endpoints:
      smtp: smtp://mail.example.org:25
      web: {url: "https://mail.example.org/", addresses: [192.0.2.10, "2001:db8::10"]}
    hosts: [mail-1]
    depends_on: [dns]
people:
  ops: {name: Operations team, channels: [ops-chat], zone: Europe/Zagreb}
channels:
  ops-chat: {url: env:OPS_CHAT_URL, depends_on: [internet]}
guards:
  - id: mail-certificate
    kind: certificate
    target: mail
    promise: {days: 21}
    every: 6h
    because: [mail-2024#a2]
    why: The alarm comes 21 days before users would notice.
"""


@dataclass(frozen=True, slots=True)
class Flow:
    """A way through."""

    to: str
    """Where it leads."""
    port: int = 25
    """Which door."""


@dataclass(frozen=True, slots=True)
class ToyPromise:
    """What a toy promises."""

    days: int
    """How long it lasts."""
    colour: Literal["red", "blue"] = "red"
    """What it looks like,
    from outside."""
    flows: tuple[Flow, ...] = ()
    """What passes."""
    limit: int | str | None = None
    """A number or a word."""
    password: str | None = None
    """Where the password is kept."""

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError("days must be at least 1")


def _judge(_promise: ToyPromise, _fact: Fact, _now: datetime) -> Verdict:
    return Unknown("a toy cannot know")


TOY = Kind(KindId("toy"), "It plays.", ToyPromise, Fact, _judge, timedelta(hours=2))
WORD = Kind(
    KindId("word"), "It is said.", ToyPromise, Fact, _judge, timedelta(days=1), targets_estate=False
)


@pytest.fixture
def example() -> str:
    return EXAMPLE


@pytest.fixture
def kinds() -> tuple[Kind, ...]:
    return (TOY, WORD)


@pytest.fixture
def toy_promise() -> type[ToyPromise]:
    return ToyPromise


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Estate]:
    """Loads this text as the file `twiceshy.yaml` beside a report `reports/mail-2024.md`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "mail-2024.md").write_text("# Mail was down\n")

    def load_text(text: str | bytes, kinds: tuple[Kind, ...] | None = (TOY, WORD)) -> Estate:
        data = text if isinstance(text, bytes) else textwrap.dedent(text).encode()
        Path("twiceshy.yaml").write_bytes(data)
        return load_estate("twiceshy.yaml", kinds=kinds)

    return load_text


@pytest.fixture
def mistakes(load: Callable[..., Estate]) -> Callable[..., list[str]]:
    """The lines that tell what is wrong with a text, without the name of the file."""

    def mistakes_of(text: str | bytes) -> list[str]:
        with pytest.raises(InvalidEstate) as refusal:
            load(text)
        return [str(one).removeprefix("twiceshy.yaml:") for one in refusal.value.mistakes]

    return mistakes_of
