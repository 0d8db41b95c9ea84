"""When a program that died is started again: a table of deaths and delays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc.restarts import Backoff, Deaths

POLICY = Backoff(first_seconds=1, longest_seconds=30, healthy_seconds=60)


@pytest.mark.parametrize(
    ("runs_seconds", "delay_seconds"),
    [
        ([], 0),
        ([0.1], 1),
        ([0.1, 0.1], 2),
        ([5, 5, 5], 4),
        ([0] * 5, 16),
        ([0] * 6, 30),
        ([0] * 100, 30),
        ([0] * 5_000, 30),
        ([0, 0, 0, 60], 1),  # a healthy run: the trouble before it is over
        ([0, 0, 0, 59.9], 8),
        ([3600], 1),
        ([3600, 0], 2),
    ],
)
def test_delay(runs_seconds: list[float], delay_seconds: float) -> None:
    deaths = Deaths()
    for ran in runs_seconds:
        deaths = deaths.then(ran, POLICY)
    assert deaths.delay_seconds(POLICY) == delay_seconds


@given(st.lists(st.floats(0, 59), min_size=1), st.floats(0, 59))
def test_without_a_healthy_run_the_delay_never_shrinks_and_is_bounded(runs: list[float], last: float) -> None:
    deaths = Deaths()
    for ran in runs:
        deaths = deaths.then(ran, POLICY)
    after = deaths.then(last, POLICY)
    assert deaths.delay_seconds(POLICY) <= after.delay_seconds(POLICY) <= POLICY.longest_seconds
