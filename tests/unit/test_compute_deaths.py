"""Wherever a worker dies, or stands still and comes back: figures, dead letters and state are what they must be.

Workers run the real code of `streams.compute` and `streams.statelog` against a broker in memory, where each single
record, and each transaction of the state's log, may be the last one that arrives. One that stands still there does not
notice that another has its partition, and goes on when it is let. Both topics are read in another interleaving by each
worker, and cut into other groups, as it is after a crash.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.decoder import Refusal
from streams import fencedlog, topics
from streams.batches import RecordBatch
from streams.compute import Compute
from streams.core.admission import Admission
from streams.core.arrivals import Arrivals, arrivals
from streams.core.calendar import epoch_ms
from streams.core.compute import Delta, States
from streams.core.definitions import Definitions
from streams.core.sum_rows import Key, Value
from streams.core.updates import IndicatorUpdate
from streams.fencedlog import FencedError
from streams.statelog import StateLog
from tests.fixtures.streams import STREAMS
from tests.unit.reference import FakeEvent
from tests.unit.test_compute_model import KINDS, UNITS, indicator

FILINGS, PAYMENTS = (topics.events_topic(stream) for stream in ("filings", "payments"))
INDICATORS = [
    indicator(id="events", over=tuple(kind.kind for kind in KINDS)),
    indicator(id="amount", over=("payments.paid",), numerator="amount"),
    indicator(id="online", over=("dossiers",), at="received_at", numerator="channel = 'online'"),
    indicator(id="open", over=("dossiers",), kind="stock", from_="received_at", until=("closed_at",)),
]
DEFINITIONS = {
    topic: Definitions(INDICATORS, KINDS, UNITS, STREAMS[topic.removeprefix("ioc.events.")])
    for topic in (FILINGS, PAYMENTS)
}
NOW = datetime(2026, 11, 5, 3, tzinfo=UTC)
ARRIVED_MS = epoch_ms(NOW)
BAD = None
"""An event that is refused."""


class Record(msgspec.Struct):
    offset: int
    value: bytes
    timestamp: int = ARRIVED_MS


class OnTheTable:
    """Admission of events that lie before us: a record's value is its place in its topic."""

    def __init__(self, events: dict[str, list[FakeEvent | None]]) -> None:
        self._events = events

    def admit_all(
        self, topic: str, records: Sequence[Record]
    ) -> tuple[list[Arrivals], list[tuple[Record, Refusal]]]:
        events = [self._events[topic][int(record.value)] for record in records]
        good = [(event, epoch_ms(event.time), ARRIVED_MS) for event in events if event is not BAD]
        refused = [
            (record, Refusal("bad_data", "$", "bad"))
            for record, event in zip(records, events, strict=True)
            if event is BAD
        ]
        return arrivals(good), refused


class Broker:
    """What has arrived: the state's log, figures by the highest version as ClickHouse keeps them, dead letters."""

    def __init__(self) -> None:
        self.log: dict[bytes, bytes] = {}
        self.figures: dict[tuple[Key, int], tuple[int, int, int]] = {}
        self.letters: set[str] = set()
        self.committed: Counter[str] = Counter()
        self.epoch = 0

    def take(self, topic: str, value: bytes) -> None:
        if topic == topics.DEAD_LETTERS.name:
            self.letters.add(msgspec.json.decode(value)["id"])
            return
        update = msgspec.json.decode(value, type=IndicatorUpdate)
        for unit, _, name, dims, grain, bucket, numerator, denominator in update.figures():
            where = (Key(name, unit, dims, grain, bucket), update.part)
            known = self.figures.get(where)
            if known is None or known[0] <= update.version:
                self.figures[where] = (update.version, numerator, denominator)

    def append(self, records: Iterable[fencedlog.Record]) -> None:
        for key, value in records:
            if value is None:
                self.log.pop(key, None)
            else:
                self.log[key] = value

    def sums(self) -> dict[Key, tuple[int, int]]:
        sums: defaultdict[Key, list[int]] = defaultdict(lambda: [0, 0])
        for (key, _), (_, numerator, denominator) in self.figures.items():
            sums[key][0] += numerator
            sums[key][1] += denominator
        return {key: (n, d) for key, (n, d) in sums.items() if n or d}


