"""Certbot's folder, cli.ini, certificates and hooks, from any bytes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.farm.authority import NOW
from tests.farm.renewals import CONF, CONF_PATH, FOLDER, NAME, SOUND, Files, certificate, guard_of
from twiceshy.kinds.renewal.read import fact_of
from twiceshy.kinds.renewal.rules import judge
from twiceshy.languages.certbot.cli_ini import read_cli_ini
from twiceshy.languages.certbot.installation import read_installation
from twiceshy.languages.certbot.issued import Issued, read_issued
from twiceshy.languages.certbot.lineage import read_lineage, read_span
from twiceshy.languages.certbot.shell import calls_in, has_commands, reloads_in
from twiceshy.model.fact import Unseen
from twiceshy.model.verdict import Holds


def test_a_certificate_is_read_with_dates_and_names() -> None:
    issued = read_issued("/x.pem", certificate("b.test", "a.test", serial=7))
    assert isinstance(issued, Issued)
    assert (issued.serial, issued.names) == (7, ("a.test", "b.test"))
    assert issued.lifetime == timedelta(days=90)
    assert read_issued("/x.pem", b"hello") == "there is no certificate in it"
    bad = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    assert read_issued("/x.pem", bad) == "it breaks the rules of X.509"


def test_live_archive_and_hooks_come_together() -> None:
    files = (
        SOUND.with_(f"{FOLDER}/archive/{NAME}/cert2.pem", certificate(serial=2))
        .with_(f"{FOLDER}/archive/{NAME}/cert10.pem", certificate(serial=10))
        .with_(f"{FOLDER}/live/{NAME}/fullchain.pem", certificate(serial=10))
        .with_(f"{FOLDER}/renewal-hooks/pre/stop~", "x", 0o755)
    )
    found = read_installation(files.configuration(), FOLDER)
    assert found is not None
    (lineage,) = found.lineages
    assert [one.serial for one in lineage.archive] == [2, 10]
    assert lineage.live is not None
    assert lineage.live.serial == 10
    assert [(hook.stage, hook.is_run) for hook in found.hooks] == [("pre", False), ("deploy", True)]
    assert read_installation(Files({"/etc/x": ""}).configuration(), FOLDER) is None


@pytest.mark.parametrize(
    ("text", "days"),
    [("30 days", 30), ("30", 30), ("2 weeks 12 hours", 14.5), ("1 month", 30), ("1 year", 365)],
)
def test_spans_of_renew_before_expiry(text: str, days: float) -> None:
    assert read_span(text) == timedelta(days=days)


@pytest.mark.parametrize("text", ["", "soon", "3 fortnights", "days", "30 days later"])
def test_what_is_no_span(text: str) -> None:
    assert read_span(text) is None


def test_when_a_certificate_is_due_depends_on_version_and_lifetime() -> None:
    month = timedelta(days=30)
    old = read_lineage(CONF_PATH, CONF.replace("4.1.1", "2.11.0").encode())
    new = read_lineage(CONF_PATH, CONF.encode())
    assert old.renews_before(timedelta(days=47)) == month
    assert new.renews_before(timedelta(days=90)) == month
    assert new.renews_before(timedelta(days=6)) == timedelta(days=3)


def test_cli_ini_in_all_its_forms() -> None:
    text = (
        b"# c\n; c\n[s]\n---\na = b\nrsa_key_size: 4096\nmax-log 0\nquiet\n--x = 'y z' # c\n=oops\n"
    )
    settings, faults = read_cli_ini(text)
    assert {key: one.text for key, one in settings.items()} == {
        "a": "b",
        "rsa-key-size": "4096",
        "max-log": "0",
        "quiet": "true",
        "x": "y z",
    }
    assert [fault.line for fault in faults] == [10]


@pytest.mark.parametrize(
    ("text", "services"),
    [
        (
            "systemctl --quiet try-reload-or-restart nginx.service postfix && x",
            ["nginx", "postfix"],
        ),
        ("systemctl restart postgresql@15-main", ["postgresql"]),
        ("doveadm reload; postfix reload", ["postfix", "dovecot"]),
        ("apachectl -k graceful", ["apache2"]),
        ("pkill -HUP dovecot", ["dovecot"]),
        ("docker restart web", ["web"]),
        ("echo done # systemctl reload nginx", []),
        ("systemctl status nginx", []),
        ("nginx -t", []),
    ],
)
def test_reloads_in_shell_text(text: str, services: list[str]) -> None:
    assert sorted(one.service for one in reloads_in(text)) == sorted(services)


def test_hostile_commands_take_no_longer_than_their_length() -> None:
    for text in ("systemctl " + "--a " * 400, "kill -HUP /" * 300, "docker restart " + "a" * 5000):
        assert len(reloads_in(text)) <= len(text)
    assert len(calls_in("sudo /a; " * 5000)) == 1


def test_what_a_script_hands_on() -> None:
    assert calls_in("set -e\n/opt/deploy.sh x\nsudo ssh web-2 true\nbash /opt/b\ncp a b") == (
        "/opt/deploy.sh",
        "ssh",
        "/opt/b",
    )
    assert not has_commands("#!/bin/sh\n# nothing\n\nexit 0\n")


PIECES = st.sampled_from(
    [
        *CONF.splitlines(keepends=True),
        *("[", "]", "=", ",", '"', "'", "#", "\n", "\x00", "é", "%(x)s", "../..", "None", "\r"),
        *("autorenew = False\n", "renew_hook = systemctl reload nginx\n", "authenticator = x\n"),
    ]
)


@given(st.lists(PIECES, max_size=40))
def test_any_mixture_of_lines_is_judged(pieces: list[str]) -> None:
    judged_of(SOUND.with_(CONF_PATH, "".join(pieces)))


@given(st.sampled_from(sorted(SOUND.files)), st.binary(max_size=200))
def test_any_bytes_in_any_file_are_judged(path: str, data: bytes) -> None:
    judged_of(SOUND.with_(path, data))


@given(st.binary(max_size=200))
def test_a_configuration_of_random_bytes_never_holds(data: bytes) -> None:
    assert not isinstance(judged_of(SOUND.with_(CONF_PATH, data)), Holds)


def judged_of(files: Files) -> object:
    guard = guard_of()
    fact = fact_of(guard, files.configuration(), NOW)
    return fact if isinstance(fact, Unseen) else judge(guard.promise, fact, NOW)
