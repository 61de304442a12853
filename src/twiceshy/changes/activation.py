"""What makes a changed file count: how its software checks it, takes it up, and goes back."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from twiceshy.changes.outcome import ChangedFile


@dataclass(frozen=True, slots=True)
class Activation:
    """Shell commands, run in the folder of the change on the host; `{path}` is the changed file."""

    software: str
    check: str = ":"
    """Fails when the software would not take the configuration."""
    activate: str = ":"
    """Takes it up, in one step."""
    save: str = ":"
    """Keeps what is loaded now, where that is no file, and fails when it could not go back."""
    undo: str | None = None
    """Goes back once the files are back; None: the same as `activate`."""

    @property
    def is_handed_a_file(self) -> bool:
        """Whether it is told which file to take up; else it knows where its configuration is."""
        return "{path}" in self.check + self.activate


NFT = Activation(
    "nft",
    check="nft -c -f {path}",
    activate="nft -f {path}",
    save="{{ echo 'flush ruleset'; nft -s list ruleset; }} >old/nft.rules\nnft -c -f old/nft.rules",
    undo="nft -f old/nft.rules",
)
IPTABLES = Activation(
    "iptables",
    check="iptables-restore --test {path}",
    activate="iptables-restore {path}",
    save="iptables-save >old/iptables.rules\niptables-restore --test old/iptables.rules",
    undo="iptables-restore old/iptables.rules",
)
IP6TABLES = Activation(
    "ip6tables",
    check="ip6tables-restore --test {path}",
    activate="ip6tables-restore {path}",
    save="ip6tables-save >old/ip6tables.rules\nip6tables-restore --test old/ip6tables.rules",
    undo="ip6tables-restore old/ip6tables.rules",
)
NGINX = Activation("nginx", check="nginx -t", activate="nginx -s reload")
HAPROXY = Activation("haproxy", check="haproxy -c -f {path}", activate="systemctl reload haproxy")
APACHE = Activation("apache", check="apachectl configtest", activate="apachectl graceful")
POSTFIX = Activation("postfix", check="postfix check", activate="postfix reload")

_BY_DIALECT = {
    "nft": NFT,
    "iptables-save": IPTABLES,
    "ip6tables-save": IP6TABLES,
    "nginx": NGINX,
    "haproxy": HAPROXY,
    "apache": APACHE,
    "postfix": POSTFIX,
}


MOST_INCLUDED = 16
"""Files that include files: more than any rule set is deep."""
_INCLUDE = re.compile(rb'^\s*include\s+"([^"]+)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """One software that is to take up the change, and the file it is handed."""

    activation: Activation
    path: str


def activations(
    files: Iterable[ChangedFile], contents: Mapping[str, bytes]
) -> tuple[tuple[Step, ...], tuple[ChangedFile, ...]]:
    """What the changed files need, each once; and the files that nothing here takes up.

    `contents` are all files of the host afterwards: a part of a rule set is loaded by the file
    that includes it, because alone it would be added to what is loaded already.
    """
    steps: dict[Step, None] = {}
    unheeded = []
    for file in files:
        found = list(_steps(file, contents))
        if not found:
            unheeded.append(file)
        steps.update(dict.fromkeys(found))
    return tuple(steps), tuple(unheeded)


def _steps(file: ChangedFile, contents: Mapping[str, bytes]) -> Iterator[Step]:
    for _, dialect in file.kinds:
        activation = _BY_DIALECT.get(dialect)
        if activation is None:
            continue
        if not activation.is_handed_a_file:
            yield Step(activation, "")
            continue
        path = _including(file.stands_at, contents) if activation is NFT else file.stands_at
        if path in contents:
            yield Step(activation, path)


def _including(path: str, contents: Mapping[str, bytes]) -> str:
    """The file that includes it, or that one's, and so on; the file itself when none does."""
    for _ in range(MOST_INCLUDED):
        outer = next(
            (
                name
                for name, content in sorted(contents.items())
                if name != path and any(fnmatchcase(path, one) for one in _included(name, content))
            ),
            None,
        )
        if outer is None:
            break
        path = outer
    return path


def _included(name: str, content: bytes) -> Iterator[str]:
    for written in _INCLUDE.findall(content):
        yield posixpath.normpath(
            posixpath.join(posixpath.dirname(name), written.decode("utf-8", "surrogateescape"))
        )
