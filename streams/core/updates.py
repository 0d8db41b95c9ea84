"""What compute tells the others: absolute values of changed buckets, gathered by unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from streams.core.buckets import Value
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
    values: Iterable[Value], units: Units, part: int, version: int, at_ms: int
) -> list[IndicatorUpdate]:
    """One update per unit that changed."""
    by_unit: defaultdict[str, list[Figure]] = defaultdict(list)
    for (indicator, unit, dims, grain, bucket), numerator, denominator in values:
        by_unit[unit].append((indicator, dims, grain, bucket, numerator, denominator))
    return [
        IndicatorUpdate(unit, units.province_of(unit).code, part, version, at_ms, figures)
        for unit, figures in by_unit.items()
    ]
