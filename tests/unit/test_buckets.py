"""Sums in buckets: packing quiet days away changes no figure."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from streams.core.buckets import DAY, HORIZON_S, HOUR, MINUTE, Buckets, Key, Value

DAY_S = 86_400
days = st.integers(0, 60).map(lambda day: day * DAY_S)
keys = st.builds(Key, st.sampled_from(["a", "b"]), st.just("40"), st.just(""), st.just(DAY), days)
steps = st.one_of(
    st.tuples(st.just("add"), keys, st.integers(-3, 3)),
    st.tuples(st.just("tidy"), st.integers(0, 150 * DAY_S), st.just(0)),
    st.tuples(st.just("restart"), st.just(0), st.just(0)),
)


@given(st.lists(steps, max_size=60))
def test_days_packed_and_unpacked_are_the_sums_of_what_was_added(
    steps: list[tuple[str, object, int]],
) -> None:
    buckets, wanted = Buckets(), Counter[Key]()
    for what, value, amount in steps:
        if isinstance(value, Key):
            buckets.add(value, amount, 1)
            wanted[value] += amount
            assert buckets.drain()[0] == Value(value, wanted[value], buckets_of(buckets)[value][1])
        elif what == "tidy":
            buckets.tidy(int(str(value)) * 1000)
        else:
            restored = Buckets()
            restored.restore(list(buckets))
            buckets = restored
    assert {key: sums[0] for key, sums in buckets_of(buckets).items()} == dict(wanted)


def test_quiet_days_are_packed_and_open_ones_are_not() -> None:
    buckets = Buckets()
    for day in range(60):
        buckets.add(Key("a", "40", "", DAY, day * DAY_S), 1, 0)
    buckets.drain()
    buckets.tidy(60 * DAY_S * 1000)
    assert sorted(buckets._packed) == [day * DAY_S for day in range(28)]
    assert len(list(buckets)) == len(buckets) == 60


def test_minutes_and_hours_are_forgotten_when_their_horizon_has_passed() -> None:
    buckets = Buckets()
    for grain in (MINUTE, HOUR, DAY):
        buckets.add(Key("a", "40", "", grain, 0), 1, 0)
    buckets.drain()
    for now_s, left in (
        (HORIZON_S[MINUTE], {MINUTE, HOUR, DAY}),
        (HORIZON_S[MINUTE] + 60, {HOUR, DAY}),
        (HORIZON_S[HOUR] + 60, {DAY}),
    ):
        buckets.tidy(now_s * 1000)
        assert {value.key.grain for value in buckets} == left


def buckets_of(buckets: Buckets) -> dict[Key, tuple[int, int]]:
    return {key: (numerator, denominator) for key, numerator, denominator in buckets}
