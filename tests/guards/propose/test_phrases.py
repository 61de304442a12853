from __future__ import annotations

import pytest

from twiceshy.guards.propose.phrases import bare, noun_phrase, shortened


@pytest.mark.parametrize(
    ("said", "phrase"),
    [
        ("Create an incident response playbook", "an incident response playbook"),
        ("Introduce a more rigorous change review process", "a change review process"),
        ("Conduct a thorough review of the certificate system", "the certificate system"),
        ("Write down all certificates", "certificates"),
        ("Add a unit test for the cache key", "a unit test for the cache key"),
        ("Add the hosts to the checklist", "adding the hosts to the checklist"),
        ("Lock the hub into a cabinet", "locking the hub into a cabinet"),
        ("Zork the frobnicator", "zorking the frobnicator"),
        ("Hire another SRE", "hiring another SRE"),
        ("Refuse dry_run in production", "refusing dry_run in production"),
        ("Update at 14:00", "updating at 14:00"),
        ("Run the linter, and let it fail", "running the linter, and letting it fail"),
        ("Do not copy keys by hand", "not copying keys by hand"),
        ("Changes should be thoroughly reviewed", "changes being thoroughly reviewed"),
        ("Release notes have to mention removals", "release notes mentioning removals"),
        ("Deploy script restarts one instance", "deploy script restarting one instance"),
        ("Scanners work offline for an hour", "scanners working offline for an hour"),
        ("A tide of each harbour is checked", "a tide of each harbour being checked"),
        ("Cool-down before addresses are given back", "cool-down before addresses are given back"),
        ("Health checks on upstreams", "health checks on upstreams"),
        ("Second uplink for the printers", "a second uplink for the printers"),
        ("Secondary name servers", "secondary name servers"),
        ("API keys in the vault", "API keys in the vault"),
    ],
)
def test_words_become_something_there_can_be_a_review_of(said: str, phrase: str) -> None:
    assert noun_phrase(said) == phrase


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Roll over the certificates (identity team, 2024-05-31)", "Roll over the certificates"),
        ("Send invoices - Finance, due 15 November 2024", "Send invoices"),
        ("We will rehearse the failover once per quarter", "rehearse the failover"),
        ("Test the restore every month", "Test the restore"),
        ("Keep it for a week", "Keep it for a week"),
        ("LOAD TEST IT", "load test it"),
    ],
)
def test_owner_due_date_and_cadence_are_set_aside(said: str, left: str) -> None:
    assert bare(said) == left


def test_a_long_subject_does_not_end_in_the_middle_of_a_phrase() -> None:
    text = "changes being thoroughly reviewed and tested before being applied to production systems"
    assert shortened(text) == (
        "changes being thoroughly reviewed and tested before being applied ..."
    )