class KilledError(Exception):
    """SIGKILL."""


class Worker:
    """A compute worker that holds the partition until it is killed, and the log that it writes."""

    def __init__(self, broker: Broker, events: dict[str, list[FakeEvent | None]]) -> None:
        self._broker = broker
        self._events = events
        self._read = Counter(broker.committed)
        self._left: int | None = None
        self._frozen, self._thawed = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._compute = Compute(
            UNITS, cast(Admission, OnTheTable(events)), self.restore, self._send, lambda _: None
        )
        self._epoch = 0
        self._freezes = False

    async def restore(self, partition: int) -> tuple[States, StateLog[Delta]]:
        states, log = States(DEFINITIONS), StateLog(Delta, self, 1_000)
        states.repeat(await log.restore(states))
        return states, log

    async def fetch(self, topic: str, count: int) -> None:
        first = self._read[topic]
        records = [
            Record(offset, b"%d" % offset)
            for offset in range(first, min(first + count, len(self._events[topic])))
        ]
        if records:
            self._read[topic] += len(records)
            batch = RecordBatch(topic, 0, cast(Any, records))
            await self._compute.take(batch, self._acknowledging(batch), lambda: True)  # it thinks

    def _acknowledging(self, batch: RecordBatch) -> Callable[[], None]:
        def acknowledge() -> None:
            self._broker.committed[batch.topic] = batch.last_offset + 1

        return acknowledge

    async def commit(self, records: int | None = None) -> None:
        """Commit; the worker is killed when so many records have arrived."""
        self._left = records
        with contextlib.suppress(KilledError):
            await self._compute.commit()

    async def freeze(self, records: int) -> None:
        """Commit; the worker stands still when so many records have arrived, or when it has committed."""
        self._left, self._freezes = records, True
        self._task = asyncio.create_task(self._compute.commit())
        frozen = asyncio.create_task(self._frozen.wait())
        await asyncio.wait([self._task, frozen], return_when=asyncio.FIRST_COMPLETED)
        frozen.cancel()

    async def thaw(self) -> None:
        """Finish what it was at, and commit what came after it."""
        self._left = None
        self._thawed.set()
        if self._task:
            await self._task
        await self.commit()

    async def _step(self) -> None:
        await asyncio.sleep(0)
        if self._left == 0:
            if not self._freezes:
                raise KilledError
            self._frozen.set()
            await self._thawed.wait()
        if self._left is not None:
            self._left -= 1

    async def _send(self, topic: str, key: bytes, value: bytes) -> Awaitable[Any]:
        await self._step()
        self._broker.take(topic, value)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    async def open(self) -> dict[bytes, bytes]:
        self._broker.epoch += 1
        self._epoch = self._broker.epoch
        return dict(self._broker.log)

    async def write(self, records: Iterable[fencedlog.Record]) -> None:
        await self._step()
        if self._epoch != self._broker.epoch:
            raise FencedError
        self._broker.append(records)

    async def close(self) -> None:
        """Nothing to close."""


@st.composite
def histories(draw: st.DrawFn) -> dict[str, list[FakeEvent | None]]:
    """A topic's events: dossiers that cross, payments, repeats, some that are refused."""
    events: dict[str, list[FakeEvent | None]] = {FILINGS: [], PAYMENTS: []}
    for topic, sent in events.items():
        kinds = [kind.kind for kind in KINDS if topic.endswith(kind.kind.partition(".")[0])]
        for number in range(draw(st.integers(1, 12))):
            kind = draw(st.sampled_from(kinds))
            fields: dict[str, object] = {"dossier": f"d{draw(st.integers(0, 2))}"}
            fields |= {"channel": "online", "due_at": None} if kind == "filings.received" else {}
            fields |= {"due_at": None} if kind == "filings.supplement_given" else {}
            fields |= {"amount": draw(st.integers(0, 9))} if kind == "payments.paid" else {}
            time = NOW - timedelta(minutes=draw(st.integers(0, 90)))
            sent.append(FakeEvent(kind, f"{number}", draw(st.sampled_from("ab")), time, fields))
        sent += draw(st.lists(st.sampled_from([*sent, BAD]), max_size=4))
    return events


