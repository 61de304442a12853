from __future__ import annotations

from pathlib import Path

import pytest

from twiceshy.estate.load import read_estate
from twiceshy.estate.merge import Additions, merge
from twiceshy.estate.skeleton import GuardEntry, ReportEntry, ServiceEntry, Setting, Skeleton
from twiceshy.estate.write import render


@pytest.fixture
def file(tmp_path: Path) -> str:
    for name in ("one.md", "two.md"):
        (tmp_path / name).write_text("# A report")
    return str(tmp_path / "twiceshy.yaml")


def practice(id_: str, *because: str, target: str = "mail") -> GuardEntry:
    promise: dict[str, Setting] = {"what": "trained", "subject": id_, "within_days": 90}
    return GuardEntry(id_, "practice", target, promise, "1d", because, "Because people forget.")


def certificate(*because: str, target: str = "mail") -> GuardEntry:
    id_ = f"{target}-certificate-lasts"
    return GuardEntry(id_, "certificate", target, {"days": 21}, "6h", because, "It warns.")


FIRST = Skeleton(
    (ReportEntry("one", "one.md"),),
    (ServiceEntry("mail", "Mail"),),
    (certificate("one#a1"), practice("team-trained", "one#a2")),
)
SECOND = Skeleton(
    (ReportEntry("one", "one.md"), ReportEntry("two", "two.md")),
    (ServiceEntry("mail", "Mail"), ServiceEntry("shop", "Shop")),
    (
        certificate("one#a1", "two#a1"),
        practice("team-trained", "one#a2"),
        certificate("two#a2", target="shop"),
        practice("shop-rehearsed", "two#a3", target="shop"),
    ),
)


def merged(text: str, file: str, skeleton: Skeleton = SECOND) -> tuple[str, Additions]:
    """The merged text, after the checks that hold for every merge."""
    result, added = merge(text, read_estate(text.encode(), file), skeleton)
    estate = read_estate(result.encode(), file)
    refs = {str(ref) for guard in estate.guards.values() for ref in guard.because}
    assert {ref for guard in skeleton.guards for ref in guard.because} <= refs
    again, nothing = merge(result, estate, skeleton)
    assert nothing.are_none
    assert again == result
    return result, added


def is_kept(old: str, new: str) -> bool:
    """Whether every line of `old` is in `new`, in the same order."""
    remaining = iter(new.splitlines())
    return all(line in remaining for line in old.splitlines())


def test_merging_the_same_again_changes_not_a_byte(file: str) -> None:
    text = render(FIRST)
    result, added = merged(text, file, FIRST)
    assert result == text
    assert added.are_none


def test_a_second_report_is_added_at_the_ends(file: str) -> None:
    text = render(FIRST)
    result, added = merged(text, file)
    assert is_kept(text.replace("[one#a1]", "[one#a1, two#a1]"), result)
    assert [one.id for one in added.guards] == ["shop-certificate-lasts", "shop-rehearsed"]
    assert [one.id for one in added.services] == ["shop"]
    assert [one.id for one in added.reports] == ["two"]
    assert added.joined == (("mail-certificate-lasts", ("two#a1",)),)


def test_a_persons_edits_order_and_comments_stay(file: str) -> None:
    text = """\
# our estate
version: 1
guards:   # ours
  # the strict one
  - id: my-name-for-it
    kind: certificate
    target: mail
    promise: {days: 45, roots: system}   # longer than proposed
    because: one#a1
    every: 1h

  - {id: team-trained, kind: practice, promise: {what: trained, subject: all, within_days: 7}, because: [one#a2]}

  # the end of our guards
services:
    mail:
        summary: 'Mail, ours'
        endpoints: {smtp: "smtp://mail.example.org:25"}
    # more services to come
people: {}
reports: [one.md]
"""
    result, added = merged(text, file)
    expected = text.replace("because: one#a1", "because: [one#a1, two#a1]")
    expected = expected.replace("reports: [one.md]", 'reports: [one.md, "two.md"]')
    assert is_kept(expected, result)
    assert [one.id for one in added.guards] == ["shop-certificate-lasts", "shop-rehearsed"]
    assert "    # more services to come\n    shop:\n      summary: Shop\n" in result
    assert "  # the end of our guards\n\n  - id: shop-certificate-lasts" in result


