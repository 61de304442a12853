"""What a host has, held against reviewed files; check runs of real playbooks."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from twiceshy.kinds.drift import KIND
from twiceshy.kinds.drift.facts import Ansible, DriftFact, Promise
from twiceshy.model.estate import Estate, Host
from twiceshy.model.fact import Unseen
from twiceshy.model.guard import Guard
from twiceshy.model.ids import GuardId, HostId
from twiceshy.model.verdict import Broken, Holds, Unknown, Verdict
from twiceshy.probes.drift import look
from twiceshy.probes.drift_ansible import command
from twiceshy.probes.view import View

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
Judge = Callable[..., Verdict]


def seen(folder: Path, hosts: tuple[str, ...], **promise: Any) -> DriftFact | Unseen:
    estate = Estate(
        str(folder / "twiceshy.yaml"),
        hosts=MappingProxyType({HostId(one): Host(HostId(one)) for one in hosts}),
    )
    target = hosts[0] if hosts else "nobody"
    guard = Guard(GuardId("d"), KIND.id, target, Promise(**promise), timedelta(hours=1))
    return asyncio.run(look(guard, estate, View("here", 30.0, lambda: NOW)))


@pytest.fixture
def verdict(tmp_path: Path) -> Judge:
    def of(**promise: Any) -> Verdict:
        found = seen(tmp_path, ("web-1",), **promise)
        assert isinstance(found, DriftFact), found
        return KIND.judge(Promise(**promise), found, NOW)

    return of


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A folder that stands for a host's, with its reviewed mirror beside the estate."""
    there = tmp_path / "host"
    mirror = tmp_path / "reviewed" / str(there).removeprefix("/")
    for folder in (there, mirror):
        folder.mkdir(parents=True)
        (folder / "app.ini").write_text("[a]\nb = 1\n")
        (folder / "motd").write_text("hello\n")
    return there


def test_files_as_reviewed_hold(host: Path, verdict: Judge) -> None:
    (host / "app.ini").write_text("; by hand\n[a]\nb=1\n")
    found = verdict(reviewed=("reviewed",), folders=(str(host),))
    assert isinstance(found, Holds), found
    assert found.summary == "2 files or rule sets as reviewed"


def test_a_changed_file_is_named_with_both_lines(host: Path, verdict: Judge) -> None:
    (host / "app.ini").write_text("[a]\n\nb = 2\n")
    found = verdict(reviewed=("reviewed",))
    assert isinstance(found, Broken)
    assert found.why == (
        f"{host}/app.ini on web-1 is not as reviewed: a.b: 'a.b = 2' instead of 'a.b = 1'"
    )
    places = [str(one.place) for one in found.evidence[:2]]
    assert places == [f"reviewed{host}/app.ini:2:5", f"web-1:{host}/app.ini:3:5"]


def test_a_missing_file_and_one_that_nobody_reviewed_are_drift(host: Path, verdict: Judge) -> None:
    (host / "motd").unlink()
    assert "was reviewed and is not there" in getattr(verdict(reviewed=("reviewed",)), "why", "")
    (host / "motd").write_text("hello\n")
    (host / "extra.conf").write_text("x\n")
    found = verdict(reviewed=("reviewed",), folders=(str(host),))
    assert isinstance(found, Broken)
    assert found.why == f"{host}/extra.conf on web-1 is there and was never reviewed"


def test_single_files_have_their_place_on_the_host(host: Path, verdict: Judge) -> None:
    name = f"reviewed{host}/motd"
    assert isinstance(verdict(reviewed=(name,), files=(f"{host}/motd",)), Holds)
    assert isinstance(verdict(reviewed=(name,)), Unknown)
    assert isinstance(verdict(reviewed=("nowhere",), files=("/etc/x",)), Unknown)


def test_a_target_without_a_host_and_a_promise_without_a_place_are_unknown(
    tmp_path: Path, verdict: Judge
) -> None:
    found = seen(tmp_path, (), reviewed=("x",))
    assert isinstance(found, Unseen)
    assert found.next_step
    assert isinstance(verdict(of="permissions on web"), Unknown)


