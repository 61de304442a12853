"""Rehearsals on real namespaces: what loads, what passes, and that nothing is left behind."""

from __future__ import annotations

import os
import socket
import subprocess
from datetime import timedelta
from pathlib import Path as FilePath

import pytest

from twiceshy.changes import rehearse as module
from twiceshy.changes.rehearsal import Attempt, Rehearsal, Result
from twiceshy.changes.rehearsal_plan import Limits
from twiceshy.changes.rehearse import rehearse, rehearse_guards
from twiceshy.kinds.firewall.facts import Promise
from twiceshy.kinds.firewall.host import Host, Path
from twiceshy.kinds.firewall.packet import Packet
from twiceshy.model.configuration import Configuration
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, KindId

RULES = """*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -i eth0 -s 198.51.100.0/24 -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -p icmp -m icmp --icmp-type 8 -j ACCEPT
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i lan0 -o eth0 -p tcp -m multiport --dports 25,465,587 -j ACCEPT
-A FORWARD -i lan0 -o eth0 -p udp -m udp --dport 53 -j ACCEPT
-A FORWARD -p tcp -m tcp --dport 80 -j REJECT --reject-with tcp-reset
-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A OUTPUT -p tcp -m tcp --dport 443 -j ACCEPT
COMMIT
"""
V4 = "/etc/iptables/rules.v4"


def _saved(text: str, path: str = V4) -> Configuration:
    return Configuration({path: text.encode()}, origin="test")


def _attempt(
    what: str,
    path: Path,
    packet: tuple[str, str, str, int],
    iif: str | None = None,
    oif: str | None = None,
    *,
    must_pass: bool | None = True,
) -> Attempt:
    protocol, source, destination, port = packet
    made = Packet.of(protocol, source, destination, port, iif=iif, oif=oif)
    return Attempt(what, made, path, must_pass)


SSH = ("tcp", "198.51.100.7", "192.0.2.1", 22)
STRANGER = ("tcp", "203.0.113.7", "192.0.2.1", 22)
PING = ("icmp", "203.0.113.7", "192.0.2.1", 0)
MAIL = ("tcp", "10.0.0.5", "203.0.113.9", 25)
DNS = ("udp", "10.0.0.5", "203.0.113.9", 53)
WEB = ("tcp", "10.0.0.5", "203.0.113.9", 80)
HTTPS = ("tcp", "192.0.2.1", "203.0.113.9", 443)
SMTP = ("tcp", "192.0.2.1", "203.0.113.9", 25)
ATTEMPTS = (
    _attempt("ssh from the office", Path.INPUT, SSH, iif="eth0"),
    _attempt("ssh from elsewhere", Path.INPUT, STRANGER, iif="eth0", must_pass=False),
    _attempt("ping", Path.INPUT, PING, iif="eth0"),
    _attempt("mail through", Path.FORWARD, MAIL, iif="lan0", oif="eth0"),
    _attempt("names through", Path.FORWARD, DNS, iif="lan0", oif="eth0"),
    _attempt("web through", Path.FORWARD, WEB, iif="lan0", oif="eth0", must_pass=False),
    _attempt("https out", Path.OUTPUT, HTTPS, oif="eth0"),
    _attempt("mail out", Path.OUTPUT, SMTP, oif="eth0", must_pass=False),
)


def _results(rehearsal: Rehearsal) -> dict[str, Result]:
    assert rehearsal.why_not is None
    return {one.attempt.what: one.result for one in rehearsal.tried}


@pytest.mark.usefixtures("namespaces")
def test_every_flow_goes_as_the_rules_say() -> None:
    rehearsal = rehearse(_saved(RULES), _saved(RULES), ATTEMPTS)
    assert rehearsal.is_as_promised, list(rehearsal.lines())
    assert _results(rehearsal) == {
        "ssh from the office": Result.PASSED,
        "ssh from elsewhere": Result.SILENT,
        "ping": Result.PASSED,
        "mail through": Result.PASSED,
        "names through": Result.PASSED,
        "web through": Result.REFUSED,
        "https out": Result.PASSED,
        "mail out": Result.SILENT,
    }
    assert all(one.agrees for one in rehearsal.tried)


@pytest.mark.usefixtures("namespaces")
def test_a_lost_rule_shows_as_a_connection_that_fails() -> None:
    lost = RULES.replace("25,465,587 -j ACCEPT", "465,587 -j ACCEPT")
    rehearsal = rehearse(_saved(RULES), _saved(lost), ATTEMPTS)
    assert not rehearsal.is_as_promised
    assert _results(rehearsal)["mail through"] is Result.SILENT
    first = next(rehearsal.lines())
    assert first.startswith("mail through: silent")
    assert "NOT as promised" in first


@pytest.mark.usefixtures("namespaces")
def test_a_file_that_passes_its_check_and_does_not_load_is_told() -> None:
    bad = RULES.replace(
        "-A INPUT -p icmp", "-A INPUT -m rpfilter --invert -j DROP\n-A INPUT -p icmp"
    )
    rehearsal = rehearse(_saved(RULES), _saved(bad), ())
    assert not rehearsal.is_loaded
    (loaded,) = rehearsal.after
    assert loaded.checked is None
    assert "although its check passed" in str(loaded)


