"""Sums by key, ranks, first of a row: columns give what plain Python gives."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.core.columns import (
    NULL,
    Codes,
    Projection,
    first_of,
    ranks_of,
    renumbered,
    runs,
    spread,
    sum_by,
    times,
)

WIDE = st.one_of(st.integers(-3, 3), st.sampled_from([NULL, 2**63 - 1, 2**62, -(2**62)]))
ROWS = st.lists(st.tuples(WIDE, WIDE, st.integers(0, 2), st.integers(-(10**15), 10**15)), max_size=40)


@given(ROWS, st.sampled_from([1, 10**3]))
def test_sums_are_those_of_a_dictionary(rows: list[tuple[int, int, int, int]], factor: int) -> None:
    wanted: defaultdict[tuple[int, int, int], int] = defaultdict(int)
    for a, b, c, value in rows:
        wanted[a, b, c] += value * factor
    columns = [np.array([row[at] for row in rows], np.int64) for at in range(4)]

    keys, (sums,) = sum_by(columns[:3], [columns[3] * factor])

    found = list(zip(*[key.tolist() for key in keys], strict=True))
    assert found == sorted(wanted)
    assert sums.tolist() == [wanted[key] for key in found]


def test_a_sum_beyond_64_bits_is_exact() -> None:
    key, value = np.zeros(4, np.int64), np.full(4, 2**62)
    assert sum_by([key], [value])[1][0].tolist() == [2**64]


@given(st.lists(st.tuples(st.integers(-(2**40), 2**40), st.integers(-(2**62), 2**62)), max_size=20))
def test_products_are_exact(pairs: list[tuple[int, int]]) -> None:
    factors, values = (np.array([pair[at] for pair in pairs], np.int64) for at in range(2))
    assert times(factors, values).tolist() == [factor * value for factor, value in pairs]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), max_size=20))
def test_rows_are_spread_over_their_places(ranges: list[tuple[int, int]]) -> None:
    starts, lengths = (np.array([one[at] for one in ranges], np.int64) for at in range(2))
    places, rows = spread(starts, lengths)
    assert list(zip(rows.tolist(), places.tolist(), strict=True)) == [
        (row, start + step) for row, (start, length) in enumerate(ranges) for step in range(length)
    ]


@given(st.lists(st.integers(0, 30), max_size=20))
def test_codes_are_numbered_anew_in_their_order(codes: list[int]) -> None:
    used, places = renumbered(np.array(codes, np.int64))
    assert used == sorted(set(codes))
    assert [used[place] for place in places.tolist()] == codes


@given(st.lists(st.integers(0, 3), max_size=20))
def test_runs_are_of_equal_values(values: list[int]) -> None:
    found = runs(np.array(values, np.int64))
    assert [value for start, end in found for value in values[start:end]] == values
    assert [len(set(values[start:end])) for start, end in found] == [1] * len(found)
    assert all(values[start] != values[start - 1] for start, _ in found[1:])


@given(ROWS)
def test_ranks_tell_distinct_keys_apart(rows: list[tuple[int, int, int, int]]) -> None:
    columns = [np.array([row[at] for row in rows], np.int64) for at in range(3)]
    if not rows:
        return
    ranks, first = ranks_of(columns, len(rows))
    distinct = sorted({row[:3] for row in rows})
    assert [distinct[rank] for rank in ranks.tolist()] == [row[:3] for row in rows]
    assert [rows[at][:3] for at in first.tolist()] == distinct


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 2**64 - 1)), max_size=30))
def test_the_first_of_each_row_is_its_least(events: list[tuple[int, int, int]]) -> None:
    rows, at = (np.array([event[n] for event in events], np.int64) for n in (0, 1))
    tie = np.array([event[2] for event in events], np.uint64)
    found = {events[place][0]: events[place] for place in first_of(rows, at, tie).tolist()}
    assert found == {row: min(event for event in events if event[0] == row) for row, _, _ in events}


def test_a_projection_follows_codes_that_come_later() -> None:
    codes: Codes[tuple[str, str]] = Codes()
    first_letter = Projection(codes, lambda pair: pair[0])
    column = np.array([codes["a", "x"], codes["b", "x"], codes["a", "y"]])
    assert [first_letter.value(code) for code in first_letter(column)] == ["a", "b", "a"]
    later = np.array([codes["b", "z"], codes["a", "x"]])
    assert [first_letter.value(code) for code in first_letter(later)] == ["b", "a"]
