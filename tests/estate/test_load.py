from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from twiceshy.errors import UnreadableInput, YourInput
from twiceshy.estate.load import InvalidEstate, load_estate
from twiceshy.estate.mistakes import SHOWN_MISTAKES
from twiceshy.model.endpoint_url import parse_endpoint
from twiceshy.model.estate import Channel, Endpoint, Estate, Host, Person, Secret, Service
from twiceshy.model.ids import (
    ActionId,
    ActionRef,
    ChannelId,
    GuardId,
    HostId,
    PersonId,
    ReportId,
    ServiceId,
)
from twiceshy.model.place import Place

Load = Callable[..., Estate]
MistakesOf = Callable[..., list[str]]

CASES = Path(__file__).parent / "cases"
"""Estate files with mistakes, each beside the lines that tell them."""


def place(line: int, column: int) -> Place:
    return Place("twiceshy.yaml", line, column)


def test_it_reads_the_whole_example(load: Load, example: str) -> None:
    estate = load(example, None)
    assert [(report.id, report.path) for report in estate.reports] == [
        ("mail-2024", "reports/mail-2024.md")
    ]
    assert estate.hosts == {"mail-1": Host(HostId("mail-1"), "local", ("192.0.2.10",), place(5, 3))}
    assert list(estate.services) == ["dns", "internet", "mail"]
    assert estate.services[ServiceId("mail")] == Service(
        ServiceId("mail"),
        "Outgoing and incoming mail",
        PersonId("ops"),
        (
            Endpoint("smtp", "smtp://mail.example.org:25", (), place(13, 7)),
            Endpoint(
                "web", "https://mail.example.org/", ("192.0.2.10", "2001:db8::10"), place(14, 7)
            ),
        ),
        (HostId("mail-1"),),
        (ServiceId("dns"),),
        place(9, 3),
    )
    assert estate.people == {
        "ops": Person(
            PersonId("ops"),
            "Operations team",
            (ChannelId("ops-chat"),),
            "Europe/Zagreb",
            place(18, 3),
        )
    }
    assert estate.channels == {
        "ops-chat": Channel(
            ChannelId("ops-chat"),
            Secret("env:OPS_CHAT_URL"),
            (ServiceId("internet"),),
            place(20, 3),
        )
    }
    guard = estate.guards[GuardId("mail-certificate")]
    assert (guard.kind, guard.target, guard.promise.days) == ("certificate", "mail", 21)
    assert guard.every == timedelta(hours=6)
    assert guard.because == (ActionRef(ReportId("mail-2024"), ActionId("a2")),)
    assert guard.why == "The alarm comes 21 days before users would notice."
    assert guard.place == place(22, 5)


def test_the_smallest_estate_has_only_a_version(load: Load) -> None:
    assert load("version: 1\n") == Estate("twiceshy.yaml")


def test_sections_that_are_begun_and_still_empty_are_no_mistake(load: Load) -> None:
    text = "version: 1\nreports:\nhosts:\nservices:\npeople:\nchannels:\nguards:\n"
    assert load(text) == Estate("twiceshy.yaml")


def test_an_unknown_key_is_told_with_the_one_that_was_meant(mistakes: MistakesOf) -> None:
    text = """\
    version: 1
    services:
      mail:
        endpoint: {}
    """
    assert mistakes(text) == [
        "4:5: unknown key 'endpoint' in service 'mail' (did you mean 'endpoints'?)"
    ]


@pytest.mark.parametrize("case", sorted(CASES.glob("*.yaml")), ids=lambda case: str(case.stem))
def test_the_mistakes_of_a_case_are_told_to_the_letter(mistakes: MistakesOf, case: Path) -> None:
    expected = case.with_suffix(".txt").read_text().splitlines()
    assert mistakes(case.read_bytes()) == expected


def test_the_message_counts_the_mistakes_and_lists_each_on_its_line(load: Load) -> None:
    with pytest.raises(InvalidEstate) as refusal:
        load("version: 1\na: 1\nhostz: 1\n")
    assert isinstance(refusal.value, YourInput)
    assert str(refusal.value).splitlines()[0] == "twiceshy.yaml has 2 mistakes:"
    assert str(refusal.value).splitlines()[2] == (
        "twiceshy.yaml:3:1: unknown key 'hostz' in the estate (did you mean 'hosts'?)"
    )


