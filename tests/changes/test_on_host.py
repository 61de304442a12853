"""The script that a host runs by itself, at every moment at which something can go wrong."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.farm.kernel.sandbox import unshare
from twiceshy.changes.apply import Applied, Lost, NotApplied, begin, confirm, roll_back, state
from twiceshy.changes.identity import content_hash
from twiceshy.changes.outcome import ChangedFile, How
from twiceshy.changes.plan import Plan, packed, plan_of
from twiceshy.model.estate import Host
from twiceshy.model.ids import HostId
from twiceshy.probes.view import View

HERE = Host(HostId("here"))
ID = "abcdef123456"
LONG = 600
Outcome = Applied | Lost | NotApplied


def view(timeout_seconds: float = 30) -> View:
    return View("desk", timeout_seconds, lambda: datetime.now(UTC))  # noqa: TID251 - a real clock


@pytest.fixture(autouse=True)
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is a host's: `live` has its files, and what is sent there lies in `state`."""
    monkeypatch.setenv("TWICESHY_STATE", str(tmp_path / "state"))
    (tmp_path / "live").mkdir()
    yield tmp_path
    for watching in (tmp_path / "state").rglob("watching"):
        with suppress(ProcessLookupError):
            os.killpg(int(watching.read_text()), signal.SIGKILL)


def change(
    contents: Mapping[Path, bytes | None],
    *,
    activate: str = "true",
    check: str = "true",
    executable: bool = False,
    links: Mapping[str, str] | None = None,
    id_: str = ID,
) -> Plan:
    """What puts these contents there; None takes a file away."""
    files = []
    for path, content in contents.items():
        before = path.read_bytes() if path.is_file() else None
        files.append(
            ChangedFile(
                path=str(path),
                host="",
                stands_at=str(path),
                how=How.CHANGED,
                before=content_hash(before),
                after=content_hash(content),
                is_executable=executable,
            )
        )
    held = {str(path): content for path, content in contents.items() if content is not None}
    return plan_of(id_, files, held, activate=activate, check=check, links=links or {})


def begun(plan: Plan, seconds: int = LONG) -> Outcome:
    return asyncio.run(begin(HERE, plan, seconds, view()))


def said_no() -> object:
    return asyncio.run(roll_back(HERE, ID, "no", view()))


def kept() -> object:
    return asyncio.run(confirm(HERE, ID, view()))


def told(id_: str = ID) -> object:
    return asyncio.run(state(HERE, id_, view()))


def until(happened: Callable[[], bool]) -> None:
    """Blocks; the time-out of the test is the limit."""
    while not happened():
        os.sched_yield()


def why(outcome: Outcome) -> str:
    assert isinstance(outcome, NotApplied), outcome
    return outcome.why


@pytest.mark.parametrize(
    "name",
    ["a b", "it's", '"', "-rf", "ü…", os.fsdecode(b"\xff\xfe"), "$(id)", "back\\slash", " ", "*"],
)
def test_any_name_is_put_in_place_and_back(at: Path, name: str) -> None:
    path = at / "live" / name
    path.write_bytes(b"one\n")
    assert isinstance(begun(change({path: b"two\0\xff"})), Applied)
    assert path.read_bytes() == b"two\0\xff"
    assert said_no() == "rolled back: no"
    assert path.read_bytes() == b"one\n"
    assert [found.name for found in (at / "live").iterdir()] == [name]


def test_new_folders_are_open_to_others_and_taken_away_again(at: Path) -> None:
    path = at / "live/new/er/file"
    assert isinstance(begun(change({path: b"x"})), Applied)
    assert [p.stat().st_mode & 0o777 for p in (path.parents[1], path.parent, path)] == [
        0o755, 0o755, 0o644,
    ]  # fmt: skip
    assert said_no() == "rolled back: no"
    assert not list((at / "live").iterdir())


def test_a_new_folder_that_somebody_uses_meanwhile_stays(at: Path) -> None:
    assert isinstance(begun(change({at / "live/new/file": b"x"})), Applied)
    (at / "live/new/other").touch()
    assert said_no() == "rolled back: no"
    assert [path.name for path in (at / "live/new").iterdir()] == ["other"]


