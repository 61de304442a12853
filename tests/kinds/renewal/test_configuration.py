"""What certbot would skip, refuse or do with the wrong authority, blamed by its line."""

from __future__ import annotations

import pytest

from tests.farm.authority import NOW
from tests.farm.renewals import (
    CONF,
    CONF_PATH,
    FOLDER,
    NAME,
    SITE_PATH,
    SOUND,
    Files,
    broken,
    certificate,
    guard_of,
    holds,
    line_with,
    lines_of,
    told,
    unknown,
    with_certificate,
)
from twiceshy.kinds.renewal.facts import RenewalFact
from twiceshy.kinds.renewal.read import client_of, fact_of
from twiceshy.kinds.renewal.rules import judge
from twiceshy.model.fact import Unseen
from twiceshy.model.verdict import Broken, Severity, Unknown


@pytest.mark.parametrize(
    ("old", "new", "why", "blamed"),
    [
        ("[renewalparams]", "[renewalparams", "neither a section nor a setting", "[renewalparams"),
        ("authenticator = webroot\n", "", "names no authenticator", "[renewalparams]"),
        ("authenticator = webroot", "authenticator webroot", "neither a section", "authenticator"),
        (f"privkey = {FOLDER}/live/{NAME}/privkey.pem\n", "", "where privkey is", "# renew"),
        ("key_type = ecdsa", "key_type = ecdsa\nautorenew = maybe", "True nor False", "autorenew"),
        ("key_type = ecdsa", "key_type = ecdsa\nkey_type = rsa", "set twice", "key_type = rsa"),
        ("key_type = ecdsa", "key_type = ecdsa\nhttp01_port = http", "no number", "http01_port"),
        ("key_type = ecdsa", 'key_type = "ecdsa', "has no end", "key_type"),
    ],
)
def test_a_line_that_makes_certbot_skip_the_file(old: str, new: str, why: str, blamed: str) -> None:
    files = SOUND.with_conf(old, new)
    found = broken(files)
    assert found.why.startswith(f"certbot skips {NAME}")
    assert why in found.why
    assert line_with(files, CONF_PATH, blamed) in lines_of(found, CONF_PATH)


def test_a_value_that_refers_to_another_is_not_decided() -> None:
    files = SOUND.with_conf("key_type = ecdsa", "key_type = %(kind)s")
    assert "refers to another setting" in unknown(files).why


def test_a_section_that_is_missing_is_broken() -> None:
    text = CONF.partition("\n[renewalparams]")[0] + "\n"
    assert "[renewalparams] is missing" in broken(SOUND.with_(CONF_PATH, text)).why


def test_bytes_that_are_no_text_are_broken() -> None:
    assert "not UTF-8" in broken(SOUND.with_(CONF_PATH, b"version = 1\nx = \xff\xfe\n")).why


def test_a_staging_authority_is_broken_wherever_it_is_set() -> None:
    staging = "https://acme-staging-v02.api.letsencrypt.org/directory"
    files = SOUND.with_conf("https://acme-v02.api.letsencrypt.org/directory", staging)
    found = broken(files)
    assert "staging authority" in found.why
    assert line_with(files, CONF_PATH, "server = ") in lines_of(found, CONF_PATH)
    for line in ("staging = true", f"server = {staging}", "dry-run = true"):
        found = broken(SOUND.with_(f"{FOLDER}/cli.ini", f"# defaults\n{line}\n"))
        assert lines_of(found, f"{FOLDER}/cli.ini") == [2]
    holds(files, server=staging)


def test_another_authority_than_promised_is_broken() -> None:
    found = broken(SOUND, server="https://ca.example.test/acme/directory")
    assert "promised https://ca.example.test/acme/directory" in found.why


def test_autorenew_that_is_off_is_broken() -> None:
    files = SOUND.with_conf("key_type = ecdsa", "key_type = ecdsa\nautorenew = False")
    found = broken(files)
    assert "never renewed" in found.why
    assert line_with(files, CONF_PATH, "autorenew") in lines_of(found, CONF_PATH)


def test_a_name_that_may_be_dropped_is_a_warning() -> None:
    found = broken(SOUND.with_conf("key_type = ecdsa", "allow_subset_of_names = True"))
    assert found.severity is Severity.WARNING


