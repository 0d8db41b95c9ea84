"""When a program that died is started again: policy and state, without processes or clocks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Wait `first_seconds`, twice as long after each further death, never longer than `longest_seconds`.

    A run of `healthy_seconds` or more shows that the cause is gone: the next death is a first one again.
    """

    first_seconds: float = 1.0
    longest_seconds: float = 30.0
    healthy_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Deaths:
    """How often a program died in a row, without a healthy run between."""

    in_a_row: int = 0

    def then(self, ran_seconds: float, policy: Backoff) -> Deaths:
        """The state after one more death, of a run that lasted `ran_seconds`."""
        return Deaths(1 if ran_seconds >= policy.healthy_seconds else self.in_a_row + 1)

    def delay_seconds(self, policy: Backoff) -> float:
        """How long to wait before the next start; 0 when nothing died yet."""
        if not self.in_a_row:
            return 0.0
        doublings = min(self.in_a_row - 1, 60)  # beyond any limit already, and still a float
        return min(policy.first_seconds * 2.0**doublings, policy.longest_seconds)
