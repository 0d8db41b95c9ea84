"""Quantiles of whole numbers from counts in bins: a DDSketch taken apart, so that each bin is an ordinary sum.

The bins are those of Datadog's sketch. They never change, so counts of several units, days and partitions add up to
the sketch of all their values, and a value that no longer holds is taken back exactly. Any quantile is within
RELATIVE_ERROR of the true one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import ceil

import numpy as np
from ddsketch.mapping import LogarithmicMapping

from streams.core.columns import Array

RELATIVE_ERROR = 0.02
"""How far a quantile may be from the true one, as a share of it. The bins follow from it, and what is stored too."""

LARGEST = 2**53
"""Greater values count as this one: durations of 285,000 years, more VND than there are."""


def _lowest_values() -> Iterator[int]:
    """The lowest whole number of every bin that holds any; 0 is a bin of its own."""
    key = LogarithmicMapping(RELATIVE_ERROR).key
    low = 1
    yield 0
    while low <= LARGEST:
        yield low
        low = bisect_left(range(2 * low + 1), key(low) + 1, lo=low, key=key)


BINS = np.fromiter(_lowest_values(), np.int64)
"""The lowest value of every bin, ascending. A negative value counts as 0."""


def bins_of(values: Array) -> Array:
    """For each value the place of its bin in BINS."""
    return np.maximum(np.searchsorted(BINS, values, side="right") - 1, 0)


def quantile(share: float, cases: Mapping[int, int]) -> float | None:
    """The value that this share of the cases does not exceed, within RELATIVE_ERROR; None without cases.

    `cases` are counted by the lowest value of their bin, none less than 0. The true quantile is a value that occurs: of
    n cases in ascending order the one at place ceil(share * n), as ClickHouse's quantileExactWeighted has it.
    """
    total = sum(cases.values())
    if not total:
        return None
    place = max(ceil(Fraction(share).limit_denominator(1000) * total), 1)
    for low in sorted(cases):
        place -= cases[low]
        if place <= 0:
            return estimate(low)
    raise AssertionError  # the places are no more than the cases


def estimate(low: int) -> float:
    """What stands for all values of the bin whose lowest is given; no value of the bin is further away than stated.

    The highest is less than (1 + e) / (1 - e) times the lowest, e being RELATIVE_ERROR: the bins are made so.
    """
    return low * (1 + RELATIVE_ERROR)
