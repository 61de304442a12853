"""How much may be looked at before an answer is given up."""

from __future__ import annotations

MOST_STEPS = 200_000
"""Some seconds; ordinary questions need a few hundred."""


class GivenUp(Exception):
    """The question is not answered; why."""


class Budget:
    """Counts steps instead of looking at a clock, so that the same question ends the same way."""

    def __init__(
        self,
        most_steps: int = MOST_STEPS,
        most_chains: int = 5_000,
        whole: Budget | None = None,
    ) -> None:
        self.most_chains = most_chains
        self._whole = whole
        self._left = most_steps
        self._most = most_steps

    @property
    def spent(self) -> int:
        """Steps made so far."""
        return self._most - self._left

    def spend(self, steps: int) -> None:
        """Count steps; raises GivenUp when there were too many."""
        if self._whole is not None:
            self._whole.spend(steps)
        self._left -= steps
        if self._left < 0:
            self.give_up(f"the rules overlap so much that {self._most} steps were not enough")

    def part(self, most_steps: int) -> Budget:
        """A smaller one, of which every step counts here too."""
        return Budget(most_steps, self.most_chains, self)

    def give_up(self, why: str) -> None:
        """Raises GivenUp."""
        raise GivenUp(why)
