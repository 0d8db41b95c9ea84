"""A wall clock that jumps by hours, forwards or back, harms nothing.

Figures do not depend on it: events count by their own time and by the broker's arrival stamps. Alerts do, so here the
clock of their evaluation jumps.
"""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from streams.core.alerting import AlertDelta, Evaluator
from streams.core.lifecycle import AlertTransition
from tests.unit.alert_samples import at, day, evaluator, minute, rule, update
from tests.unit.reference import FakeEvent
from tests.unit.test_compute_deaths import FILINGS, PAYMENTS, counted, lived_through, received

NOW = at("2026-11-05T08:00")
HOUR_MS = 3_600_000
JUMPS = st.lists(st.integers(-48 * HOUR_MS, 48 * HOUR_MS), min_size=1, max_size=20)
BUSY = rule("backlog", window="now", op=">", threshold=0.0, for_seconds=60, keep_firing_for_seconds=60)
FEW = rule("rate", window="1h", for_seconds=60, keep_firing_for_seconds=60)


def restarted(old: Evaluator) -> Evaluator:
    """The next worker's, from the log of the old one's whole state."""
    new = evaluator(BUSY, FEW)
    for delta in old.snapshot():
        new.restore(msgspec.msgpack.decode(msgspec.msgpack.encode(delta), type=AlertDelta))
    return new


def ticks(watching: Evaluator, instants: list[int]) -> list[AlertTransition]:
    told = []
    for now in instants:
        told += watching.evaluate(now)
        watching.told()
    return told


@given(JUMPS, st.booleans())
def test_an_alert_that_stands_is_not_told_again_whatever_the_clock_does(
    jumps: list[int], restart: bool
) -> None:
    watching = evaluator(BUSY, FEW)
    watching.take(update(day("2026-11-01", 5, indicator="backlog")), NOW)
    before = ticks(watching, [NOW, NOW + 60_000])
    watching = restarted(watching) if restart else watching
    after = ticks(watching, [NOW + jump for jump in jumps] + [NOW + 120_000])
    assert [told.state for told in before] == ["firing"]
    assert after == []


@given(JUMPS)
def test_an_alert_is_not_lost_though_the_clock_jumped_while_it_was_pending(jumps: list[int]) -> None:
    watching = evaluator(BUSY, FEW)
    watching.take(update(day("2026-11-01", 5, indicator="backlog")), NOW)
    told = ticks(watching, [NOW, *(NOW + jump for jump in jumps), NOW + 1000, NOW + 61_000])
    assert [one.state for one in told] == ["firing"]


@given(JUMPS)
def test_a_window_of_an_hour_has_its_figures_again_when_the_clock_is_right_again(jumps: list[int]) -> None:
    # an alert that begins twice at the very same millisecond is the same alert
    assume(len({0, 1000, 60_000, 61_000, 62_000, *jumps}) == 5 + len(jumps))
    watching = evaluator(BUSY, FEW)
    watching.take(update(minute("2026-11-05T07:50", 1, 10)), NOW)
    told = ticks(watching, [NOW, NOW + 60_000, *(NOW + jump for jump in jumps)])
    told += ticks(watching, [NOW + 1000, NOW + 61_000, NOW + 62_000])
    assert told[0].state == told[-1].state == "firing"
    assert all(one.state != next_.state for one, next_ in pairwise(told))
    assert len({one.fingerprint for one in told}) == 1
    assert len({(one.starts_at, one.state) for one in told}) == len(told)


@pytest.mark.parametrize("step_hours", [-7, 7])
def test_figures_do_not_depend_on_the_clock(step_hours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every reading of the clock is seven hours off the one before."""
    readings = iter(range(NOW, NOW + 1000 * step_hours * HOUR_MS, step_hours * HOUR_MS))
    monkeypatch.setattr(time, "time_ns", lambda: next(readings) * 1_000_000)
    events: dict[str, list[FakeEvent | None]] = {
        FILINGS: [received(0, 1), received(1, 2), received(2, 3)],
        PAYMENTS: [],
    }
    steps = [("fetch", FILINGS, 1), ("commit",), ("fetch", FILINGS, 1), ("dies", 2), ("fetch", FILINGS, 1)]
    broker = asyncio.run(lived_through(events, steps))
    assert broker.sums() == {key: (n, d) for key, n, d in counted(events) if n or d}