@pytest.mark.parametrize(("executable", "mode"), [(True, 0o755), (False, 0o644)])
def test_the_executable_bit_is_everybodys_and_goes_back(
    at: Path, *, executable: bool, mode: int
) -> None:
    path = at / "live/hook"
    path.write_bytes(b"#!/bin/sh\n")
    path.chmod(mode ^ 0o111)
    assert isinstance(begun(change({path: b"#!/bin/sh\n"}, executable=executable)), Applied)
    assert path.stat().st_mode & 0o777 == mode
    said_no()
    assert path.stat().st_mode & 0o777 == mode ^ 0o111


def test_a_removed_file_comes_back_with_its_mode_and_time(at: Path) -> None:
    path = at / "live/gone"
    path.write_bytes(b"x")
    path.chmod(0o640)
    before = path.stat()
    assert isinstance(begun(change({path: None})), Applied)
    assert not path.exists()
    said_no()
    after = path.stat()
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)


def test_a_removed_link_comes_back_as_a_link(at: Path) -> None:
    (at / "live/real").write_bytes(b"x")
    (at / "live/link").symlink_to("real")
    assert isinstance(begun(change({at / "live/link": None})), Applied)
    said_no()
    assert (at / "live/link").readlink() == Path("real")


def test_a_link_is_written_through_and_stays_a_link(at: Path) -> None:
    (at / "live/real").write_bytes(b"one")
    (at / "live/link").symlink_to("real")
    plan = change({at / "live/link": b"two"}, links={str(at / "live/link"): "real"})
    assert isinstance(begun(plan), Applied)
    assert (at / "live/real").read_bytes() == b"two"
    assert (at / "live/link").is_symlink()
    said_no()
    assert (at / "live/real").read_bytes() == b"one"


def test_a_link_is_never_made_out_of_a_file_or_the_other_way_round(at: Path) -> None:
    (at / "live/releases").mkdir()
    (at / "live/app").write_bytes(b"one")
    plan = change({at / "live/app": b"two"}, links={str(at / "live/app"): "releases/2"})
    assert "is to be a link to releases/2" in why(begun(plan))
    assert (at / "live/app").read_bytes() == b"one"


def test_a_link_that_leads_nowhere_is_refused(at: Path) -> None:
    (at / "live/link").symlink_to("gone")
    assert "leads nowhere" in why(begun(change({at / "live/link": b"x"})))
    assert not (at / "live/gone").exists()


@pytest.mark.parametrize("what", ["fifo", "folder"])
def test_what_is_no_file_is_refused_and_never_waited_for(at: Path, what: str) -> None:
    path = at / "live/it"
    plan = change({path: b"x"})
    os.mkfifo(path) if what == "fifo" else path.mkdir()
    assert "is not what was reviewed" in why(begun(plan))


def test_after_a_refusal_it_can_be_applied_again(at: Path) -> None:
    path = at / "live/app"
    plan = change({path: b"x"})
    path.write_bytes(b"somebody was here")
    assert "is not what was reviewed" in why(begun(plan))
    path.unlink()
    assert isinstance(begun(plan), Applied)


def test_what_never_began_does_not_stand_in_the_way(at: Path) -> None:
    (at / "state/changes" / ID / "new").mkdir(parents=True)
    assert isinstance(begun(change({at / "live/app": b"x"})), Applied)


def test_a_change_that_was_killed_before_it_was_watched_does_not_stand_in_the_way(
    at: Path,
) -> None:
    left = at / "state/changes" / ID
    assert isinstance(begun(change({at / "live/app": b"x"})), Applied)
    (left / "watching").rename(left / "nobody")
    (left / "begun/by").write_text("1\n")
    (at / "live/app").unlink()
    assert isinstance(begun(change({at / "live/app": b"x"})), Applied)
    os.killpg(int((at / "state/changes" / ID / "watching").read_text()), signal.SIGKILL)


def test_the_same_change_cannot_be_applied_twice_at_once(at: Path) -> None:
    plan = change({at / "live/app": b"x"})
    assert isinstance(begun(plan), Applied)
    assert "not decided whether it stays" in why(begun(plan))


def test_another_change_waits_until_the_first_is_decided(at: Path) -> None:
    assert isinstance(begun(change({at / "live/app": b"x"})), Applied)
    other = change({at / "live/app": b"y"}, id_="123456abcdef")
    assert f"the change {ID} was begun" in why(begun(other))
    assert (at / "live/app").read_bytes() == b"x"
    assert kept() == "confirmed"
    assert isinstance(begun(other), Applied)


