"""Sums in time buckets: the state behind every indicator.

A bucket of grain minute or hour takes part only while it is within its grain's horizon, judged by the arrival of the
event that changes it; a day is never closed. Sums are exact integers. Of a flow a bucket holds what happened in it; of
a stock, by how much it changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zlib import compress, decompress

import numpy as np

from streams.core.columns import Array, Codes, renumbered, runs, sum_by
from streams.core.sum_rows import Bucket, Series, SumRows

MINUTE, HOUR, DAY = "minute", "hour", "day"
GRAINS = (MINUTE, HOUR, DAY)

HORIZON_S = {MINUTE: 2 * 3600, HOUR: 3 * 86_400}
"""How long after its start a bucket of this grain still changes, in seconds."""

_QUIET_S = 32 * 86_400
"""A day that began so long ago is packed until something changes it."""

_LIMIT = 2**62
"""A sum stays below it, so that adding two never leaves 64 bits, which is what the log and ClickHouse can hold."""


class _Table:
    """The sums of one bucket: cells in ascending order, and of each its numerator and denominator."""

    def __init__(self, cells: Array, sums: Array) -> None:
        self.cells, self.sums = cells, sums

    def __len__(self) -> int:
        return len(self.cells)

    def places(self, cells: Array) -> Array:
        """Where these cells (ascending, distinct) stand; new ones get a place, with sums of zero."""
        at = np.searchsorted(self.cells, cells)
        new = at == len(self.cells)
        new[~new] = self.cells[at[~new]] != cells[~new]
        if new.any():
            self.cells = np.insert(self.cells, at[new], cells[new])
            self.sums = np.insert(self.sums, at[new], 0, axis=1)
            at += np.cumsum(new) - new
        return at


class _Packed:
    """A table that is not expected to change."""

    def __init__(self, table: _Table) -> None:
        self._length = len(table)
        steps = np.diff(table.cells, prepend=0)
        self._data = compress(np.concatenate([steps, table.sums.ravel()]).tobytes(), 1)

    def __len__(self) -> int:
        return self._length

    def table(self) -> _Table:
        """What was packed."""
        steps, *sums = np.frombuffer(decompress(self._data), np.int64).reshape(3, self._length)
        return _Table(np.cumsum(steps), np.array(sums))


class Buckets:
    """All sums of one partition, and what is to be added to them at the next drain.

    A bucket is a table of cells, each of which is a series of a unit. `units` gives each unit's code. Days that have
    been quiet for a while are packed: a year of days would otherwise be much of a worker's memory.
    """

    def __init__(self, units: Mapping[str, int]) -> None:
        self._units = units
        self._unit_names = list(units)
        self.series = Codes[Series]()
        self._tables: dict[int, _Table | _Packed] = {}
        self._added: list[list[Array]] = []
        self._again: list[list[Array]] = []
        self._tidied_minute = self._packed_hour = 0

    def add(self, grain: str, bucket: Array, series: Array, unit: Array, sums: Sequence[Array]) -> None:
        """Add to buckets of a grain, row by row (a retraction adds negative numbers): numerators, denominators."""
        self._added.append([_when(grain, bucket), self._cells(series, unit), *sums])

    def drain(self) -> SumRows:
        """The absolute values of what changed since the last call.

        Raises:
            OverflowError: a sum would leave 64 bits.
        """
        added, again = self._added, self._again
        self._added, self._again = [], []
        if added:
            columns = _summed(added)
            changed = (columns[2] != 0) | (columns[3] != 0)
            added = [[column[changed] for column in columns]]
        if not (added or again):
            return SumRows()
        when, cells, *sums = _summed(added + again) if again else added[0]
        self._refuse_large(when, cells, sums)
        totals = np.array(sums, np.int64)
        for start, end in runs(when):
            part = slice(start, end)
            table = self._table(int(when[start]), cells[part])
            places = table.places(cells[part])
            table.sums[:, places] += totals[:, part]
            totals[:, part] = table.sums[:, places]
        self._refuse_large(when, cells, list(totals))
        return self._rows(when, cells, totals)

    def _table(self, when: int, cells: Array) -> _Table:
        """The table of a bucket; a new one has these cells."""
        table = self._tables.get(when)
        if isinstance(table, _Packed):
            table = self._tables[when] = table.table()
        elif table is None:
            table = self._tables[when] = _Table(cells.copy(), np.zeros((2, len(cells)), np.int64))
        return table

    def _refuse_large(self, when: Array, cells: Array, sums: Sequence[Array]) -> None:
        for column in sums:
            if len(column) and max(-int(column.min()), int(column.max())) >= _LIMIT:
                large = int(np.argmax(np.abs(column)))
                (indicator, dims), unit = self._named(int(cells[large]))
                grain, bucket = _bucket(int(when[large]))
                msg = (
                    f"a sum of {indicator}{dims and f' ({dims})'} of {unit} in the {grain} at {bucket} is"
                    f" {column[large]}, which is more than can be stored; let the indicator count in larger"
                    " units, or refuse such events by the bounds in their schema"
                )
                raise OverflowError(msg)

    def restore(self, rows: SumRows) -> None:
        """Overlay absolute values read from the state's log; they do not count as changes."""
        when, cells, *sums = self._columns(rows)
        order = np.lexsort((cells, when))
        when, cells, totals = when[order], cells[order], np.array(sums)[:, order]
        for start, end in runs(when):
            part = slice(start, end)
            table = self._table(int(when[start]), cells[part])
            places = table.places(cells[part])
            table.sums[:, places] = totals[:, part]

    def repeat(self, rows: SumRows) -> None:
        """Let these, already restored, count as changed, so that the next drain tells them again."""
        when, cells, numerator, denominator = self._columns(rows)
        self._again.append([when, cells, np.zeros_like(numerator), np.zeros_like(denominator)])

    def __len__(self) -> int:
        return sum(map(len, self._tables.values()))

    def all(self, chunk: int) -> Iterator[SumRows]:
        """All sums, so many at a time; only after a drain."""
        if not self._tables:
            return
        tables = [table.table() if isinstance(table, _Packed) else table for table in self._tables.values()]
        when = np.repeat(list(self._tables), [len(table) for table in tables])
        cells = np.concatenate([table.cells for table in tables])
        sums = np.concatenate([table.sums for table in tables], axis=1)
        for at in range(0, len(cells), chunk):
            part = slice(at, at + chunk)
            yield self._rows(when[part], cells[part], sums[:, part])

    def tidy(self, now_ms: int) -> None:
        """Forget buckets whose horizon has passed, and pack quiet days, once all is drained.

        Looks once a minute, and once an hour for days.
        """
        if now_ms // 60_000 == self._tidied_minute:
            return
        self._tidied_minute = now_ms // 60_000
        buckets = [(when, *_bucket(when)) for when in self._tables]
        for when, grain, start in buckets:
            if not is_open(grain, start, now_ms):
                del self._tables[when]
        if now_ms // 3_600_000 != self._packed_hour:
            self._packed_hour = now_ms // 3_600_000
            for when, grain, start in buckets:
                if grain == DAY and start < now_ms // 1000 - _QUIET_S:
                    table = self._tables[when]
                    self._tables[when] = _Packed(table) if isinstance(table, _Table) else table

    def _cells(self, series: Array, unit: Array) -> Array:
        cells: Array = series * len(self._units) + unit
        return cells

    def _named(self, cell: int) -> tuple[Series, str]:
        series, unit = divmod(cell, len(self._units))
        return self.series.known[series], self._unit_names[unit]

    def _rows(self, when: Array, cells: Array, sums: Array) -> SumRows:
        (series, series_at), (unit, unit_at) = map(renumbered, np.divmod(cells, len(self._units)))
        buckets, bucket_at = np.unique(when, return_inverse=True)
        numerator, denominator = sums
        return SumRows(
            [self.series.known[one] for one in series],
            [self._unit_names[one] for one in unit],
            [_bucket(one) for one in buckets.tolist()],
            series_at.tobytes(),
            unit_at.tobytes(),
            bucket_at.astype("<i4").tobytes(),
            numerator.astype("<i8").tobytes(),
            denominator.astype("<i8").tobytes(),
        )

    def _columns(self, rows: SumRows) -> tuple[Array, ...]:
        """When, cells, numerators, denominators; those of a unit that is no longer configured are passed over."""
        codes = (
            [self._units.get(unit, -1) for unit in rows.units],
            [self.series[one] for one in rows.all_series],
            [_when(*bucket) for bucket in rows.buckets],
        )
        *places, numerator, denominator = rows.columns()
        units, series, when = (np.array(one, np.int64)[at] for one, at in zip(codes, places, strict=True))
        there = np.flatnonzero(units >= 0)
        return tuple(column[there] for column in (when, self._cells(series, units), numerator, denominator))


def _when(grain: str, bucket: Any) -> Any:
    """One number for a bucket of a grain, or a column of them."""
    return bucket * len(GRAINS) + GRAINS.index(grain)


def _bucket(when: int) -> Bucket:
    start, grain = divmod(when, len(GRAINS))
    return GRAINS[grain], start


def _summed(added: Sequence[Sequence[Array]]) -> list[Array]:
    """Columns of distinct buckets and cells in ascending order, and of what is added to each."""
    when, cells, *sums = (np.concatenate(column) for column in zip(*added, strict=True))
    keys, totals = sum_by([when, cells], sums)
    return [*keys, *totals]


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
