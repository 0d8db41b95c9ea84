"""No more than so many a second: pure, time is an argument."""

from __future__ import annotations

_SECONDS = {"s": 1, "min": 60, "h": 3600}


def per_second(rate: str) -> float | None:
    """How many a second a rate such as `500/s`, `20/min` or `1000/h` is; None if it is empty."""
    number, _, unit = rate.partition("/")
    return int(number) / _SECONDS[unit] if rate else None


class Pace:
    """Says how long to wait after some were made, so that in the mean no more than `per_second` are.

    A pause is not made up for: what was not made in the last second is gone.
    """

    def __init__(self, per_second: float | None) -> None:
        self._per_second = per_second
        self._free_at = 0.0

    def at_once(self, most: int) -> int:
        """How many to make at once, so that no second has many more than it may."""
        return most if self._per_second is None else max(1, min(most, int(self._per_second / 4)))

    def after(self, made: int, now: float) -> float:
        """The seconds to wait before more are made, when `made` were since the last call."""
        if self._per_second is None:
            return 0.0
        self._free_at = max(self._free_at, now - 1) + made / self._per_second
        return max(0.0, self._free_at - now)
