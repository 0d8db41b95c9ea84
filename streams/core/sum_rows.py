"""Sums as they leave compute: columns for the state's log, and from there what is told; and single ones for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
import numpy as np

from streams.core.columns import Array, Codes

Series = tuple[str, str]
"""(indicator, dims)"""

Bucket = tuple[str, int]
"""(grain, epoch seconds of its start)"""


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


class SumRows(msgspec.Struct, array_like=True):
    """Absolute values of some sums, as they are written to the state's log: columns as bytes, little-endian.

    `series`, `unit` and `bucket` are places in the lists, four bytes each; the sums have eight.
    """

    all_series: list[Series] = []
    units: list[str] = []
    buckets: list[Bucket] = []
    series: bytes = b""
    unit: bytes = b""
    bucket: bytes = b""
    numerator: bytes = b""
    denominator: bytes = b""

    @classmethod
    def of(cls, values: Iterable[Value]) -> SumRows:
        """Of single ones."""
        series, units, buckets = Codes[Series](), Codes[str](), Codes[Bucket]()
        places: list[tuple[int, int, int]] = []
        sums: list[tuple[int, int]] = []
        for (indicator, unit, dims, grain, bucket), numerator, denominator in values:
            places.append((series[indicator, dims], units[unit], buckets[grain, bucket]))
            sums.append((numerator, denominator))
        columns = [
            *np.array(places, "<i4").reshape(-1, 3).T,
            *np.array(sums, "<i8").reshape(-1, 2).T,
        ]
        return cls(series.known, units.known, buckets.known, *(column.tobytes() for column in columns))

    def without(self, grain: str) -> SumRows:
        """Those of the other grains."""
        unit, series, bucket, numerator, denominator = self.columns()
        kept = np.array([other != grain for other, _ in self.buckets], bool)[bucket]
        columns = (series, unit, bucket, numerator, denominator)
        return SumRows(
            self.all_series, self.units, self.buckets, *(column[kept].tobytes() for column in columns)
        )

    def __len__(self) -> int:
        return len(self.numerator) // 8

    def columns(self) -> tuple[Array, ...]:
        """Places of units, series and buckets, numerators, denominators."""
        places = [np.frombuffer(column, "<i4") for column in (self.unit, self.series, self.bucket)]
        return *places, *(np.frombuffer(column, "<i8") for column in (self.numerator, self.denominator))

    def __iter__(self) -> Iterator[Value]:
        columns = [column.tolist() for column in self.columns()]
        for unit, series, bucket, numerator, denominator in zip(*columns, strict=True):
            indicator, dims = self.all_series[series]
            key = Key(indicator, self.units[unit], dims, *self.buckets[bucket])
            yield Value(key, numerator, denominator)
