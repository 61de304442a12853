"""A laboratory that serves certificates, and tables of what each must come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.farm.authority import Issued, intermediate, issue, pem, root
from tests.farm.checking import Case, verdict_of
from tests.farm.servers import Farm
from twiceshy.model.verdict import Broken, Holds, Severity, Unknown, Verdict


class Lab:
    """One authority, and ways to serve what it issues."""

    def __init__(self, farm: Farm) -> None:
        self.farm = farm
        self.root = root()
        self.middle = intermediate(self.root)
        self.roots = self.store(self.root)

    def store(self, *roots: Issued) -> str:
        path = self.farm.folder() / "roots.pem"
        path.write_bytes(b"".join(one.pem for one in roots))
        return str(path)

    def file(self, *ders: bytes) -> str:
        path = self.farm.folder() / "fullchain.pem"
        path.write_bytes(b"".join(pem(der) for der in ders))
        return str(path)

    def serve(
        self, leaf: Issued, chain: tuple[bytes, ...] | None = None, *, lax: bool = False
    ) -> int:
        return self.farm.tls(self.farm.context((chain or leaf.chain, leaf), lax=lax))

    def case(self, leaf: Issued, chain: tuple[bytes, ...] | None = None, **promise: object) -> Case:
        """One address that serves `leaf`, under the lab's root."""
        return Case(self.serve(leaf, chain), promise={"roots": self.roots, **promise})

    def leaf(self, **settings: object) -> Issued:
        return issue(by=self.middle, **settings)  # type: ignore[arg-type] # each test names fields of issue()


Build = Callable[[Lab], Case]


@dataclass(frozen=True)
class Row:
    """A row of a table: what is wrong, what it must come to, and a word the verdict must say."""

    title: str
    must: str
    """`fail`, `warn`, `pass` or `unknown`."""
    says: str
    build: Build

    def __str__(self) -> str:
        return self.title.replace(" ", "-")

    def check(self, lab: Lab, folder: Path) -> None:
        """Serve it, look at it, judge it, and compare."""
        verdict = verdict_of(self.build(lab), folder)
        assert _word(verdict) == self.must, _text(verdict)
        assert self.says in _text(verdict)
        if not isinstance(verdict, Holds):
            assert verdict.next_step


@dataclass(frozen=True)
class Table:
    """Rows in the order they are written."""

    rows: list[Row] = field(default_factory=list)

    def row(self, title: str, must: str, says: str = "") -> Callable[[Build], Build]:
        """Enter what the decorated function builds."""

        def enter(build: Build) -> Build:
            self.rows.append(Row(title, must, says, build))
            return build

        return enter


def _word(verdict: Verdict) -> str:
    match verdict:
        case Holds():
            return "pass"
        case Unknown():
            return "unknown"
        case Broken(severity=Severity.WARNING):
            return "warn"
        case Broken():
            return "fail"


def _text(verdict: Verdict) -> str:
    said = verdict.summary if isinstance(verdict, Holds) else verdict.why
    return "\n".join((said, *(f"{one.what}: {one.found}" for one in verdict.evidence)))