def test_a_path_into_the_archive_is_broken_in_conf_and_server() -> None:
    archive = f"{FOLDER}/archive/{NAME}/cert1.pem"
    files = SOUND.with_conf(f"{FOLDER}/live/{NAME}/cert.pem", archive)
    assert "names a file of archive/" in broken(files).why
    site = SOUND.files[SITE_PATH]
    assert isinstance(site, str)
    pinned = site.replace(f"live/{NAME}/fullchain.pem", f"archive/{NAME}/fullchain1.pem")
    found = broken(SOUND.with_(SITE_PATH, pinned))
    assert "which no renewal ever replaces" in found.why
    assert lines_of(found, SITE_PATH) == [
        line_with(SOUND.with_(SITE_PATH, pinned), SITE_PATH, "/archive/")
    ]


def test_a_certificate_without_a_renewal_configuration_is_nobodys() -> None:
    files = SOUND.with_(f"{FOLDER}/live/old.example.test/cert.pem", certificate("old.example.test"))
    found = broken(files)
    assert "nobody renews old.example.test" in found.why
    alone = Files({f"{FOLDER}/live/{NAME}/cert.pem": certificate()})
    assert "was not handed in" in unknown(alone).why


def test_a_live_certificate_that_is_not_the_newest_is_broken() -> None:
    files = with_certificate(SOUND, certificate(serial=2), certificate(serial=1))
    holds(files)
    files = files.with_(f"{FOLDER}/live/{NAME}/cert.pem", certificate(serial=1))
    assert "is not the newest certificate" in broken(files).why


def test_names_lost_at_the_last_renewal_are_told() -> None:
    files = with_certificate(SOUND, certificate(NAME), certificate(NAME, "api.example.test"))
    assert f"the last renewal of {NAME} lost api.example.test" in told(broken(files))


def test_of_two_lineages_for_the_same_names_the_older_must_not_be_used() -> None:
    other = CONF.replace(f"/{NAME}/", f"/{NAME}-0001/").replace(
        f"archive_dir = {FOLDER}/archive/{NAME}", f"archive_dir = {FOLDER}/archive/{NAME}-0001"
    )
    files = (
        SOUND.with_(f"{FOLDER}/renewal/{NAME}-0001.conf", other)
        .with_(f"{FOLDER}/live/{NAME}/cert.pem", certificate(age_days=50))
        .with_(f"{FOLDER}/live/{NAME}-0001/cert.pem", certificate(age_days=5))
    )
    found = broken(files)
    assert "are for the same names, and the older one is used" in told(found)


def test_too_many_certificates_within_a_week_are_told_before_the_authority_refuses() -> None:
    recent = [certificate(serial=number, age_days=7 - number) for number in range(1, 6)]
    files = with_certificate(SOUND, recent[-1], *recent[:-1])
    found = broken(files)
    assert "was issued 5 times within a week" in found.why
    holds(files, most_issued_per_week=10)


def test_nothing_of_certbot_is_unseen_with_a_next_step() -> None:
    fact = fact_of(guard_of(), Files({"/etc/hosts": "x"}).configuration(), NOW)
    assert isinstance(fact, Unseen)
    assert "no renewal configuration below /etc/letsencrypt" in fact.why
    assert fact.next_step


def test_a_configuration_that_could_not_be_read_is_unknown() -> None:
    files = Files({}, unseen={CONF_PATH: "permission denied"})
    assert "could not be read" in unknown(files).why


def test_a_name_the_promise_wants_is_unknown_in_a_change_and_broken_on_a_host() -> None:
    assert "no renewal configuration covers shop" in unknown(SOUND, names=("shop",)).why
    promise = guard_of(names=("shop",), timer="none").promise
    seen = client_of(promise, SOUND.configuration(), NOW, is_whole=True)
    assert seen is not None
    verdict = judge(promise, RenewalFact(at=NOW, vantage="here", clients=(seen,)), NOW)
    assert isinstance(verdict, Broken)


def test_an_estate_without_certificates_is_unknown() -> None:
    files = Files({f"{FOLDER}/renewal/x.conf": CONF})
    found = unknown(files, names=("y",))
    assert isinstance(found, Unknown)


def test_an_account_that_is_not_there_is_broken_on_a_host() -> None:
    files = SOUND.with_(f"{FOLDER}/accounts/ca.example.test/dir/0123/regr.json", "{}")
    promise = guard_of(timer="none").promise
    seen = client_of(promise, files.configuration(), NOW, is_whole=True)
    assert seen is not None
    verdict = judge(promise, RenewalFact(at=NOW, vantage="here", clients=(seen,)), NOW)
    assert isinstance(verdict, Broken)
    assert "has no account with its authority" in told(verdict)


def test_a_section_that_newer_versions_write_is_no_fault() -> None:
    holds(
        SOUND.with_(
            CONF_PATH, CONF + "[acme_renewal_info]\nari_retry_after = 2026-06-02T00:00:00\n"
        )
    )
