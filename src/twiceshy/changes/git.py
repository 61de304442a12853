"""Both sides of a change that is in git: two commits, or a commit and what is staged.

git itself is asked, by its plumbing commands, so that what is reviewed is what git would check
out. Only the folders of hosts with a change are read whole: a rule depends on its neighbours, and
not on the rest of the repository.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from twiceshy.changes.limits import LARGEST_FILE_BYTES, MOST_BYTES, MOST_FILES, too_large
from twiceshy.changes.tree import Tree, root_of
from twiceshy.errors import TheWorld, WrongUsage

TIMEOUT_SECONDS = 60.0
SHORT = 12
"""Digits of a commit's name that are shown."""
STAGED = "staged"
_LINK = "120000"
_SUBMODULE = "160000"


@dataclass(frozen=True, slots=True)
class _Blob:
    mode: str
    id: str


@dataclass(frozen=True, slots=True)
class _Side:
    origin: str
    blobs: Mapping[str, _Blob]


def read_commits(repository: Path, range_: str) -> tuple[Tree, Tree]:
    """Before and after of `BASE..HEAD`, `BASE...HEAD` (from where they parted) or `BASE` (to HEAD).

    Raises WrongUsage for what git does not know, TheWorld when git cannot be run.
    """
    base, dots, head = range_.partition("..")
    head = head or "HEAD"
    if head.startswith("."):
        head = head.removeprefix(".") or "HEAD"
        base = _parting(repository, _commit(repository, base or "HEAD"), _commit(repository, head))
    del dots
    sides = [_committed(repository, name or "HEAD") for name in (base, head)]
    return _trees(repository, sides[0], sides[1])


def read_staged(repository: Path) -> tuple[Tree, Tree]:
    """Before and after of what the next commit would change: HEAD, and the index."""
    if _git(repository, "rev-parse", "--is-inside-work-tree").strip() != b"true":
        raise WrongUsage("nothing is staged in a bare repository", hint="use --git BASE..HEAD")
    listed = _git(repository, "ls-files", "--stage", "-z", "--full-name", ":/")
    blobs = {}
    for entry in filter(None, listed.split(b"\0")):
        told, _, name = entry.partition(b"\t")
        mode, id_, stage = told.decode().split()
        if stage != "0":
            raise WrongUsage(
                f"{_name(name)} is not merged yet", hint="git status shows what is left to merge"
            )
        blobs[_name(name)] = _Blob(mode, id_)
    is_first = not _knows(repository, "HEAD")
    before = _Side("nothing", MappingProxyType({})) if is_first else _committed(repository, "HEAD")
    return _trees(repository, before, _Side(STAGED, MappingProxyType(blobs)))


def _committed(repository: Path, name: str) -> _Side:
    commit = _commit(repository, name)
    listed = _git(repository, "ls-tree", "-r", "-z", "--full-tree", commit)
    blobs = {}
    for entry in filter(None, listed.split(b"\0")):
        told, _, path = entry.partition(b"\t")
        mode, _, id_ = told.decode().split()
        blobs[_name(path)] = _Blob(mode, id_)
    return _Side(f"git:{commit[:SHORT]}", MappingProxyType(blobs))


def _trees(repository: Path, before: _Side, after: _Side) -> tuple[Tree, Tree]:
    names = {*before.blobs, *after.blobs}
    changed = {name for name in names if before.blobs.get(name) != after.blobs.get(name)}
    roots = {root_of(name) for name in changed}
    wanted = [sorted(n for n in side.blobs if root_of(n) in roots) for side in (before, after)]
    if max(map(len, wanted)) > MOST_FILES:
        wanted = [sorted(changed & side.blobs.keys()) for side in (before, after)]
    ids = {
        side.blobs[name].id
        for side, some in zip((before, after), wanted, strict=True)
        for name in some
        if side.blobs[name].mode != _SUBMODULE
    }
    contents = _contents(repository, sorted(ids))
    return _tree(before, wanted[0], contents), _tree(after, wanted[1], contents)