@pytest.mark.usefixtures("namespaces")
def test_a_syntax_error_is_told_with_its_line() -> None:
    rehearsal = rehearse(_saved(RULES), _saved("*filter\n-A INPUT -j NOWHERE\nCOMMIT\n"), ())
    assert not rehearsal.is_loaded
    assert "line" in next(rehearsal.lines()).lower()


@pytest.mark.usefixtures("namespaces")
def test_rules_of_ipv6_and_translation_are_tried_too() -> None:
    text = """*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -d 2001:db8:1::9/128 -p tcp -m tcp --dport 80 -j DNAT --to-destination [2001:db8:2::80]:8080
-A PREROUTING -p tcp -m tcp --dport 2222 -j REDIRECT --to-ports 22
-A POSTROUTING -o wan0 -p udp -j MASQUERADE
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -d 2001:db8:2::80/128 -p tcp -m tcp --dport 8080 -j ACCEPT
-A FORWARD -o wan0 -p udp -j ACCEPT
COMMIT
"""
    web = ("tcp", "2001:db8:5::5", "2001:db8:1::9", 80)
    direct = ("tcp", "2001:db8:5::5", "2001:db8:2::80", 80)
    names = ("udp", "2001:db8:5::5", "2001:db8:7::53", 53)
    ssh = ("tcp", "2001:db8:5::5", "2001:db8::1", 2222)
    attempts = (
        _attempt("web", Path.FORWARD, web, iif="wan0", oif="lan0"),
        _attempt("web directly", Path.FORWARD, direct, iif="wan0", oif="lan0", must_pass=False),
        _attempt("names", Path.FORWARD, names, iif="lan0", oif="wan0"),
        _attempt("ssh", Path.INPUT, ssh, iif="wan0"),
    )
    rules = _saved(text, "/etc/iptables/rules.v6")
    host = Host.of(["2001:db8::1", "192.0.2.1"])
    rehearsal = rehearse(rules, rules, attempts, host=host)
    assert rehearsal.is_as_promised, list(rehearsal.lines())
    assert _results(rehearsal)["web directly"] is Result.SILENT


NFT = """flush ruleset
define office = 198.51.100.0/24
include "/etc/nftables.d/*.nft"
table inet filter {
	chain input {
		type filter hook input priority 0; policy drop;
		ct state established,related accept
		ip saddr $office tcp dport 22 accept
		tcp dport { 25, 465, 587 } accept
	}
	chain output {
		type filter hook output priority 0; policy accept;
		jump extra
	}
}
"""
GUARD = Guard(
    GuardId("mail-firewall"),
    KindId("firewall"),
    "mail-1",
    Promise(
        must_pass=("tcp/25 out", "tcp/25,587 in from internet"),
        must_not_pass=("tcp/5432 in",),
        management=("tcp/22 in from 198.51.100.0/24",),
        addresses=("203.0.113.10", "2001:db8:7::10"),
    ),
    timedelta(minutes=15),
)


def _nft(extra: str) -> Configuration:
    included = f"table inet filter {{\n\tchain extra {{\n\t\t{extra}\n\t}}\n}}\n"
    files = {"/etc/nftables.conf": NFT.encode(), "/etc/nftables.d/10-extra.nft": included.encode()}
    return Configuration(files, origin="test")


@pytest.mark.usefixtures("namespaces")
def test_the_flows_of_a_guard_are_tried_and_included_files_are_found() -> None:
    good, bad = _nft("tcp dport 80 drop"), _nft("tcp dport 25 drop")
    rehearsal = rehearse_guards(good, good, [GUARD])
    assert rehearsal.is_as_promised, list(rehearsal.lines())
    assert len(rehearsal.tried) == 7
    refused = rehearse_guards(good, bad, [GUARD])
    wrong = [one for one in refused.tried if one.is_as_promised is False]
    assert {one.attempt.packet.dport for one in wrong} == {25}
    assert {one.attempt.packet.family for one in wrong} == {4, 6}
    assert all(one.agrees for one in refused.tried)
    assert [one.path for one in refused.after] == ["/etc/nftables.conf"]


@pytest.mark.usefixtures("namespaces")
def test_a_script_of_nft_commands_is_loaded_over_what_runs() -> None:
    script = Configuration(
        {"/root/change.nft": b"add rule inet filter extra tcp dport 25 drop\n"}, origin="change"
    )
    before = Configuration(
        {
            "/run/twiceshy/nft.rules": NFT.replace('include "/etc/nftables.d/*.nft"\n', "")
            .replace("flush ruleset\n", "")
            .replace("\tchain input", "\tchain extra {\n\t}\n\tchain input", 1)
            .encode()
        }
    )
    attempt = _attempt("mail", Path.OUTPUT, ("tcp", "203.0.113.10", "198.51.100.9", 25))
    rehearsal = rehearse(before, script, [attempt])
    assert rehearsal.is_loaded, list(rehearsal.lines())
    assert _results(rehearsal) == {"mail": Result.SILENT}
    assert all(one.agrees for one in rehearsal.tried), list(rehearsal.lines())
    assert not os.path.exists("/root/change.nft")  # noqa: PTH110 - also where the folder may not be entered


