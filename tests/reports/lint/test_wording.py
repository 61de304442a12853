from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from twiceshy.reports.lint.subjects import OTHER, subject_of
from twiceshy.reports.lint.wording import PromiseIndex, quoted, same_promise, telling_words

PROMISES = (
    "Set up alerts for upcoming SSL certificate expirations",
    "Implement monitoring tools to alert the team about upcoming SSL certificate expirations.",
    "Conduct regular audits of SSL certificates and their expiry dates.",
    "Create an incident response playbook with escalation paths",
)


def test_endings_do_not_keep_words_apart() -> None:
    assert (
        telling_words("monitoring certificates").keys()
        == telling_words("monitors the certificate").keys()
    )


def test_the_same_promise_is_known_by_the_words_it_shares() -> None:
    alike = same_promise(PROMISES[0], PROMISES[1])

    assert alike is not None
    assert set(alike.shared) >= {"ssl", "certificate", "upcoming"}


def test_topic_alone_makes_no_same_promise() -> None:
    assert same_promise(PROMISES[0], PROMISES[2]) is None
    assert same_promise(PROMISES[0], PROMISES[3]) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*PROMISES, "Audit SSL certificate expiry dates"]), max_size=8))
def test_the_index_finds_what_comparing_each_would_find(texts: list[str]) -> None:
    index = PromiseIndex()
    numbers = {index.add(text): text for text in texts}

    for text in PROMISES:
        each = {n for n, other in numbers.items() if same_promise(other, text) is not None}
        assert {number for number, _ in index.like(text)} == each


def test_a_long_text_is_quoted_in_part() -> None:
    assert quoted("short") == '"short"'
    assert len(quoted("word " * 50)) <= 62


def test_a_suspicion_is_about_what_it_names_first() -> None:
    assert subject_of("database failure due to a network problem") == "database"
    assert subject_of("a potential DDoS attack on the database") == "DDoS or attack"
    assert subject_of("the email service provider") == "provider"
    assert subject_of("bad luck") == OTHER