def test_two_that_begin_at_the_same_moment_are_not_both_in_place(at: Path) -> None:
    one = change({at / "live/app": b"x"})
    other = change({at / "live/app": b"y"}, id_="123456abcdef")

    async def both() -> tuple[Outcome, Outcome]:
        return await asyncio.gather(
            begin(HERE, one, LONG, view()), begin(HERE, other, LONG, view())
        )

    assert [isinstance(outcome, Applied) for outcome in asyncio.run(both())].count(True) <= 1


def test_confirming_twice_or_after_taking_back_says_what_was_decided(at: Path) -> None:
    assert isinstance(begun(change({at / "live/app": b"x"})), Applied)
    assert (kept(), kept(), said_no()) == ("confirmed",) * 3
    assert (at / "live/app").read_bytes() == b"x"


def test_what_races_with_the_watcher_is_decided_once(at: Path) -> None:
    assert isinstance(begun(change({at / "live/app": b"x"}), 1), Applied)

    async def ask() -> list[object]:
        return list(
            await asyncio.gather(
                *(confirm(HERE, ID, view()) for _ in range(3)),
                *(roll_back(HERE, ID, "no", view()) for _ in range(3)),
            )
        )

    until((at / "state/changes" / ID / "watching").exists)
    answers = set(asyncio.run(ask()))
    assert len(answers) == 1
    assert (at / "live/app").exists() == (answers == {"confirmed"})


def test_nothing_can_be_kept_that_is_not_in_place_yet(at: Path) -> None:
    os.mkfifo(at / "gate")
    plan = change({at / "live/app": b"x"}, check=f"cat {at}/gate; false")

    async def race() -> tuple[object, Outcome]:
        beginning = asyncio.create_task(begin(HERE, plan, LONG, view()))
        opened = await asyncio.to_thread(open, at / "gate", "wb")
        keeping = asyncio.create_task(confirm(HERE, ID, view()))
        opened.close()
        return await keeping, await beginning

    answer, outcome = asyncio.run(race())
    assert answer != "confirmed"
    assert "the check refuses it" in why(outcome)
    assert not (at / "live/app").exists()


@pytest.mark.parametrize("moment", ["check", "activate"])
def test_time_that_runs_out_while_it_is_put_in_place_leaves_nothing(at: Path, moment: str) -> None:
    path = at / "live/app"
    path.write_bytes(b"one")
    os.mkfifo(at / "gate")
    wait = f"[ -e {at}/once ] || {{ touch {at}/once; cat {at}/gate; }}; echo late >>{path}"
    check, activate = (wait, "true") if moment == "check" else ("true", wait)
    outcome = begun(change({path: b"two"}, check=check, activate=activate), 1)
    assert "nobody confirmed it within 1 s" in why(outcome)
    assert path.read_bytes() in {b"one", b"onelate\n"}
    assert told() == "rolled back: nobody confirmed it within 1 s"


@pytest.mark.parametrize("killed", ["connection", "work"])
def test_a_connection_that_breaks_during_the_activation_leaves_nothing_half_done(
    at: Path, killed: str
) -> None:
    path = at / "live/app"
    path.write_bytes(b"one")
    os.mkfifo(at / "gate")
    os.mkfifo(at / "reached")
    gate = f"touch {at}/once; echo >{at}/reached; cat {at}/gate; cp {path} {at}/active"
    plan = change({path: b"two"}, activate=f"[ -e {at}/once ] || {{ {gate}; }}")

    async def cut() -> Outcome | None:
        beginning = asyncio.create_task(begin(HERE, plan, LONG, view()))
        await asyncio.to_thread((at / "reached").read_bytes)
        if killed == "connection":
            beginning.cancel()
            await asyncio.wait((beginning,))
            await asyncio.to_thread((at / "gate").write_bytes, b"")
            return None
        os.killpg(int((at / "state/changes" / ID / "working").read_text()), signal.SIGKILL)
        return await beginning

    outcome = asyncio.run(cut())
    if outcome is None:
        assert kept() == "confirmed"
        assert (path.read_bytes(), (at / "active").read_bytes()) == (b"two", b"two")
    else:
        assert "it was ended while it was put in place" in why(outcome)
        assert path.read_bytes() == b"one"


def test_an_end_of_its_session_takes_it_back_at_once(at: Path) -> None:
    assert isinstance(begun(change({at / "live/app": b"x"})), Applied)
    os.kill(int((at / "state/changes" / ID / "watching").read_text()), signal.SIGTERM)
    until((at / "state/changes" / ID / "decided/how").exists)
    assert told() == "rolled back: its host or session was ended"
    assert not (at / "live/app").exists()


