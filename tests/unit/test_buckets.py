"""Sums in buckets: neither packing quiet days away nor a restart with other units changes a figure."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.buckets import DAY, GRAINS, HORIZON_S, HOUR, MINUTE, Buckets, is_open
from streams.core.sum_rows import Key, SumRows

DAY_S = 86_400
UNITS = {"40": 0, "a": 1, "b": 2}
OTHER_UNITS = {"new": 0, "b": 1, "a": 2, "40": 3}
Sums = dict[Key, tuple[int, int]]

keys = st.builds(
    Key,
    st.sampled_from(["x", "y"]),
    st.sampled_from(sorted(UNITS)),
    st.sampled_from(["", "channel=online"]),
    st.just(DAY) | st.sampled_from(GRAINS),
    st.integers(0, 60).map(lambda day: day * DAY_S),
)
steps = st.one_of(
    st.tuples(st.just("add"), st.lists(st.tuples(keys, st.integers(-3, 3), st.integers(-1, 1)), max_size=6)),
    st.tuples(st.just("tidy"), st.integers(60, 50 * DAY_S)),
    st.tuples(st.just("restart"), st.sampled_from([UNITS, OTHER_UNITS])),
)


@given(st.lists(steps, max_size=30))
def test_sums_are_what_was_added(steps: list[tuple[str, Any]]) -> None:
    buckets, wanted, now_s = Buckets(UNITS), Sums(), 0
    for what, value in steps:
        if what == "add":
            change: defaultdict[Key, tuple[int, int]] = defaultdict(lambda: (0, 0))
            for key, numerator, denominator in value:
                add(buckets, key, numerator, denominator)
                change[key] = plus(change[key], (numerator, denominator))
            changed = {key: plus(wanted.get(key, (0, 0)), sums) for key, sums in change.items() if any(sums)}
            wanted |= changed
            assert sums_of(buckets.drain()) == changed
        elif what == "tidy":
            now_s += value
            buckets.tidy(now_s * 1000)
            wanted = {key: sums for key, sums in wanted.items() if is_open(*key[3:], now_s * 1000)}
        else:
            restored = Buckets(value)
            for rows in buckets.all(2):
                restored.restore(rows)
            buckets = restored
    assert everything(buckets) == wanted
    assert len(buckets) == len(wanted)


def test_a_repeated_delta_is_told_as_it_is_now_with_what_is_new() -> None:
    buckets = Buckets(UNITS)
    key, other = (Key("x", unit, "", DAY, 0) for unit in ("40", "a"))
    add(buckets, key, 1, 2)
    delta = buckets.drain()
    restored = Buckets(UNITS)
    restored.restore(delta)
    restored.repeat(delta)
    add(restored, key, 1, 1)
    add(restored, other, 5, 5)
    assert sums_of(restored.drain()) == {key: (2, 3), other: (5, 5)}
    restored.repeat(delta)
    assert sums_of(restored.drain()) == {key: (2, 3)}
    assert sums_of(restored.drain()) == {}


def test_sums_of_a_unit_that_is_gone_are_passed_over() -> None:
    buckets, fewer = Buckets(UNITS), Buckets({"40": 0})
    add(buckets, Key("x", "40", "", DAY, 0), 1, 1)
    add(buckets, Key("x", "b", "", DAY, 0), 1, 1)
    delta = buckets.drain()
    fewer.restore(delta)
    fewer.repeat(delta)
    assert sums_of(fewer.drain()) == everything(fewer) == {Key("x", "40", "", DAY, 0): (1, 1)}


@pytest.mark.parametrize("sign", [1, -1])
def test_a_sum_that_cannot_be_stored_is_refused_by_name(sign: int) -> None:
    buckets = Buckets(UNITS)
    for _ in range(3):
        add(buckets, Key("amount", "a", "", DAY, 0), sign * 2**60, 1)
        buckets.drain()
    add(buckets, Key("amount", "a", "", DAY, 0), sign * 2**60, 1)
    with pytest.raises(OverflowError, match=f"a sum of amount of a in the day at 0 is {sign * 2**62}"):
        buckets.drain()


def test_sums_of_one_group_that_would_leave_64_bits_on_their_way_are_exact() -> None:
    buckets, key = Buckets(UNITS), Key("amount", "a", "", DAY, 0)
    for amount in (2**62, 2**62, 2**62, -(2**62), -(2**62), -(2**62), 7):
        add(buckets, key, amount, 0)
    assert sums_of(buckets.drain()) == {key: (7, 0)}


def test_quiet_days_are_packed_and_open_ones_are_not() -> None:
    buckets = Buckets(UNITS)
    for day in range(60):
        for number in range(1000):
            add(buckets, Key(f"i{number}", "40", "", DAY, day * DAY_S), 1, 0)
    buckets.drain()
    before = everything(buckets)
    buckets.tidy(60 * DAY_S * 1000)
    packed = [table for table in buckets._tables.values() if not hasattr(table, "cells")]
    assert len(packed) == 28
    assert everything(buckets) == before


def test_minutes_and_hours_are_forgotten_when_their_horizon_has_passed() -> None:
    buckets = Buckets(UNITS)
    for grain in (MINUTE, HOUR, DAY):
        add(buckets, Key("a", "40", "", grain, 0), 1, 0)
    buckets.drain()
    for now_s, left in (
        (HORIZON_S[MINUTE], {MINUTE, HOUR, DAY}),
        (HORIZON_S[MINUTE] + 60, {HOUR, DAY}),
        (HORIZON_S[HOUR] + 60, {DAY}),
    ):
        buckets.tidy(now_s * 1000)
        assert {key.grain for key in everything(buckets)} == left


def add(buckets: Buckets, key: Key, numerator: int, denominator: int) -> None:
    codes = buckets.series[key.indicator, key.dims], buckets._units[key.unit]
    bucket, series, unit, *sums = (
        np.array([value], np.int64) for value in (key.bucket, *codes, numerator, denominator)
    )
    buckets.add(key.grain, bucket, series, unit, sums)


def plus(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def sums_of(rows: SumRows) -> Sums:
    return {key: (numerator, denominator) for key, numerator, denominator in rows}


def everything(buckets: Buckets) -> Sums:
    return {key: sums for rows in buckets.all(1000) for key, sums in sums_of(rows).items()}
