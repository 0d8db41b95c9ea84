"""Counts in bins, added up and taken back, against the values themselves and against the library's own sketch."""

from __future__ import annotations

from collections import Counter
from math import ceil
from zlib import crc32

import numpy as np
import pytest
from ddsketch import DDSketch
from ddsketch.mapping import LogarithmicMapping
from hypothesis import given
from hypothesis import strategies as st

from streams.core.columns import NULL
from streams.core.sketch import BINS, LARGEST, RELATIVE_ERROR, bins_of, quantile

KEY = LogarithmicMapping(RELATIVE_ERROR).key

values = st.integers(0, 100) | st.integers(0, 400 * 86_400_000) | st.integers(0, LARGEST)
parts = st.lists(st.lists(values, max_size=20), min_size=1, max_size=5)
shares = st.integers(1, 1000).map(lambda permille: permille / 1000)


def counted(several: list[int]) -> Counter[int]:
    return Counter(BINS[bins_of(np.array(several, np.int64))].tolist())


@given(st.integers(1, LARGEST))
def test_a_bin_holds_what_the_library_s_sketch_cannot_tell_apart(value: int) -> None:
    place = int(bins_of(np.array([value]))[0])
    low = int(BINS[place])
    assert low <= value
    assert KEY(low) == KEY(value)
    assert low == 1 or KEY(low - 1) < KEY(low)


def test_the_bins_are_those_of_what_is_stored() -> None:
    # sums by these bins stand in logs and tables: other bins would be other figures
    assert (len(BINS), crc32(BINS.astype("<i8").tobytes())) == (864, 0x5D9621B8)


def test_what_has_no_bin_of_its_own_counts_in_the_first_or_the_last() -> None:
    assert bins_of(np.array([NULL, -1, 0, 1, LARGEST, 2**62])).tolist() == [0, 0, 0, 1, 863, 863]


@given(parts, parts, shares)
def test_a_quantile_is_within_its_error_whatever_is_added_and_taken_back(
    kept: list[list[int]], taken_back: list[list[int]], share: float
) -> None:
    cases: Counter[int] = Counter()
    for part in [*kept, *taken_back]:
        cases.update(counted(part))
    for part in taken_back:
        cases.subtract(counted(part))
    everything = sorted(value for part in kept for value in part)
    found = quantile(share, cases)
    if not everything:
        assert found is None
        return
    true = everything[ceil(round(share * 1000) * len(everything) / 1000) - 1]
    assert found is not None
    assert abs(found - true) <= RELATIVE_ERROR * true * (1 + 1e-12)


@given(parts, shares)
def test_a_quantile_is_that_of_the_library_s_sketch(several: list[list[int]], share: float) -> None:
    sketch, cases = DDSketch(RELATIVE_ERROR), Counter[int]()
    for part in several:
        of_part = DDSketch(RELATIVE_ERROR)
        for value in part:
            of_part.add(value)
        sketch.merge(of_part)
        cases.update(counted(part))
    found = quantile(share, cases)
    if found is None:
        assert sketch.count == 0
        return
    place = ceil(round(share * 1000) * sketch.count / 1000) - 1
    # the library counts places from 0 to n - 1 and takes the one at or before share * (n - 1)
    last = sketch.count - 1
    theirs = sketch.get_quantile_value(1 if place == last else (place + 0.5) / last)
    # theirs stands for the real numbers of the bin, ours for the whole ones
    assert found == pytest.approx(theirs, rel=1e-9, abs=1 + RELATIVE_ERROR)


@pytest.mark.parametrize(("share", "place"), [(0.1, 1), (0.5, 5), (0.7, 7), (0.9, 9), (0.901, 10), (1, 10)])
def test_the_value_that_a_share_does_not_exceed(share: float, place: int) -> None:
    assert quantile(share, Counter(range(1, 11))) == pytest.approx(place * (1 + RELATIVE_ERROR))
