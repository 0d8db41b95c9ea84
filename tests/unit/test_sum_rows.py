"""Sums as columns are the sums."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.core.buckets import DAY, GRAINS
from streams.core.sum_rows import Key, SumRows, Value

TEXT = st.sampled_from(["a", "b", "channel=online", ""])
KEYS = st.builds(Key, TEXT, TEXT, TEXT, st.sampled_from(GRAINS), st.integers(-5, 5))
SUMS = st.integers(-(2**62), 2**62)
VALUES = st.lists(st.builds(Value, KEYS, SUMS, SUMS))


@given(VALUES)
def test_columns_give_back_what_they_are_of(values: list[Value]) -> None:
    assert list(SumRows.of(values)) == values


@given(VALUES)
def test_a_grain_can_be_left_out(values: list[Value]) -> None:
    assert list(SumRows.of(values).without(DAY)) == [value for value in values if value.key.grain != DAY]
