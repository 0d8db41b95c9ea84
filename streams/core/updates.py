"""What compute tells the others: absolute values of changed buckets, gathered by unit."""

from __future__ import annotations

import msgspec
import numpy as np

from streams.core.columns import runs
from streams.core.sum_rows import SumRows
from streams.core.units import Units

Figure = tuple[str, str, str, int, int, int]
"""(indicator, dims, grain, bucket as epoch seconds, numerator, denominator)"""


class IndicatorUpdate(msgspec.Struct, frozen=True):
    """A record of ioc.indicators.

    `part` is the partition of the events that the values come from: a parent unit's figure is the sum over parts.
    Of two values for the same bucket and part, the one with the higher `version` is newer. `at` is epoch ms.
    """

    unit: str
    province: str
    part: int
    version: int
    at: int
    values: list[Figure]


def updates_by_unit(
    rows: SumRows, units: Units, part: int, version: int, at_ms: int
) -> list[IndicatorUpdate]:
    """One update per unit that changed."""
    unit, series, bucket = (np.frombuffer(column, "<i4") for column in (rows.unit, rows.series, rows.bucket))
    numerator, denominator = (np.frombuffer(column, "<i8") for column in (rows.numerator, rows.denominator))
    order = np.argsort(unit, kind="stable")
    names = zip(*rows.all_series, strict=True), zip(*rows.buckets, strict=True)
    columns = [
        *(np.array(texts, object)[series[order]] for texts in names[0]),
        *(np.array(values, object)[bucket[order]] for values in names[1]),
        numerator[order],
        denominator[order],
    ]
    figures: list[Figure] = list(zip(*[column.tolist() for column in columns], strict=True))
    return [
        IndicatorUpdate(code, units.province_of(code).code, part, version, at_ms, figures[start:end])
        for code, (start, end) in zip(rows.units, runs(unit[order]), strict=True)
    ]