@pytest.mark.usefixtures("namespaces")
def test_nothing_is_left_and_the_own_network_is_untouched(tmp_path: FilePath) -> None:
    before = socket.if_nameindex(), sorted(FilePath("/run").iterdir())
    mounts = FilePath("/proc/self/mounts").read_text(encoding="utf-8")
    odd = str(tmp_path / "rules.v4")
    rehearsal = rehearse(_saved(RULES, odd), _saved(RULES, odd), ATTEMPTS[:1])
    assert rehearsal.is_as_promised, list(rehearsal.lines())
    assert not FilePath(odd).exists()
    assert (socket.if_nameindex(), sorted(FilePath("/run").iterdir())) == before
    assert FilePath("/proc/self/mounts").read_text(encoding="utf-8") == mounts


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize(
    "path",
    [
        "/usr/share/twiceshy-test.rules",
        "/bin/twiceshy-test.rules",
        "/proc/twiceshy-test.rules",
        "/etc/alternatives/twiceshy-test.rules",
        "/etc/../usr/twiceshy-test.rules",
    ],
)
def test_programs_of_this_machine_are_never_overwritten(path: str) -> None:
    rehearsal = rehearse(_saved(RULES), _saved(RULES, path), ())
    assert not FilePath(path).exists()
    assert any("not put in place" in line for line in rehearsal.lines())
    assert not rehearsal.is_loaded


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("folder", ["/etc", "/root", "/home/x", "/opt/fw", "/var/lib", "/tmp"])
def test_files_of_the_host_never_reach_this_machine(folder: str) -> None:
    path = f"{folder}/twiceshy-test.rules"
    rehearsal = rehearse(_saved(RULES, path), _saved(RULES, path), ())
    assert rehearsal.is_loaded, list(rehearsal.lines())
    assert not os.path.exists(path)  # noqa: PTH110 - also where the folder may not be entered


@pytest.mark.usefixtures("namespaces")
def test_attempts_that_contradict_each_other_take_turns() -> None:
    attempts = (
        _attempt("by lan0", Path.FORWARD, MAIL, iif="lan0", oif="eth0"),
        _attempt("by eth0", Path.FORWARD, MAIL, iif="eth0", oif="lan0", must_pass=False),
    )
    rehearsal = rehearse(_saved(RULES), _saved(RULES), attempts)
    assert _results(rehearsal) == {"by lan0": Result.PASSED, "by eth0": Result.SILENT}


@pytest.mark.usefixtures("namespaces")
def test_what_cannot_be_tried_is_named() -> None:
    attempts = (
        _attempt("routing", Path.INPUT, ("ospf", "192.0.2.5", "192.0.2.1", 0), iif="eth0"),
        _attempt("to itself", Path.OUTPUT, ("tcp", "127.0.0.1", "127.0.0.1", 25), oif="lo"),
    )
    rehearsal = rehearse(_saved(RULES), _saved(RULES), attempts)
    assert rehearsal.tried == ()
    assert len(rehearsal.left_out) == 2


@pytest.mark.usefixtures("namespaces")
def test_scripts_are_not_run(tmp_path: FilePath) -> None:
    trace = tmp_path / "it-ran"
    script = f"#!/bin/sh\niptables -A INPUT -j DROP\ntouch {trace}\n"
    files = {"/etc/firewall.sh": script.encode(), V4: RULES.encode()}
    rehearsal = rehearse(_saved(RULES), Configuration(files), ())
    assert not trace.exists()
    assert any("scripts are not run" in line for line in rehearsal.lines())


def test_without_namespaces_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        module, "unshare", lambda: ["sh", "-c", "echo unshare: not permitted >&2; exit 1", "_"]
    )
    rehearsal = rehearse(_saved(RULES), _saved(RULES), ATTEMPTS)
    assert rehearsal.why_not == "cannot rehearse here: unshare: not permitted"
    assert not rehearsal.is_as_promised
    assert list(rehearsal.lines()) == [f"not rehearsed: {rehearsal.why_not}"]


def test_the_part_inside_refuses_to_run_outside() -> None:
    done = subprocess.run(
        module.INSIDE,
        input='{"files": {}}',
        capture_output=True,
        text=True,
        check=False,
    )
    assert "no namespace of its own" in done.stdout


def test_a_rehearsal_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "unshare", lambda: ["sh", "-c", "exec cat /dev/zero", "_"])
    rehearsal = rehearse(_saved(RULES), _saved(RULES), (), limits=Limits(total_seconds=0.2))
    assert rehearsal.why_not is not None
    assert "took longer than 0.2 s" in rehearsal.why_not


def test_a_change_without_rules_is_not_rehearsed() -> None:
    rehearsal = rehearse(_saved(RULES), Configuration({"/etc/motd": b"hello\n"}), ())
    assert rehearsal.why_not == "the change holds no rule set that could be loaded"