FETCH = st.tuples(st.just("fetch"), st.sampled_from([FILINGS, PAYMENTS]), st.integers(1, 8))
COMMIT = st.tuples(st.just("commit"))
DIES = st.tuples(st.just("dies"), st.integers(0, 12))
FREEZES = st.tuples(st.just("freezes"), st.integers(0, 12))
THAWS = st.tuples(st.just("thaws"))


def received(number: int, minutes_ago: int) -> FakeEvent:
    fields: dict[str, object] = {"dossier": "d0", "channel": "online", "due_at": None}
    return FakeEvent("filings.received", f"{number}", "a", NOW - timedelta(minutes=minutes_ago), fields)


@example({FILINGS: [received(0, 1), received(1, 2)], PAYMENTS: []}, [("fetch", FILINGS, 1), ("dies", 1)])
@example(
    {FILINGS: [received(0, 1), received(1, 2)], PAYMENTS: []},
    [("fetch", FILINGS, 1), ("freezes", 0), ("fetch", FILINGS, 2), ("commit",), ("thaws",)],
)
@given(histories(), st.lists(st.one_of(FETCH, FETCH, COMMIT, DIES, FREEZES, THAWS), max_size=25))
def test_wherever_workers_die_or_stand_still_everything_counts_once(
    events: dict[str, list[FakeEvent | None]], steps: list[tuple[Any, ...]]
) -> None:
    broker = asyncio.run(lived_through(events, steps))
    assert broker.sums() == {key: (n, d) for key, n, d in counted(events) if n or d}
    assert broker.letters == {
        f"{topic}/0/{offset}"
        for topic, sent in events.items()
        for offset, event in enumerate(sent)
        if event is BAD
    }


async def lived_through(events: dict[str, list[FakeEvent | None]], steps: list[tuple[Any, ...]]) -> Broker:
    broker = Broker()
    worker = Worker(broker, events)
    frozen: list[Worker] = []
    for step, *arguments in steps:
        match step:
            case "fetch":
                await worker.fetch(*arguments)
            case "commit":
                await worker.commit()
            case "dies":
                await worker.commit(*arguments)
                worker = Worker(broker, events)
            case "freezes":
                await worker.freeze(*arguments)
                frozen.append(worker)
                worker = Worker(broker, events)
            case "thaws" if frozen:
                await frozen.pop().thaw()
    worker = Worker(broker, events)
    for topic, sent in events.items():
        await worker.fetch(topic, len(sent))
    await worker.commit()
    for late in frozen:
        await late.thaw()
    restored, _ = await worker.restore(0)
    kept: defaultdict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for state in restored:
        for rows in state._buckets.all(1000):
            for key, numerator, denominator in rows:
                kept[key][0] += numerator
                kept[key][1] += denominator
    assert {key: (n, d) for key, (n, d) in kept.items() if n or d} == broker.sums()
    return broker


def counted(events: dict[str, list[FakeEvent | None]]) -> list[Value]:
    """Every sum, by one worker in one go."""
    sums: defaultdict[Key, list[int]] = defaultdict(lambda: [0, 0])
    states = States(DEFINITIONS)
    for topic, sent in events.items():
        for event in sent:
            if event is not BAD:
                (came,) = arrivals([(event, epoch_ms(event.time), ARRIVED_MS)])
                states[topic].apply(came)
        for key, numerator, denominator in states[topic].drain().buckets:
            sums[key][0] += numerator
            sums[key][1] += denominator
    return [Value(key, n, d) for key, (n, d) in sums.items()]
