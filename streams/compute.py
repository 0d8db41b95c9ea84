"""Compute: fetched batches of events in, indicator values and dead letters out, exactly once in effect.

Batches are applied to the state in memory as they come; from time to time they are committed as a group: dead letters,
then the state's delta into the log, then the figures that changed, each delivered before the next, and only then are
the batches acknowledged to Kafka. A worker killed before its delta is logged has told nobody a figure: its successor
applies the same batches again. If it is killed later, the successor has the delta, and tells its figures again.

The delta comes first, since which figures change depends on where a group ends: one told of a group that nobody logged
would stand for ever where a larger group takes back what it counts before it is ever seen.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from streams import topics
from streams.batches import RecordBatch
from streams.core.admission import Admission
from streams.core.compute import Delta, States
from streams.core.dead_letters import DeadLetter, dead_letter
from streams.core.units import Units
from streams.core.updates import IndicatorUpdate, updates
from streams.delivery import delivered
from streams.fencedlog import FencedError
from streams.held import Fenced, Held, Restore
from streams.statelog import Entry, StateLog

GROUP_EVENTS = 100_000
"""A group is committed at the latest after so many events."""

LINGER_SECONDS = 0.25
"""… or after so long."""

TOGETHER = 2_000
"""Events are taken in so many at a time: a processor's cache holds them."""

_encode = msgspec.json.Encoder().encode


Send = Callable[[str, bytes, bytes], Awaitable[Awaitable[Any]]]
"""(topic, key, value): puts a record into the producer's buffer; what it returns is done once the broker has it."""


class _Closed(NamedTuple):
    """A group of one partition number, closed and encoded: what is still to be delivered for it."""

    partition: int
    updates: list[tuple[bytes, IndicatorUpdate]]
    log: StateLog[Delta]
    entry: Entry
    acknowledgements: list[Callable[[], Any]]
    is_ours: Callable[[], bool]


class _Pending(NamedTuple):
    """Batches of a partition number that are to be committed: how to acknowledge them, and whether they are ours."""

    acknowledgements: list[Callable[[], Any]]
    is_ours: Callable[[], bool]


class Compute:
    """The states of the partitions that this worker holds, and the group that is not yet committed."""

    def __init__(
        self,
        units: Units,
        admission: Admission,
        restore: Restore[States, Delta],
        send: Send,
        fenced: Fenced,
    ) -> None:
        self._units = units
        self._admission = admission
        self._held = Held(restore, fenced)
        self._send = send
        self._pending: dict[int, _Pending] = {}
        self._refused: list[DeadLetter] = []
        self._events = 0
        self._committing = asyncio.Lock()
        self.full = asyncio.Event()
        """Set while a group is waiting that is large enough to be committed without further delay."""

    async def take(
        self, batch: RecordBatch, acknowledge: Callable[[], Any], is_ours: Callable[[], bool]
    ) -> None:
        """Apply a batch; `acknowledge` is called when its group is committed.

        A batch of a partition that was lost while the batch waited is dropped (`is_ours` says so): the partition's
        new owner reads it again, and applying it here could pass over events before it.
        """
        if self._events >= 2 * GROUP_EVENTS:
            await self.commit()  # the broker is slower than we are: wait for it
        held = await self._held.hold(batch.partition, is_ours)
        if held is None:
            return
        self._apply(held[0], batch)
        self._pending.setdefault(batch.partition, _Pending([], is_ours)).acknowledgements.append(acknowledge)
        self._events += len(batch)
        if self._events >= GROUP_EVENTS:
            self.full.set()

    def _apply(self, states: States, batch: RecordBatch) -> None:
        topic, partition = batch.topic, batch.partition
        state = states[topic]
        states.changed.add(topic)
        applied = state.offsets.get(topic, 0)
        records = batch.records
        if records[0].offset < applied:
            records = [record for record in records if record.offset >= applied]
        for at in range(0, len(records), TOGETHER):
            admitted, refused = self._admission.admit_all(topic, records[at : at + TOGETHER])
            for came in admitted:
                state.apply(came)
            self._refused += (
                dead_letter(refusal, topic, partition, record.offset, record.timestamp, record.value)
                for record, refusal in refused
            )
        state.offsets[topic] = max(applied, batch.last_offset + 1)

    async def commit(self) -> None:
        """Log, emit and acknowledge everything taken since the last commit; nothing to do is nothing done.

        Groups are closed at once, without waiting, so that batches taken while this waits for the broker belong to the
        next group.
        """
        async with self._committing:
            refused, self._refused = self._refused, []
            pending, self._pending = self._pending, {}
            self._events = 0
            self.full.clear()
            groups = [self._close(partition, group) for partition, group in pending.items()]
            await self._deliver(
                (topics.DEAD_LETTERS.name, letter.id.encode(), _encode(letter)) for letter in refused
            )
            logged = await asyncio.gather(*map(self._log, groups))
            groups = [group for group, is_logged in zip(groups, logged, strict=True) if is_logged]
            await self._deliver(
                (topics.INDICATORS.name, key, _encode(update))
                for group in groups
                for key, update in group.updates
            )
            for group in groups:
                for acknowledge in group.acknowledgements:
                    acknowledge()

    def _close(self, partition: int, pending: _Pending) -> _Closed:
        states, log = self._held[partition]
        at_ms = time.time_ns() // 1_000_000
        told: list[tuple[bytes, IndicatorUpdate]] = []
        deltas = []
        for topic, delta in states.drain():
            part = topics.part(states[topic].stream_number, partition)
            told += updates(delta.buckets, self._units, part, delta.version, at_ms)
            deltas.append(delta)
        entry = log.prepare(deltas, states.snapshot)
        return _Closed(partition, told, log, entry, pending.acknowledgements, pending.is_ours)

    async def _log(self, group: _Closed) -> bool:
        """Whether its delta is in the log and its figures are ours to tell."""
        try:
            await group.log.write(group.entry)
        except FencedError:
            if group.is_ours():
                self._pending.pop(group.partition, None)
                self._held.lose(group.partition)
            return False
        return group.is_ours()

    async def _deliver(self, records: Iterable[tuple[str, bytes, bytes]]) -> None:
        await delivered([await self._send(topic, key, value) for topic, key, value in records])

    def expect(self, partitions: Iterable[int]) -> None:
        """Begin to restore partitions that are now this worker's."""
        self._held.expect(partitions)

    def revoke(self, partitions: Iterable[int]) -> None:
        """Forget partitions that now belong to another worker, with their uncommitted changes."""
        self._held.revoke(partitions)
        for partition in partitions:
            self._pending.pop(partition, None)