def test_an_action_that_has_a_guard_gets_no_other(file: str) -> None:
    text = render(FIRST).replace("team-trained", "ours")
    text = text.replace("what: trained\n", "what: documented\n")
    result, added = merged(text, file, FIRST)
    assert result == text
    assert added.are_none


def test_a_guard_whose_action_lost_its_last_guard_comes_back(file: str) -> None:
    text = render(Skeleton(FIRST.reports, FIRST.services, FIRST.guards[:1]))
    _, added = merged(text, file, FIRST)
    assert [one.id for one in added.guards] == ["team-trained"]


def test_a_service_that_a_person_renamed_is_not_added_again(file: str) -> None:
    text = render(FIRST).replace("  mail:", "  post:").replace("target: mail", "target: post")
    result, added = merged(text, file, FIRST)
    assert result == text
    assert added.are_none


def test_an_id_that_means_something_else_is_not_taken(file: str) -> None:
    text = render(Skeleton(guards=(), services=FIRST.services)).replace(
        "version: 1", "version: 1\n"
    )
    text += "guards:\n  - {id: team-trained, kind: signal, target: mail}\n"
    result, added = merged(text, file, FIRST)
    assert "id: team-trained-2" in result
    assert [one.id for one in added.guards] == ["mail-certificate-lasts", "team-trained-2"]


@pytest.mark.parametrize(
    "because",
    [
        "    because: one#a1\n",
        "    because: 'one#a1'   # why\n",
        "    because: [one#a1]\n",
        "    because: [one#a1, ]\n",
        "    because: [\n      one#a1   # first\n    ]\n",
        "    because:\n      - one#a1   # first\n",
        "    because:\n    - one#a1\n",
        "    because: []\n",
        "",
    ],
)
@pytest.mark.parametrize(
    "tail", ["", "    every: 6h\n", "    why: >-\n      Long\n      words.\n\n", "    why: x"]
)
def test_a_reference_joins_however_because_is_written(file: str, because: str, tail: str) -> None:
    text = (
        "version: 1\nreports: [one.md, two.md]\nservices: {mail: {}, shop: {}}\nguards:\n"
        "  - id: mail-certificate-lasts\n    kind: certificate\n    target: mail\n" + because + tail
    )
    result, _ = merged(text, file)
    guard = read_estate(result.encode(), file).guards
    refs = {str(ref) for ref in next(iter(guard.values())).because}
    assert refs == {"one#a1", "two#a1"}


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\n",
        "version: 1",
        "version: 1\nguards:\nservices:\nreports:\n",
        "version: 1\nguards: []\nservices: {}\nreports: []\n",
        "version: 1\nguards: ~\nservices: null\nreports: # none yet\n",
        "{version: 1}\n",
        '{"version": 1, "reports": ["one.md"], "services": {"mail": {}}, "guards": []}',
        "---\nversion: 1\nservices:\n  mail: {}\n...\n",
        "version: 1\nreports:\n- one.md\nservices:\n  mail:\n    summary: |\n      Two\n      lines\n",
        "version: 1\nservices:\n  mail:\n    summary: >+\n      Kept\n\n\nguards: []\n",
    ],
)
def test_it_adds_to_a_file_of_any_shape(file: str, text: str) -> None:
    result, added = merged(text, file)
    assert len(added.guards) == 4
    estate = read_estate(result.encode(), file)
    assert len(estate.guards) == 4
    assert {"mail", "shop"} <= set(estate.services)
    assert [source.id for source in estate.reports] == ["one", "two"]


def test_line_ends_and_byte_order_mark_stay_as_they_are(file: str) -> None:
    text = "\ufeff" + render(FIRST).replace("\n", "\r\n")
    result, _ = merged(text, file)
    assert result.startswith("\ufeff#")
    assert "\n" not in result.replace("\r\n", "")
