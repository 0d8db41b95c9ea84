"""Sums in time buckets: the state behind every indicator, and the values that leave compute.

A bucket of grain minute or hour takes part only while it is within its grain's horizon, judged by the arrival of the
event that changes it; a day is never closed. Sums are exact integers. Of a flow a bucket holds what happened in it; of
a stock, by how much it changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from streams.core.columns import Array

MINUTE, HOUR, DAY = "minute", "hour", "day"
GRAINS = (MINUTE, HOUR, DAY)

HORIZON_S = {MINUTE: 2 * 3600, HOUR: 3 * 86_400}
"""How long after its start a bucket of this grain still changes, in seconds."""


class Key(NamedTuple):
    """Which sum: of an indicator, a unit, a combination of dimensions, and a bucket (epoch seconds of its start)."""

    indicator: str
    unit: str
    dims: str
    grain: str
    bucket: int


class Value(NamedTuple):
    """The sums of a bucket."""

    key: Key
    numerator: int
    denominator: int


class Buckets:
    """All sums of one partition, and which of them changed since they were last drained."""

    def __init__(self) -> None:
        self._sums: dict[Key, tuple[int, int]] = {}
        self._changed: set[Key] = set()
        self._evicted_minute = 0

    def add(self, key: Key, numerator: int, denominator: int) -> None:
        """Add to a bucket (a retraction adds negative numbers)."""
        old_numerator, old_denominator = self._sums.get(key, (0, 0))
        self._sums[key] = (old_numerator + numerator, old_denominator + denominator)
        self._changed.add(key)

    def drain(self) -> list[Value]:
        """The absolute values of what changed since the last call."""
        values = [Value(key, *self._sums[key]) for key in self._changed]
        self._changed.clear()
        return values

    def restore(self, values: Iterable[Value]) -> None:
        """Overlay absolute values read from the state's log; they do not count as changes."""
        for key, numerator, denominator in values:
            self._sums[key] = (numerator, denominator)

    def __iter__(self) -> Iterator[Value]:
        return (Value(key, *sums) for key, sums in self._sums.items())

    def evict(self, now_ms: int) -> None:
        """Forget buckets whose horizon has passed, unless they are still to be drained; looks once for each minute."""
        if now_ms // 60_000 == self._evicted_minute:
            return
        self._evicted_minute = now_ms // 60_000
        closed = [
            key
            for key in self._sums
            if key.grain != DAY and key not in self._changed and not is_open(key.grain, key.bucket, now_ms)
        ]
        for key in closed:
            del self._sums[key]


def is_open(grain: str, bucket: int, now_ms: int) -> bool:
    """Whether a bucket may still change at that instant (an arrival, epoch ms)."""
    return grain == DAY or now_ms <= (bucket + HORIZON_S[grain]) * 1000


def stock_buckets(days: Array, at_ms: Array) -> Array:
    """The buckets of changes of a stock, on the days that start at `days` (epoch seconds).

    A change at midnight itself (a due date has passed) has a bucket apart from the day's other changes, a second
    later, so that the stock at an instant T is the sum of the buckets up to T, and exact at every midnight.
    """
    buckets: Array = days + (at_ms != days * 1000)
    return buckets