def test_a_hangup_of_the_terminal_is_nothing_to_the_watcher(at: Path) -> None:
    assert isinstance(begun(change({at / "live/app": b"x"})), Applied)
    os.killpg(int((at / "state/changes" / ID / "watching").read_text()), signal.SIGHUP)
    assert kept() == "confirmed"


def test_what_nobody_watches_any_more_says_so_and_can_still_be_decided(at: Path) -> None:
    assert isinstance(begun(change({at / "live/app": b"x"})), Applied)
    watcher = int((at / "state/changes" / ID / "watching").read_text())
    os.killpg(watcher, signal.SIGKILL)
    until(
        lambda: (
            not Path(f"/proc/{watcher}/cmdline").exists()
            or not Path(f"/proc/{watcher}/cmdline").read_bytes()
        )
    )
    assert str(told()).startswith("unwatched: ")
    assert "not decided" in why(begun(change({at / "live/b": b"y"}, id_="123456abcdef")))
    assert said_no() == "rolled back: no"
    assert not (at / "live/app").exists()


def test_taking_back_what_was_not_put_in_place_touches_nothing(at: Path) -> None:
    path = at / "live/app"
    path.write_bytes(b"precious")
    plan = change({path: None})
    os.mkfifo(at / "gate")
    stuck = Plan(
        **{name: getattr(plan, name) for name in Plan.__slots__} | {"save": f"cat {at}/gate"}
    )

    async def race() -> tuple[object, Outcome]:
        beginning = asyncio.create_task(begin(HERE, stuck, LONG, view()))
        opened = await asyncio.to_thread(open, at / "gate", "wb")
        answer = await roll_back(HERE, ID, "no", view())
        opened.close()
        return answer, await beginning

    answer, outcome = asyncio.run(race())
    assert answer == "rolled back: no"
    assert not isinstance(outcome, Applied)
    assert path.read_bytes() == b"precious"


def test_an_undoing_that_fails_is_told_and_what_was_there_is_kept(at: Path) -> None:
    path = at / "live/app"
    path.write_bytes(b"one")
    plan = change({path: b"two"}, activate=f"grep two {path} || {{ echo no such unit; exit 1; }}")
    assert isinstance(begun(plan), Applied)
    answer = str(said_no())
    assert answer.startswith("taking it back failed: undoing it failed: no such unit")
    assert (at / "state/changes" / ID / "old/0").read_bytes() == b"one"
    assert "put it back by hand" in str(begun(plan))
    assert (at / "state/changes" / ID / "old/0").exists()