def test_more_mistakes_than_anybody_reads_are_kept_and_counted(load: Load) -> None:
    many = SHOWN_MISTAKES + 17
    with pytest.raises(InvalidEstate) as refusal:
        load("version: 1\n" + "".join(f"key{number}: 1\n" for number in range(many)))
    assert len(refusal.value.mistakes) == many
    assert str(refusal.value).endswith("\n... and 17 more")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("guards: []", "1:1: the estate needs 'version' (version: 1)"),
        ("version: true", "1:10: 'version' of the estate: true is not a version (allowed: 1)"),
        ("version: '1'", "1:10: 'version' of the estate: '1' is not a version (allowed: 1)"),
        ("- version: 1", "1:1: the estate must be a mapping of keys, not a list"),
        ("just words", "1:1: the estate must be a mapping of keys, not 'just words'"),
        ("null", "1:1: the file must be a mapping of keys, not nothing"),
    ],
)
def test_the_top_of_the_file_is_checked(mistakes: MistakesOf, text: str, told: str) -> None:
    assert mistakes(text) == [told]


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("hosts: [a]", "2:8: 'hosts' must be a mapping of names, not a list"),
        ("services: mail", "2:11: 'services' must be a mapping of names, not 'mail'"),
        ("people: {ops: Anna}", "2:15: person 'ops' must be a mapping of keys, not 'Anna'"),
        ("guards: {a: b}", "2:9: 'guards' must be a list, not a mapping (- id: ...)"),
        ("guards: [a]", "2:10: a guard must be a mapping of keys, not 'a'"),
        ("guards: [ ~ ]", "2:11: a guard must be a mapping of keys, not nothing"),
        ("hosts: {a: {reach: [b]}}", "2:20: 'reach' of host 'a': this must be text, not a list"),
        (
            "services: {a: {summary: 5}}",
            "2:25: 'summary' of service 'a': 5 is not text (put quotes around it)",
        ),
        (
            "services: {a: {summary: }}",
            "2:25: 'summary' of service 'a' is empty (write a value or leave the key out)",
        ),
        (
            "services: {a: {summary: ' '}}",
            "2:25: 'summary' of service 'a' is empty (write a value or leave the key out)",
        ),
    ],
)
def test_values_of_the_wrong_shape_are_told(mistakes: MistakesOf, section: str, told: str) -> None:
    assert mistakes(f"version: 1\n{section}\n") == [told]


