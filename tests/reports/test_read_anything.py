from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twiceshy.model.report import Report
from twiceshy.reports.read import read_report

FRAGMENTS = st.sampled_from(
    [
        "# ", "## Timeline\n", "**Root Cause:** ", "- ", "* [x] ", "1. ", "| ", " |", "\n", "\n\n", "\t", "```\n", "---\n",
        "<li>", "</ul>", "<td>", "<!-- ", " -->", "> ", "+++\n", "key: value\n", "<<<<<<< HEAD\n", "=======\n",
        "10:00", "12:15 AM", "2100hrs", "0233 ", "noon", " - ", " to ", "until ", "June 3, 2024 ", "07/09/2023 ", "2024-06-05 ",
        "UTC ", "EAT ", "Pacific Time ", "GMT+1 ", "2 hours 30 minutes ", "~1hr ", "70% of users ", "everyone ",
        "suspected the database ", "ruled out ", "turned out to be a false lead ", "escalated to the network team ",
        "found that ", "the certificate had expired ", "restored ", "because ", "Misleading Paths: ", "Impact: ",
        "## Corrective and Preventative Measures\n", "Add monitoring ", "(owner: ops, due: 2024-07-01) ", "we will ", "Duration: ",
        "from ", "Detection Time: ", "the shop was down. ", "\u202e", "\x00", "İ", "ß", "😀", "::", "()", "[", "]", "\\", "{{", "}}",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_any_bytes_are_read(data: bytes) -> None:
    assert isinstance(read_report(data, path="x.md"), Report)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(FRAGMENTS, max_size=60).map("".join),
    st.sampled_from(["x.md", "", "2024-06-05_a b.txt", "#"]),
)
def test_any_text_near_a_report_is_read_the_same_way_twice(text: str, path: str) -> None:
    report = read_report(text, path=path)
    assert read_report(text.encode(), path=path) == report
    assert report.is_report == (report.why_not_report is None)
    ids = [action.id for action in report.actions]
    assert ids == [f"a{index}" for index in range(1, len(ids) + 1)]
    assert all(action.same_as in (None, *ids) for action in report.actions)
    assert all(lead.minutes is None or lead.minutes >= 0 for lead in report.false_leads)
