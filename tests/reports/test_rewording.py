from __future__ import annotations

import pytest

from twiceshy.reports.rewording import first_said, rewords


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        (
            "Set up certificate monitoring for all endpoints.",
            "Improve monitoring of certificates on all endpoints.",
        ),
        (
            "Document the certificate procedure in the handbook.",
            "Improve the documentation of the certificate procedure.",
        ),
        (
            "Conduct a training session on firewalls.",
            "Regular Training: train all teams involved in operations.",
        ),
        (
            "Put the WAF configuration in version control",
            "Keep the WAF configuration under version control",
        ),
        ("Add monitoring for 5xx error rates", "Monitor 5xx rates"),
    ],
)
def test_the_same_in_other_words_is_the_same(later: str, earlier: str) -> None:
    assert rewords(later, earlier)


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ("Train the staff on certificates", "Monitor certificates"),
        ("Monitor the disks of the relay", "Monitor the certificates of the web server"),
        ("Add a rate limit for each client", "Keep the WAF configuration under version control"),
        ("Alert on CPU above 90%", "Review firewall rules"),
    ],
)
def test_another_thing_is_not_the_same(later: str, earlier: str) -> None:
    assert not rewords(later, earlier)


def test_actions_of_one_list_are_never_the_same() -> None:
    assert first_said(
        [("Monitor disks", "a"), ("Disk monitoring", "a"), ("Monitor the disks", "b")]
    ) == [None, None, 0]