def _tree(side: _Side, names: Sequence[str], contents: Mapping[str, bytes | str]) -> Tree:
    files: dict[str, bytes] = {}
    modes: dict[str, int] = {}
    unseen: dict[str, str] = {}
    links: dict[str, str] = {}
    for name in names:
        blob = side.blobs[name]
        if blob.mode == _SUBMODULE:
            unseen[name] = f"it is a submodule, whose files are elsewhere, content {blob.id}"
            continue
        content = contents[blob.id]
        if isinstance(content, str):
            unseen[name] = content
        elif blob.mode == _LINK:
            links[name] = _name(content)
        else:
            files[name] = content
            modes[name] = int(blob.mode[-3:], 8)
    return Tree(
        files=MappingProxyType(files),
        origin=side.origin,
        modes=MappingProxyType(modes),
        unseen=MappingProxyType(unseen),
        links=MappingProxyType(links),
        roots=frozenset(map(root_of, side.blobs)),
    )


def _contents(repository: Path, ids: Sequence[str]) -> dict[str, bytes | str]:
    """Each blob's content, or why it was not read."""
    asked = "".join(f"{id_}\n" for id_ in ids).encode()
    told = _git(repository, "cat-file", "--batch-check=%(objectsize)", given=asked).split(b"\n")
    contents: dict[str, bytes | str] = {}
    total_bytes = 0
    read = []
    for id_, size in zip(ids, told, strict=False):
        size_bytes = int(size) if size.isdigit() else -1
        total_bytes += max(size_bytes, 0)
        if size_bytes < 0:
            contents[id_] = f"git does not have it (a shallow or partial clone), content {id_}"
        elif size_bytes > LARGEST_FILE_BYTES:
            contents[id_] = too_large(size_bytes, id_)
        elif total_bytes > MOST_BYTES:
            most = f"{MOST_BYTES // 1024 // 1024} MiB"
            contents[id_] = f"the change holds more than {most}, content {id_}"
        else:
            read.append(id_)
    asked = "".join(f"{id_}\n" for id_ in read).encode()
    answer = _git(repository, "cat-file", "--batch", given=asked)
    at = 0
    for id_ in read:
        line_end = answer.index(b"\n", at)
        size_bytes = int(answer[at:line_end].split()[2])
        contents[id_] = answer[line_end + 1 : line_end + 1 + size_bytes]
        at = line_end + size_bytes + 2
    return contents


def _parting(repository: Path, base: str, head: str) -> str:
    ran = _run(repository, ("merge-base", base, head), b"")
    if ran.returncode != 0:
        raise WrongUsage(
            f"git knows no commit from which {base[:SHORT]} and {head[:SHORT]} parted",
            hint="in a shallow clone: git fetch --unshallow; in CI: fetch the whole history",
        )
    return ran.stdout.decode().strip()


def _commit(repository: Path, name: str) -> str:
    # What is wrong with the repository itself is told first: no commit is known then.
    _git(repository, "rev-parse", "--git-dir")
    if name.startswith("-") or not _knows(repository, name):
        raise WrongUsage(
            f"git knows no commit {name!r} here",
            hint="write BASE..HEAD with branches, tags or commits, such as origin/main..HEAD",
        )
    return _git(repository, "rev-parse", "--verify", f"{name}^{{commit}}").decode().strip()


def _knows(repository: Path, name: str) -> bool:
    asked = ("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    return _run(repository, asked, b"").returncode == 0


def _git(repository: Path, *argv: str, given: bytes = b"") -> bytes:
    ran = _run(repository, argv, given)
    if ran.returncode != 0:
        said = ran.stderr.decode(errors="replace").strip().splitlines()
        raise WrongUsage(
            f"git {argv[0]} failed in {repository}: {said[0] if said else ran.returncode}",
            hint="stand in the repository that holds the configuration",
        )
    return ran.stdout


def _run(repository: Path, argv: Sequence[str], given: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - a fixed program, and arguments that no shell reads
            ("git", "-C", str(repository), *argv),  # noqa: S607 - git is where the user has it
            input=given,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise TheWorld("git is not installed", hint="use --before and --after") from None
    except subprocess.TimeoutExpired:
        raise TheWorld(f"git took longer than {TIMEOUT_SECONDS:g} s") from None


def _name(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
