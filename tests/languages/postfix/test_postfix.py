from __future__ import annotations

import subprocess
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.farm.fixtures import Need
from twiceshy.languages.postfix import dialect_of, instances_of
from twiceshy.languages.postfix.grammar import seconds_of, wrong_nexthop
from twiceshy.languages.postfix.instance import Instance
from twiceshy.languages.postfix.master_cf import read_master
from twiceshy.languages.postfix.names import KNOWN, is_known, nearest
from twiceshy.model.configuration import Configuration

MAIN = """\
# a comment
  # one that is indented
myhostname = mail.example.org
mydestination = $myhostname,
# in the middle
  localhost.$mydomain

  localhost
relayhost=[$relay]:587
relay = ${stage?{relay-$stage}:{relay}}.example.org
stage = test
mynetworks = ${ours}
smtpd_banner = $$myhostname $(myhostname)
soft_bounce = ${{$stage} == {test} ? {yes} : {no}}
"""


def instance(main: str, master: str | None = None) -> Instance:
    files = {"/etc/postfix/main.cf": main.encode()}
    if master is not None:
        files["/etc/postfix/master.cf"] = master.encode()
    (found,) = instances_of(Configuration(files=MappingProxyType(files)))
    return found


def test_lines_go_on_and_keep_their_places() -> None:
    words = instance(MAIN).words("mydestination")
    assert words is not None
    assert [(one.text, one.place.line, one.place.column) for one in words] == [
        ("mail.example.org", 4, 17),
        ("localhost.example.org", 6, 3),
        ("localhost", 8, 3),
    ]


def test_the_last_line_of_a_name_wins() -> None:
    assert instance("relayhost = a\nrelayhost = b\n").text("relayhost") == "b"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("relayhost", "[relay-test.example.org]:587"),
        ("mynetworks", ""),
        ("smtpd_banner", "$myhostname mail.example.org"),
        ("soft_bounce", "yes"),
        ("maximal_queue_lifetime", "5d"),
    ],
)
def test_parameters_are_filled_in(name: str, value: str) -> None:
    assert instance(MAIN).value(name).text == value
    assert instance(MAIN).value(name).is_known


def test_what_is_not_known_here_is_told() -> None:
    found = instance("mydestination = $myhostname\n").value("mydestination")
    assert not found.is_known
    assert found.unresolved == ("myhostname",)


def test_values_as_postfix_itself_fills_them_in(need: Need, tmp_path: Path) -> None:
    (tmp_path / "main.cf").write_text(MAIN)
    (tmp_path / "master.cf").write_text("")
    read = instance(MAIN)
    for name in ("mydestination", "relayhost", "soft_bounce", "mynetworks"):
        argv = [need("postconf"), "-c", str(tmp_path), "-xh", name]
        said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()
        assert said.split() == read.value(name).text.split()


def test_every_parameter_of_the_installed_postfix_is_known(need: Need) -> None:
    said = subprocess.run([need("postconf"), "-d"], capture_output=True, text=True, check=True)
    names = {line.partition(" =")[0].strip() for line in said.stdout.splitlines()}
    assert len(names) > 500
    assert {name for name in names if name and not is_known(name)} == set()


def test_a_name_that_is_nearly_right_is_found() -> None:
    assert nearest("smtpd_tsl_security_level") == "smtpd_tls_security_level"
    assert nearest("colour") is None
    assert len(KNOWN) > 500


def test_services_carry_their_own_settings() -> None:
    text = "587 inet n - n - - smtpd -v\n -o a=b\n # no\n -o { c = d, e }\n"
    (service,) = read_master(text.encode(), "master.cf").services
    assert (service.port, service.command, service.is_smtpd) == ("587", "smtpd", True)
    assert [(one.name, one.value, one.place.line) for one in service.overrides] == [
        ("a", "b", 2),
        ("c", "d, e", 4),
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5", 5), ("5m", 300), ("2h", 7200), ("1d", 86400), ("1w", 604800), ("5x", None)],
)
def test_times(text: str, seconds: int | None) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["[]", "[a", "a:b:c", "a]", "[a]b", "[a]:0", ":25"])
def test_next_hops_that_are_none(text: str) -> None:
    assert wrong_nexthop(text) is not None


def test_files_are_recognised() -> None:
    assert dialect_of("/etc/postfix/main.cf", b"") == "postfix"
    assert dialect_of("/srv/x/main.cf", b"myhostname = a\n") == "postfix"
    assert dialect_of("/srv/x/main.cf", b"hello\n") is None
    assert dialect_of("/srv/x/master.cf", b"smtp inet n - y - - smtpd\n") == "postfix"
    assert dialect_of("/etc/postfix/virtual", b"a b\n") is None


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_no_bytes_are_too_odd_to_read(main: bytes, master: bytes) -> None:
    files = {"/etc/postfix/main.cf": main, "/etc/postfix/master.cf": master}
    for one in instances_of(Configuration(files=MappingProxyType(files))):
        for setting, service in one.all_settings():
            one.value(setting.name, service)
            one.words_of(setting, service)


@settings(deadline=None)
@given(st.text(alphabet="${}()?:ab = \n,", max_size=200))
def test_no_expression_is_too_odd_to_fill_in(value: str) -> None:
    found = instance(f"a = {value}\nb = $a\nmynetworks = $b\n")
    found.value("mynetworks")


def test_parameters_that_name_each_other_end() -> None:
    found = instance("a = $b$b\nb = $a$a\nmynetworks = $a\n").value("mynetworks")
    assert not found.is_known


def test_a_huge_file_ends_in_a_problem() -> None:
    found = instance("a = b\n" * 1_000_000)
    assert [one.is_fatal for one in found.problems] == [False]
