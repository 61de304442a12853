from __future__ import annotations

import pytest

from twiceshy.model.report import CauseClass
from twiceshy.reports.cause import class_of, classify, tells


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("The TLS certificate of the mail server had expired.", "certificate_expired"),
        (
            "The certificate expired because the automatic renewal failed silently.",
            "certificate_renewal_failed",
        ),
        (
            "The certificate was not expired but issued for the wrong host name.",
            "certificate_other",
        ),
        ("A firewall rule blocked outgoing traffic.", "firewall_rule"),
        ("A security group rule was removed by hand.", "firewall_rule"),
        ("An update disabled the rules of ModSecurity.", "waf_or_security_module"),
        ("The database password in the configuration was wrong.", "database_settings"),
        ("The connection pool was exhausted.", "database_capacity"),
        ("The primary database crashed.", "database_failure"),
        ("A query without an index did a full table scan.", "database_query_or_schema"),
        ("The A record pointed to an old address.", "dns"),
        ("The domain was not renewed in time.", "dns"),
        ("A router lost its default route.", "network"),
        ("The load balancer's health check path was wrong.", "load_balancer"),
        ("nginx proxied to the wrong upstream port.", "web_server_config"),
        ("A race condition in the code dropped messages.", "application_bug"),
        ("A typo in settings.php: phpp instead of php.", "typo_in_code"),
        ("The deployment failed halfway and left old files.", "deployment"),
        ("The workers ran out of memory.", "resource_exhaustion_memory"),
        ("The disk was full.", "resource_exhaustion_disk"),
        ("CPU was at 100% on all hosts.", "resource_exhaustion_cpu"),
        ("A sudden surge of traffic after a campaign.", "traffic_surge"),
        ("A DDoS attack from a botnet.", "ddos"),
        ("An outage at our cloud provider.", "third_party"),
        ("A defective memory module in the host.", "hardware"),
        ("A power outage in the data centre.", "power"),
        ("Somebody deleted the production database by mistake.", "human_error_deletion"),
        ("The web server had no permission to read the files.", "permissions"),
        ("The scheduler process was not started after the reboot.", "process_down"),
        ("A feature flag was set to the wrong value.", "config_other"),
        ("The notary came a week late.", "other"),
    ],
)
def test_a_cause_is_classified_by_its_words(text: str, cause: str) -> None:
    assert class_of(text) is CauseClass(cause)
    assert tells(text, CauseClass(cause)) == (cause != "other")


def test_the_words_that_decided_are_kept_as_written() -> None:
    found = classify([("The ModSecurity rules were switched off.", 1.0)])
    assert "ModSecurity" in found.words


def test_what_the_cause_was_not_does_not_count() -> None:
    assert (
        class_of("It was not a DDoS attack but a full disk.") is CauseClass.RESOURCE_EXHAUSTION_DISK
    )


def test_the_causes_own_sentences_weigh_more_than_the_title() -> None:
    found = classify([("The disk was full.", 1.0), ("Postmortem: database crashed", 0.3)])
    assert found.cause_class is CauseClass.RESOURCE_EXHAUSTION_DISK
