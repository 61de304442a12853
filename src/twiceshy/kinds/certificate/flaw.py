"""One thing wrong with what a server serves, before it is known how many of them do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from twiceshy.model.verdict import Severity


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong, how bad that is where all clients meet it, and what to do."""

    code: str
    """Stable and short, such as `expired`; the documentation lists them."""
    severity: Severity
    why: str
    """One clause, without the address."""
    next_step: str
    """One sentence in the imperative."""
    hurts_at: datetime | None = None
    """When it begins to hurt; None when it already does, or when nobody can say."""

    @property
    def blocks(self) -> bool:
        """Whether a client that checks this turns away."""
        return self.severity is not Severity.WARNING


def critical(code: str, why: str, next_step: str) -> Flaw:
    """Every client turns away."""
    return Flaw(code, Severity.CRITICAL, why, next_step)


def serious(code: str, why: str, next_step: str) -> Flaw:
    """Some clients turn away."""
    return Flaw(code, Severity.SERIOUS, why, next_step)


def warning(code: str, why: str, next_step: str) -> Flaw:
    """No client turns away yet."""
    return Flaw(code, Severity.WARNING, why, next_step)