RULES = """\
table inet filter {
  chain input {
    type filter hook input priority 0; policy accept;
    tcp dport 25 %s
  }
}
"""
_LOOK = """
import asyncio, sys
from pathlib import Path
from tests.probes.drift.test_drift import seen, NOW
from twiceshy.kinds.drift import KIND
from twiceshy.kinds.drift.facts import Promise
promise = dict(reviewed=("nft.conf",), firewall=True)
found = seen(Path(sys.argv[1]), ("fw-1",), **promise)
print(KIND.judge(Promise(**promise), found, NOW))
"""


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize(("rule", "word"), [("accept", "Holds("), ("drop", "Broken(")])
def test_loaded_rules_are_held_against_the_reviewed_ones(
    tmp_path: Path, rule: str, word: str
) -> None:
    (tmp_path / "nft.conf").write_text(RULES % "accept")
    (tmp_path / "loaded").write_text(RULES % f"counter {rule}")
    script = 'nft -f "$1/loaded" && exec "$2" -c "$3" "$1"'
    argv = ["unshare", "-rn", "sh", "-c", script, "_", str(tmp_path), sys.executable, _LOOK]
    done = subprocess.run(
        argv, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3]
    )
    assert done.stdout.startswith(word), done.stdout
    if word == "Broken(":
        assert "file='nft.conf', line=4" in done.stdout


PLAYBOOK = """\
- hosts: all
  gather_facts: false
  tasks:
    - name: the message is ours
      ansible.builtin.copy:
        dest: "{{ root }}/motd"
        content: "hello\\npassword = geheim\\n"
    - name: nobody sees this
      no_log: true
      ansible.builtin.copy:
        dest: "{{ root }}/secret"
        content: "geheim\\n"
"""


@pytest.fixture
def playbook(tmp_path: Path) -> Path:
    pytest.importorskip("ansible", reason="ansible-core is not installed here")
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "site.yml").write_text(PLAYBOOK)
    (tmp_path / "hosts.ini").write_text(
        f"web-1 ansible_connection=local root={root} ansible_python_interpreter={sys.executable}\n"
        f"gone ansible_connection=ssh ansible_host=127.0.0.1 ansible_port=1 root={root}\n"
    )
    return root


def test_a_check_run_names_the_tasks_and_changes_nothing(playbook: Path, verdict: Judge) -> None:
    ansible = Ansible("site.yml", inventory="hosts.ini", limit="web-1")
    found = verdict(ansible=ansible)
    assert isinstance(found, Broken), found
    assert "'the message is ours' would change it: +hello | +password = ***" in found.why
    assert str(found.evidence[0].place).endswith("site.yml:4:1")
    assert "'nobody sees this'" in found.evidence[1].what
    assert "geheim" not in repr(found)
    assert list(playbook.iterdir()) == []


def test_a_check_run_with_nothing_to_do_holds(playbook: Path, verdict: Judge) -> None:
    (playbook / "motd").write_text("hello\npassword = geheim\n")
    (playbook / "secret").write_text("geheim\n")
    found = verdict(ansible=Ansible("site.yml", inventory="hosts.ini", limit="web-1"))
    assert isinstance(found, Holds), found
    assert found.summary == "a check run of site.yml would change nothing on 1 host"


@pytest.mark.usefixtures("playbook")
def test_a_host_that_is_not_reached_is_unknown(verdict: Judge) -> None:
    found = verdict(ansible=Ansible("site.yml", inventory="hosts.ini", limit="gone"))
    assert isinstance(found, Unknown), found
    assert "failed on gone" in found.why
    missing = verdict(ansible=Ansible("no.yml"))
    assert isinstance(missing, Unknown)
    assert "there is no playbook" in missing.why


def test_no_run_is_ever_without_check(tmp_path: Path) -> None:
    argv = command(Ansible("site.yml", "hosts", "web", ("a", "b"), ("c",)), tmp_path)
    assert "--check" in argv
    assert argv[-2:] == ("--", "site.yml")
    assert argv[argv.index("--tags") + 1] == "a,b"
