"""Sums in time buckets: the state behind every indicator, and the values that leave compute.

A bucket of grain minute or hour takes part only while it is within its grain's horizon, judged by the arrival of the
event that changes it; a day is never closed. Sums are exact integers. Of a flow a bucket holds what happened in it; of
a stock, by how much it changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from sys import intern
from typing import NamedTuple
from zlib import compress, decompress

import msgspec

from streams.core.columns import Array

MINUTE, HOUR, DAY = "minute", "hour", "day"
GRAINS = (MINUTE, HOUR, DAY)

HORIZON_S = {MINUTE: 2 * 3600, HOUR: 3 * 86_400}
"""How long after its start a bucket of this grain still changes, in seconds."""

_QUIET_S = 32 * 86_400
"""A day that began so long ago is packed until something changes it."""

_Packed = tuple[str, str, str, int, int]
"""(indicator, unit, dims, numerator, denominator) of a day."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[_Packed]).decode


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
    """All sums of one partition, and which of them changed since they were last drained.

    Days that have been quiet for a while are packed: a year of days would otherwise be most of a worker's memory.
    """

    def __init__(self) -> None:
        self._fine: dict[Key, tuple[int, int]] = {}
        self._days: dict[Key, tuple[int, int]] = {}
        self._packed: dict[int, bytes] = {}
        self._packed_sums = 0
        self._changed: set[Key] = set()
        self._tidied_minute = self._packed_hour = 0

    def _holding(self, key: Key) -> dict[Key, tuple[int, int]]:
        if key.grain != DAY:
            return self._fine
        if key.bucket in self._packed:
            self._unpack(key.bucket)
        return self._days

    def add(self, key: Key, numerator: int, denominator: int) -> None:
        """Add to a bucket (a retraction adds negative numbers)."""
        sums = self._holding(key)
        old_numerator, old_denominator = sums.get(key, (0, 0))
        sums[key] = (old_numerator + numerator, old_denominator + denominator)
        self._changed.add(key)

    def drain(self) -> list[Value]:
        """The absolute values of what changed since the last call."""
        values = [Value(key, *self._holding(key)[key]) for key in self._changed]
        self._changed.clear()
        return values

    def restore(self, values: Iterable[Value]) -> None:
        """Overlay absolute values read from the state's log; they do not count as changes."""
        for (indicator, unit, dims, grain, bucket), numerator, denominator in values:
            # read from a log, each key comes with texts of its own
            key = Key(intern(indicator), intern(unit), intern(dims), intern(grain), bucket)
            self._holding(key)[key] = (numerator, denominator)

    def repeat(self, keys: Iterable[Key]) -> None:
        """Let these count as changed, so that the next drain tells them again."""
        self._changed.update(key for key in keys if key in self._holding(key))

    def __len__(self) -> int:
        return len(self._fine) + len(self._days) + self._packed_sums

    def __iter__(self) -> Iterator[Value]:
        for sums in (self._fine, self._days):
            for key, (numerator, denominator) in sums.items():
                yield Value(key, numerator, denominator)
        for bucket in self._packed:
            yield from self._packed_values(bucket)

    def tidy(self, now_ms: int) -> None:
        """Forget buckets whose horizon has passed, and pack quiet days, once all is drained.

        Looks once a minute, and once an hour for days.
        """
        if now_ms // 60_000 == self._tidied_minute:
            return
        self._tidied_minute = now_ms // 60_000
        for key in [key for key in self._fine if not is_open(key.grain, key.bucket, now_ms)]:
            del self._fine[key]
        if now_ms // 3_600_000 != self._packed_hour:
            self._packed_hour = now_ms // 3_600_000
            self._pack(now_ms // 1000 - _QUIET_S)

    def _pack(self, before: int) -> None:
        days: defaultdict[int, list[_Packed]] = defaultdict(list)
        for key in [key for key in self._days if key.bucket < before]:
            numerator, denominator = self._days.pop(key)
            days[key.bucket].append((key.indicator, key.unit, key.dims, numerator, denominator))
        for bucket, rows in days.items():
            self._packed[bucket] = compress(_encode(rows), 1)
            self._packed_sums += len(rows)

    def _unpack(self, bucket: int) -> None:
        sums = {key: (numerator, denominator) for key, numerator, denominator in self._packed_values(bucket)}
        self._days.update(sums)
        self._packed_sums -= len(sums)
        del self._packed[bucket]

    def _packed_values(self, bucket: int) -> Iterator[Value]:
        for indicator, unit, dims, numerator, denominator in _decode(decompress(self._packed[bucket])):
            yield Value(
                Key(intern(indicator), intern(unit), intern(dims), DAY, bucket), numerator, denominator
            )


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
