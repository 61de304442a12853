"""What is seen of a renewal: the client's configuration, and what a live look adds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from twiceshy.languages.certbot.installation import Installation
from twiceshy.languages.certbot.issued import Issued
from twiceshy.languages.schedules.job import Job
from twiceshy.model.fact import Fact
from twiceshy.model.place import Place


@dataclass(frozen=True, slots=True)
class Script:
    """A file that a hook runs, or that a schedule does."""

    path: str
    text: str | None = None
    is_executable: bool | None = None
    """None when the mode is not known."""
    is_missing: bool = False
    """Whether it is known not to be there; otherwise a script without text was not handed in."""


@dataclass(frozen=True, slots=True)
class Use:
    """A server's configuration that names a certificate's files."""

    lineage: str
    service: str
    """Such as `nginx`; empty when the folder does not tell."""
    path: str
    line: int
    file: str
    """The certificate file it names."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a web server's configuration answers the authority's request for one name."""

    name: str
    folder: str | None
    """The folder whose `.well-known/acme-challenge/` is served; None for any other answer."""
    answer: str
    """What it does instead, in words; empty for a folder."""
    place: Place
    """The deciding line."""
    follows: bool = False
    """Whether the answer is one that may lead to the challenge all the same: a redirect to
    another server, a proxy, or something that is not understood."""


@dataclass(frozen=True, slots=True)
class ChallengeSeen:
    """A test file, put into a webroot and asked for by HTTP."""

    name: str
    webroot: str
    address: str
    """The address that was asked; empty when the name has none."""
    problem: str | None
    """None when the file came back; else what came instead, one clause."""
    is_unseen: bool = False
    """Whether the problem is one of the look, which says nothing about the server."""


@dataclass(frozen=True, slots=True)
class ServedSeen:
    """The certificate one address of an endpoint serves now."""

    endpoint: str
    address: str
    name: str
    serial: int | None
    not_after: datetime | None = None
    names: tuple[str, ...] = ()
    problem: str | None = None
    """Why no certificate was seen."""


@dataclass(frozen=True, slots=True)
class TimerSeen:
    """What systemd says of a timer."""

    unit: str
    is_active: bool
    enabled: str
    """Such as `enabled`, `disabled`, `masked`."""
    last: datetime | None
    next: datetime | None
    service_result: str = ""
    """How the service ended last: `success`, `exit-code`, ...; empty when it is not known."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the client's log that tells of a failure."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class CommandSeen:
    """A command that was run on the host, and how it ended."""

    command: str
    exit_code: int | None
    """None when it could not be run or did not end in time."""
    said: str
    """The line that tells most, shortened."""


@dataclass(frozen=True, slots=True)
class LiveSeen:
    """What only a look at the running host can tell; None or empty: not looked."""

    challenges: tuple[ChallengeSeen, ...] | None = None
    timers: tuple[TimerSeen, ...] | None = None
    cron_runs: bool | None = None
    """Whether a cron daemon runs."""
    last_run: datetime | None = None
    """When the client wrote its log last."""
    log: tuple[LogLine, ...] | None = None
    tests: tuple[CommandSeen, ...] | None = None
    rehearsals: tuple[CommandSeen, ...] = ()
    """One for each authority."""
    missing_webroots: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    """Files in live/ that are not symbolic links, which certbot refuses."""
    denied: str | None = None
    """What the account that looked may not read."""


@dataclass(frozen=True, slots=True)
class ClientSeen:
    """One place where renewal is configured: a host, or a configuration handed in."""

    origin: str
    prefix: str = ""
    """What stands before absolute paths where people find the files."""
    installation: Installation | None = None
    """Certbot's; None for another client."""
    kept: tuple[Issued, ...] = ()
    """The certificates of another client."""
    not_kept: tuple[tuple[str, str], ...] = ()
    """Files that should be certificates, and why none was read."""
    jobs: tuple[Job, ...] = ()
    """The scheduled commands that renew."""
    uses: tuple[Use, ...] = ()
    ways: tuple[Way, ...] = ()
    scripts: tuple[Script, ...] = ()
    fronts: tuple[tuple[str, Place], ...] = ()
    """Servers that listen at the port the authority comes to: what they are, and where."""
    is_folder_seen: bool = False
    """Whether more of certbot's folder was handed in than renewal/, so that its hooks are known."""
    accounts_seen: bool = False
    """Whether the folder of accounts was looked at."""
    credentials: tuple[tuple[str, int | None, bool], ...] = ()
    """Files with secrets that are named: path, permission bits if known, and whether it is known
    not to be there."""
    is_whole: bool = False
    """Whether everything was looked at, so that what is not there is missing."""
    live: LiveSeen | None = None

    def shown(self, path: str) -> str:
        """The path as people know it."""
        return f"{self.prefix}{path}" if self.prefix else path

    def place(self, path: str, line: int = 1, column: int = 1) -> Place:
        """A line of one of its files."""
        return Place(self.shown(path), max(line, 1), max(column, 1))

    def script(self, path: str) -> Script | None:
        """A script by its path, as far as it was looked for."""
        return next((one for one in self.scripts if one.path == path), None)


@dataclass(frozen=True, slots=True)
class NotReached:
    """A host of the target whose configuration was not seen."""

    host: str
    why: str
    next_step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalFact(Fact):
    """All that was seen of the renewal of a target's certificates."""

    clients: tuple[ClientSeen, ...]
    served: tuple[ServedSeen, ...] | None = None
    """What the target's endpoints serve; None: not looked."""
    not_reached: tuple[NotReached, ...] = field(default=())
