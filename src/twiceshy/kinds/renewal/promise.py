"""What a renewal guard promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

_MOST_DAYS = 3660
_MOST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Promise:
    """Certificates will be renewed in time, and the servers will serve the new ones."""

    client: Literal["certbot", "command"] = "certbot"
    """`certbot`, whose own configuration is read; `command` for acme.sh, lego, dehydrated or a
    script: `command`, `certificates`, `hooks` and `webroots` then say what there is."""
    names: tuple[str, ...] = ()
    """The certificates that must be renewed: certbot's names for them, or host names they are
    for. Left out: all that certbot has."""
    config_dir: str = "/etc/letsencrypt"
    """Certbot's folder."""
    logs_dir: str = "/var/log/letsencrypt"
    """Where certbot logs."""
    command: str = ""
    """Of another client: what the timer or crontab runs, such as `acme.sh --cron`; a part of the
    line is enough."""
    certificates: tuple[str, ...] = ()
    """Of another client: the PEM files it keeps, absolute paths."""
    hooks: tuple[str, ...] = ()
    """Of another client: the scripts it runs after a renewal, absolute paths."""
    webroots: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Of another client: host name to the folder in which it puts the challenge."""
    server: str | None = None
    """The directory URL of the authority that must be configured. Left out: any but a staging
    one, whose certificates nobody trusts."""
    renewed_days_before: int | None = None
    """How many days before its end a certificate must have been renewed. Left out: when a third
    of its lifetime is left, which fits 90-day, 47-day and 6-day ones alike."""
    lifetime_days: int | None = None
    """How long certificates live, for when none can be seen. Left out: 90 days."""
    last_success_within_days: int | None = None
    """How long ago the last renewal may be."""
    timer: Literal["runs", "none"] = "runs"
    """`runs`: a timer, a crontab or a folder of cron's starts the renewal, often enough; `none`
    when something outside of the host does."""
    reload_hook: Literal["reloads", "exists", "none"] = "reloads"
    """`reloads`: every server that uses a certificate is reloaded when there is a new one;
    `exists`: there is a hook and it can run, whatever it does; `none`: nothing is promised."""
    reloads: tuple[str, ...] = ()
    """Services that must be reloaded, such as `nginx` and `postfix`. Left out: those whose
    configuration is seen to name the certificate."""
    self_test: bool = True
    """Whether to put a small file into each webroot on the host, fetch it as the authority would,
    and take it away again. Nothing is asked of the authority."""
    challenge_port: int = 80
    """The port the authority comes to; another one only with an authority of your own."""
    server_tests: tuple[str, ...] | None = None
    """Commands on the host that must succeed for a reload to take, such as `nginx -t`. Left out:
    that of nginx when it uses a certificate; an empty list: none."""
    rehearsal: Literal["none", "configured", "configured-with-hooks"] = "none"
    """`configured`: run `certbot renew --dry-run` on the host against the configured authority,
    which uses none of the limits for certificates; give `--timeout` minutes then. It runs pre- and
    post-hooks, which may stop a server: with any of these only `configured-with-hooks` does it."""
    rehearsal_command: str = ""
    """Another command to rehearse with, as on a command line; of `client: command` the only one."""
    most_issued_per_week: int = 5
    """How many certificates for the same names the authority issues in a week (Let's Encrypt: 5)."""
    rollout_minutes: int = 60
    """How long after its issue a new certificate may not be served yet everywhere."""

    def __post_init__(self) -> None:
        for name in ("renewed_days_before", "lifetime_days", "last_success_within_days"):
            days = getattr(self, name)
            if days is not None and not 1 <= days <= _MOST_DAYS:
                raise ValueError(f"{name} must be between 1 and {_MOST_DAYS}, not {days}")
        if not 1 <= self.challenge_port <= _MOST_PORT:
            raise ValueError(f"{self.challenge_port} is not a port (1 to {_MOST_PORT})")
        if self.most_issued_per_week < 1:
            raise ValueError("most_issued_per_week must be positive")
        if self.rollout_minutes < 0:
            raise ValueError(f"rollout_minutes cannot be negative, as {self.rollout_minutes} is")
        if self.client == "command" and not (self.command or self.certificates):
            raise ValueError("client: command needs `command`, `certificates` or both")
        paths = (self.config_dir, self.logs_dir, *self.certificates, *self.hooks)
        for path in (*paths, *self.webroots.values()):
            if not path.startswith("/"):
                raise ValueError(f"{path!r} is not an absolute path")
