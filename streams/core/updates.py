"""What compute tells the others: absolute values of changed buckets, in records of many units each."""

from __future__ import annotations

from collections.abc import Container, Iterator
from zlib import crc32

import msgspec
import numpy as np

from streams.core.buckets import GRAINS
from streams.core.columns import renumbered, runs
from streams.core.sum_rows import Bucket, Series, SumRows
from streams.core.units import Units

_BUNDLES = 16
"""Units are told in so many bundles. More would be more records, fewer would load the partitions unevenly."""

_MOST_VALUES = 10_000
"""In a record: it stays well below the megabyte that a broker takes."""

Figure = tuple[str, str, str, str, str, int, int, int]
"""(unit, province, indicator, dims, grain, bucket as epoch seconds, numerator, denominator)"""


class IndicatorUpdate(msgspec.Struct, frozen=True):
    """A record of ioc.indicators.

    `part` is the partition of the events that the values come from: a parent unit's figure is the sum over parts.
    Of two values for the same bucket and part, the one with the higher `version` is newer. `at` is epoch ms. `units`
    are units with their provinces. `values` are columns: places in `units`, `series` and `buckets`, numerators,
    denominators.
    """

    part: int
    version: int
    at: int
    units: list[tuple[str, str]]
    series: list[Series]
    buckets: list[Bucket]
    values: tuple[list[int], list[int], list[int], list[int], list[int]]

    def figures(
        self, indicators: Container[str] | None = None, grains: Container[str] = GRAINS
    ) -> Iterator[Figure]:
        """The values one by one; of these indicators and grains only, where they are given."""
        units, series, buckets = self.units, self.series, self.buckets
        counted = [indicators is None or indicator in indicators for indicator, _ in series]
        grained = [grain in grains for grain, _ in buckets]
        for unit, which, bucket, numerator, denominator in zip(*self.values, strict=True):
            if counted[which] and grained[bucket]:
                yield (*units[unit], *series[which], *buckets[bucket], numerator, denominator)


def bundle(unit: str) -> int:
    """Which units are told together. A unit's values must reach one partition, so this is also the records' key."""
    return crc32(unit.encode()) % _BUNDLES


def updates(
    rows: SumRows, units: Units, part: int, version: int, at_ms: int
) -> Iterator[tuple[bytes, IndicatorUpdate]]:
    """What is to be told of changed sums: records with their keys."""
    unit, series, bucket, numerator, denominator = rows.columns()
    bundles = np.array([bundle(one) for one in rows.units], np.int64)[unit]
    order = np.argsort(bundles, kind="stable")
    for start, end in runs(bundles[order]):
        key = b"bundle-%d" % bundles[order[start]]
        for at in range(start, end, _MOST_VALUES):
            some = order[at : min(at + _MOST_VALUES, end)]
            (units_in, unit_at), (series_in, series_at), (buckets_in, bucket_at) = (
                renumbered(column[some]) for column in (unit, series, bucket)
            )
            codes = [rows.units[one] for one in units_in]
            update = IndicatorUpdate(
                part=part,
                version=version,
                at=at_ms,
                units=[(code, units.province_of(code).code) for code in codes],
                series=[rows.all_series[one] for one in series_in],
                buckets=[rows.buckets[one] for one in buckets_in],
                values=(
                    unit_at.tolist(),
                    series_at.tolist(),
                    bucket_at.tolist(),
                    numerator[some].tolist(),
                    denominator[some].tolist(),
                ),
            )
            yield key, update
