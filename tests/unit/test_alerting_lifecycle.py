"""Alerts fire and resolve as a plain reference says, told once each, wherever the worker dies."""

from __future__ import annotations

from enum import Enum, auto
from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from streams.core.alerting import AlertDelta, Evaluator
from streams.core.lifecycle import AlertTransition, Status, step
from tests.unit.alert_samples import at, day, evaluator, rule, update

SECONDS = st.integers(0, 90)
TIMELINES = st.lists(st.tuples(st.integers(1, 40), st.booleans()), max_size=60)
"""Seconds since the last evaluation, and whether the condition is true."""

START = at("2026-11-05T08:00")


def reference(timeline: list[tuple[int, bool]], for_ms: int, keep_ms: int) -> list[tuple[int, str]]:
    """What is told and when, from how long the condition has been as it is."""
    told: list[tuple[int, str]] = []
    firing = False
    for i, (now, bad) in enumerate(timeline):
        unchanged = next(j for j in range(i, -1, -1) if j == 0 or timeline[j - 1][1] != bad)
        lasted = now - timeline[unchanged][0]
        if not firing and bad and lasted >= for_ms:
            firing = True
            told.append((now, "firing"))
        elif firing and not bad and lasted >= keep_ms:
            firing = False
            told.append((now, "resolved"))
    return told


def instants(timeline: list[tuple[int, bool]]) -> list[tuple[int, bool]]:
    now, result = START, []
    for seconds, bad in timeline:
        now += seconds * 1000
        result.append((now, bad))
    return result


@given(TIMELINES, SECONDS, SECONDS)
def test_a_life_is_told_as_the_reference_says(
    timeline: list[tuple[int, bool]], for_seconds: int, keep_seconds: int
) -> None:
    status: Status | None = None
    told = []
    for now, bad in instants(timeline):
        status, state = step(status, bad, for_seconds * 1000, keep_seconds * 1000, now)
        if state:
            told.append((now, state))
    assert told == reference(instants(timeline), for_seconds * 1000, keep_seconds * 1000)


@given(st.lists(st.tuples(st.integers(-10_000, 10_000), st.booleans()), max_size=60), SECONDS, SECONDS)
def test_whatever_the_clock_does_firing_and_resolved_take_turns(
    timeline: list[tuple[int, bool]], for_seconds: int, keep_seconds: int
) -> None:
    status: Status | None = None
    told = []
    for now, bad in instants(timeline):
        status, state = step(status, bad, for_seconds * 1000, keep_seconds * 1000, now)
        told += [state] if state else []
    assert all(before != after for before, after in pairwise(["resolved", *told]))


def test_after_a_clock_that_went_back_nothing_waits_for_the_old_time() -> None:
    ahead = START + 86_400_000
    pending, _ = step(None, True, 60_000, 60_000, ahead)
    pending, state = step(pending, True, 60_000, 60_000, START)
    assert state is None
    firing, state = step(pending, True, 60_000, 60_000, START + 60_000)
    assert state == "firing"
    leaving, _ = step(firing, False, 60_000, 60_000, ahead)
    leaving, _ = step(leaving, False, 60_000, 60_000, START + 70_000)
    assert step(leaving, False, 60_000, 60_000, START + 130_000).told == "resolved"


class Death(Enum):
    """Where in a tick the worker is killed."""

    NEVER = auto()
    BEFORE_LOG = auto()
    BEFORE_TOLD = auto()
    BEFORE_TOLD_IS_LOGGED = auto()


class Worker:
    """What streams.alerting does in a tick, and a log that outlives it."""

    def __init__(self, for_seconds: int, keep_seconds: int) -> None:
        self._rule = rule(
            "backlog",
            window="now",
            op=">",
            threshold=0.0,
            for_seconds=for_seconds,
            keep_firing_for_seconds=keep_seconds,
        )
        self._log: list[bytes] = []
        self._version = 0
        self.told: list[AlertTransition] = []
        self._evaluator = self._restored()

    def _restored(self) -> Evaluator:
        restored = evaluator(self._rule)
        for delta in self._log:
            restored.restore(msgspec.msgpack.decode(delta, type=AlertDelta))
        return restored

    def tick(self, now_ms: int, bad: bool, death: Death, rewrite: bool) -> None:
        self._version += 1
        self._evaluator.take(
            update(day("2026-11-01", int(bad), indicator="backlog"), version=self._version), now_ms
        )
        transitions = self._evaluator.evaluate(now_ms)
        if death is Death.BEFORE_LOG:
            self._evaluator = self._restored()
            return
        self._append(rewrite)
        if death is Death.BEFORE_TOLD:
            self._evaluator = self._restored()
            return
        self.told += transitions
        self._evaluator.told()
        if death is Death.BEFORE_TOLD_IS_LOGGED:
            self._evaluator = self._restored()
            return
        self._append(rewrite)

    def _append(self, rewrite: bool) -> None:
        self._log.append(msgspec.msgpack.encode(self._evaluator.drain()))
        if rewrite:
            self._log = [msgspec.msgpack.encode(delta) for delta in self._evaluator.snapshot()]


@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.booleans(), st.sampled_from(Death), st.booleans()), max_size=40
    ),
    SECONDS,
    SECONDS,
)
def test_wherever_the_worker_dies_every_transition_is_told_and_a_repeat_is_the_same(
    timeline: list[tuple[int, bool, Death, bool]], for_seconds: int, keep_seconds: int
) -> None:
    worker = Worker(for_seconds, keep_seconds)
    counted = []
    now = START
    for seconds, bad, death, rewrite in [
        *timeline,
        (200, False, Death.NEVER, False),
        (200, False, Death.NEVER, False),
    ]:
        now += seconds * 1000
        worker.tick(now, bad, death, rewrite)
        if death is not Death.BEFORE_LOG:  # that tick has never been
            counted.append((now, bad))
    first: dict[tuple[str, int, str], AlertTransition] = {}
    for told in worker.told:
        assert first.setdefault((told.fingerprint, told.starts_at, told.state), told) == told
    assert [(told.at, told.state) for told in first.values()] == reference(
        counted, for_seconds * 1000, keep_seconds * 1000
    )
    assert len({told.fingerprint for told in worker.told}) <= 1
