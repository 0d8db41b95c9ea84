"""What is told of changed sums: all of it, a unit's always under the same key, no record too large for a broker."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core import updates as telling
from streams.core.buckets import DAY, GRAINS, HOUR, Buckets
from streams.core.sum_rows import SumRows
from streams.core.units import Province, Text, Unit, Units
from streams.core.updates import IndicatorUpdate, bundle, updates

NAME = Text("x", "x")
UNITS = Units(
    [Province("P", NAME, "Asia/Ho_Chi_Minh")],
    [Unit(f"u{number}", NAME, "commune", "P", "P") for number in range(40)],
)
CODES = {code: number for number, code in enumerate(UNITS.ancestors)}
amounts = st.integers(-(2**62) + 1, 2**62 - 1)
changes = st.dictionaries(
    st.tuples(st.sampled_from(GRAINS), st.integers(0, 3), st.integers(0, 3), st.integers(0, len(CODES) - 1)),
    st.tuples(amounts.filter(bool), amounts),
)


@given(changes)
def test_all_that_changed_is_told_and_a_unit_under_one_key(
    changed: dict[tuple[str, int, int, int], tuple[int, int]],
) -> None:
    rows = changes_of(changed)
    told = []
    for key, update in updates(rows, UNITS, 2003, 17, 5):
        read = msgspec.json.decode(msgspec.json.encode(update), type=IndicatorUpdate)
        assert read == update
        assert (read.part, read.version, read.at) == (2003, 17, 5)
        some = []
        for unit, province, indicator, dims, grain, bucket, numerator, denominator in read.figures():
            assert province == "P"
            assert key == b"bundle-%d" % bundle(unit)
            told.append(((indicator, unit, dims, grain, bucket), numerator, denominator))
            if indicator == "i1" and grain == DAY:
                some.append((numerator, denominator))
        assert [figure[6:] for figure in read.figures({"i1"}, {DAY})] == some
    assert sorted(told) == sorted((tuple(key), n, d) for key, n, d in rows)
    assert len(told) == len(changed)


def test_much_is_told_in_records_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "_MOST_VALUES", 7)
    changed = {(DAY, day, 0, CODES["u0"]): (1, 1) for day in range(20)} | {(HOUR, 0, 0, CODES["u1"]): (1, 1)}
    lengths = [len(list(update.figures())) for _, update in updates(changes_of(changed), UNITS, 0, 0, 0)]
    assert sum(lengths) == len(changed)
    assert max(lengths) == 7


def changes_of(changed: dict[tuple[str, int, int, int], tuple[int, int]]) -> SumRows:
    buckets = Buckets(CODES)
    for (grain, day, number, unit), added in changed.items():
        series = buckets.series[f"i{number}", ""]
        bucket, which, of, *sums = (np.array([one], np.int64) for one in (day * 86_400, series, unit, *added))
        buckets.add(grain, bucket, which, of, sums)
    return buckets.drain()