@pytest.mark.parametrize(
    ("written", "every"),
    [
        ("30s", timedelta(seconds=30)),
        ("5m", timedelta(minutes=5)),
        ("6h", timedelta(hours=6)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_durations_are_read(load: Load, written: str, every: timedelta) -> None:
    guards = f"[{{id: a, kind: word, every: {written}, promise: {{days: 1}}}}]"
    assert load(f"version: 1\nguards: {guards}\n").guards[GuardId("a")].every == every


@pytest.mark.parametrize(
    "written", ["0s", "-5m", "5", "6H", "1.5h", "h", "99999999h", "9999w", "5m "]
)
def test_what_is_no_duration_is_refused(mistakes: MistakesOf, written: str) -> None:
    guards = f"[{{id: a, kind: word, every: '{written}', promise: {{days: 1}}}}]"
    (told,) = mistakes(f"version: 1\nguards: {guards}\n")
    assert told.startswith(f"2:37: 'every' of guard 'a': '{written}' is ")


@pytest.mark.parametrize(
    "zone", ["Europe", "../etc/passwd", "/etc/localtime", "Mars/Base", "europe zagreb"]
)
def test_what_is_no_zone_is_refused(mistakes: MistakesOf, zone: str) -> None:
    (told,) = mistakes(f"version: 1\npeople: {{ops: {{zone: '{zone}'}}}}\n")
    assert told.startswith(f"2:22: 'zone' of person 'ops': '{zone}' is not an IANA time zone (")


@pytest.mark.parametrize(
    "written",
    [
        "https://hooks.example.org/services/hunter2",
        "hunter2",
        "mailto:hunter2@example.org",
        "smtp://ops:hunter2@mail.example.org",
        "env:hunter2-",
        "env: HUNTER2",
        "file:",
        "ENV:HUNTER2",
    ],
)
def test_a_secret_in_the_file_is_refused_and_never_repeated(
    mistakes: MistakesOf, written: str
) -> None:
    (told,) = mistakes(f"version: 1\nchannels: {{chat: {{url: '{written}'}}}}\n")
    assert told == (
        "2:24: 'url' of channel 'chat': a secret is never written here:"
        " say where it is kept, env:NAME or file:PATH"
    )


def test_credentials_in_endpoints_and_references_are_never_repeated(mistakes: MistakesOf) -> None:
    text = """\
    version: 1
    hosts: {a: {reach: "ssh://ops:hunter2@a"}}
    services:
      mail:
        owner: https://hooks.example.org/hunter2
        endpoints:
          one: https://ops:hunter2@mail.example.org/
          two: htp://ops:hunter2@mail.example.org/
          three: {url: "smtp://hunter2@mail.example.org"}
    guards:
      - {id: a, kind: toy, target: "htp://x:hunter2@y", promise: {days: 1}}
      - {id: b, kind: toy, target: mail, promise: {days: 1, password: hunter2}}
      - {id: c, kind: signal, target: mail, promise: {login: {api_key: hunter2}}}
      - {id: d, kind: signal, target: mail, promise: {urls: ["https://ops:hunter2@mail"]}}
      - {id: e, kind: toy, target: mail, promise: {days: 1, password: [hunter2]}}
    """
    told = mistakes(text)
    assert [line.partition(":")[0] for line in told] == [
        "2",
        "5",
        "7",
        "8",
        "9",
        "11",
        "12",
        "13",
        "14",
        "15",
    ]
    assert "hunter2" not in "".join(told)


def test_places_of_secrets_are_kept_and_shown_as_places(load: Load) -> None:
    text = "version: 1\nchannels: {a: {url: env:CHAT_URL}, b: {url: 'file:/run/secrets/a b'}}\n"
    channels = load(text).channels
    assert [str(channel.url) for channel in channels.values()] == [
        "env:CHAT_URL",
        "file:/run/secrets/a b",
    ]


def test_a_target_is_a_service_an_endpoint_a_host_or_a_url(
    load: Load, mistakes: MistakesOf
) -> None:
    text = """\
    version: 1
    hosts: {mail-1: {}}
    services: {mail: {endpoints: {smtp: "smtp://mail.example.org"}}}
    guards:
      - {id: a, kind: toy, target: mail, promise: {days: 1}}
      - {id: b, kind: toy, target: mail.smtp, promise: {days: 1}}
      - {id: c, kind: toy, target: mail-1, promise: {days: 1}}
      - {id: d, kind: toy, target: "https://www.example.org/", promise: {days: 1}}
      - {id: e, kind: word, target: whatever one likes, promise: {days: 1}}
      - {id: f, kind: word, promise: {days: 1}}
    """
    targets = [guard.target for guard in load(text).guards.values()]
    assert targets[3:] == ["https://www.example.org/", "whatever one likes", ""]
    assert parse_endpoint(targets[3]).port == 443
    unknown = "'target' of guard 'b': there is no service, endpoint or host 'mail.smpt'"
    assert mistakes(text.replace("mail.smtp,", "mail.smpt,").replace("target: mail-1, ", "")) == [
        f"6:32: {unknown} (did you mean 'mail.smtp'?)",
        "7:5: guard 'c' needs 'target' (a service, service.endpoint, host or URL)",
    ]


def test_a_list_of_names_may_be_one_name_alone(load: Load) -> None:
    text = "version: 1\nservices: {a: {depends_on: b}, b: {}}\n"
    assert load(text).services[ServiceId("a")].depends_on == ("b",)


def test_two_guards_with_one_id_are_told(mistakes: MistakesOf) -> None:
    guard = "{id: a, kind: word, promise: {days: 1}}"
    assert mistakes(f"version: 1\nguards:\n  - {guard}\n  - {guard}\n") == [
        "4:10: two guards have the id 'a' (first on line 3)"
    ]


def test_the_cadence_of_the_kind_is_taken_when_none_is_said(load: Load) -> None:
    text = """\
    version: 1
    services: {mail: {}}
    guards:
      - {id: a, kind: toy, target: mail, promise: {days: 1}}
      - {id: b, kind: signal, target: mail}
    """
    assert [guard.every for guard in load(text).guards.values()] == [
        timedelta(hours=2),
        timedelta(days=1),
    ]


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput) as refusal:
        load_estate(tmp_path / "twiceshy.yaml")
    assert "does not exist" in refusal.value.message
    assert refusal.value.hint is not None
    assert "twiceshy propose REPORT -o twiceshy.yaml" in refusal.value.hint


@pytest.mark.parametrize("name", [".", "a\0b"])
def test_what_is_no_file_is_unreadable(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableInput):
        load_estate(f"{tmp_path}/{name}")