@pytest.mark.parametrize("tool", ["setsid", "sha256sum"])
def test_a_host_that_lacks_a_tool_is_left_alone(
    at: Path, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (at / "bin").mkdir()
    for folder in ("/usr/bin", "/bin"):
        for program in Path(folder).iterdir():
            if program.name != tool and not (at / "bin" / program.name).exists():
                (at / "bin" / program.name).symlink_to(program)
    monkeypatch.setenv("PATH", str(at / "bin"))
    assert why(begun(change({at / "live/app": b"x"}))) == f"here: {tool} is not installed"
    assert not (at / "live/app").exists()


def test_without_a_home_or_a_folder_for_it_nothing_is_done_and_it_says_so(
    at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setenv("TWICESHY_STATE", "/proc/nowhere")
    assert "set TWICESHY_STATE" in why(begun(change({at / "live/app": b"x"})))
    assert told().why == "here: no such change here"  # type: ignore[attr-defined] # it is Unseen


def test_a_script_that_lies_in_the_working_folder_is_never_run(
    at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (at / "on_host.sh").write_text(f"touch {at}/ran\n")
    monkeypatch.chdir(at)
    kept()
    assert not (at / "ran").exists()


def test_what_activation_starts_gets_the_usual_mask(at: Path) -> None:
    assert isinstance(begun(change({at / "live/app": b"x"}, activate=f"touch {at}/made")), Applied)
    assert (at / "made").stat().st_mode & 0o777 == 0o644


def test_words_of_a_host_cannot_steer_the_terminal(at: Path) -> None:
    plan = change({at / "live/app": b"x"}, check="printf '\\033[2Jbad\\n'; false")
    assert "\x1b" not in why(begun(plan))


def on_a_full_disk(at: Path, script: str) -> list[str]:
    """What a script prints that runs where `disk` is a small disk of its own."""
    mounted = "mkdir disk && mount -t tmpfs -o size=256k none disk && mkdir disk/live disk/state\n"
    ended = subprocess.run(
        [*unshare(), "sh", "-c", f"set -e\n{mounted}{script}"],
        cwd=at,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not ended.returncode, ended.stderr
    return ended.stdout.splitlines()


def sent_to(folder: Path, plan: Plan) -> str:
    (folder / "change.tar").write_bytes(packed(plan))
    return f"tar -C disk/state -xf {folder}/change.tar\nD=disk/state/on_host.sh\n"


@pytest.mark.usefixtures("namespaces")
def test_a_full_disk_while_it_is_put_in_place_leaves_what_was_there(at: Path) -> None:
    (at / "disk/live").mkdir(parents=True)
    (at / "disk/live/app").write_bytes(b"1" * 9000)
    plan = change({at / "disk/live/app": b"2" * 60_000})
    shutil.rmtree(at / "disk")
    script = f"""head -c 9000 /dev/zero | tr '\\0' 1 >disk/live/app
    {sent_to(at, plan)}
    head -c 60000 /dev/zero >disk/filler; cat /dev/zero >disk/filler2 2>/dev/null || true
    rm disk/filler; sh $D begin 600 || echo "code $?"
    sh $D state
    tr -d 1 <disk/live/app | wc -c; wc -c <disk/live/app; ls -A disk/live"""
    lines = on_a_full_disk(at, script)
    assert "No space left on device" in lines[0]
    assert lines[-5] == "code 5"
    assert lines[-4].startswith("failed: a file could not be put in place")
    assert lines[-3:] == ["0", "9000", "app"]


@pytest.mark.usefixtures("namespaces")
def test_a_disk_that_fills_up_afterwards_does_not_keep_it_from_being_taken_back(at: Path) -> None:
    (at / "disk/live").mkdir(parents=True)
    (at / "disk/live/app").write_bytes(b"1" * 9000)
    plan = change({at / "disk/live/app": b"2" * 12_000})
    shutil.rmtree(at / "disk")
    script = f"""head -c 9000 /dev/zero | tr '\\0' 1 >disk/live/app
    {sent_to(at, plan)}
    sh $D begin 600
    cat /dev/zero >disk/filler 2>/dev/null || true
    sh $D rollback "no"; rm disk/filler
    tr -d 1 <disk/live/app | wc -c; wc -c <disk/live/app; ls -A disk/live"""
    assert on_a_full_disk(at, script) == ["rolled back: no", "0", "9000", "app"]


@pytest.mark.usefixtures("namespaces")
def test_a_disk_that_cannot_be_written_any_more_is_told_and_what_was_there_is_kept(
    at: Path,
) -> None:
    (at / "disk/live").mkdir(parents=True)
    (at / "disk/live/app").write_bytes(b"one")
    plan = change({at / "disk/live/app": b"two"})
    shutil.rmtree(at / "disk")
    script = f"""printf one >disk/live/app
    mount --bind disk/live disk/live
    {sent_to(at, plan)}
    sh $D begin 600
    mount -o remount,ro,bind disk/live
    sh $D rollback "no"
    cat disk/live/app disk/state/old/0"""
    told, contents = on_a_full_disk(at, script)
    assert told.startswith("taking it back failed: ")
    assert "app could not be put back; what was there is kept in " in told
    assert contents == "twoone"


def test_an_unprivileged_user_applies_what_is_theirs() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        plan = change({home / "app": b"x"}, activate="id -u >$HOME/who")
        (home / "change.tar").write_bytes(packed(plan))
        for path in (home, home / "change.tar"):
            os.chown(path, 65534, 65534)
        script = (
            f"cd {home} && mkdir c && tar -C c -xf change.tar && sh c/on_host.sh begin 600"
            " && cat app && sh c/on_host.sh rollback no && cat who"
        )
        ended = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", script],
            env={"PATH": os.environ["PATH"], "HOME": name},
            capture_output=True,
            text=True,
            check=False,
        )
        os.killpg(int((home / "c/watching").read_text()), signal.SIGKILL)
        assert ended.stdout.splitlines() == ["xrolled back: no", "65534"], ended.stderr
        assert not (home / "app").exists()
