"""Compute: fetched batches of events in, indicator values and dead letters out, exactly once in effect.

Batches are applied to the state in memory as they come; from time to time they are committed as a group: emit what
changed and wait for its delivery, log the state's delta and wait, and only then acknowledge the batches to Kafka.
A worker killed anywhere in between leaves a log that ends before the group: its successor applies the same batches
again and emits the same absolute values again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, NamedTuple

import msgspec

from schemas.decoder import Refusal
from streams import topics
from streams.batches import RecordBatch
from streams.core.compute import Delta, State
from streams.core.dead_letters import Admission, DeadLetter, dead_letter
from streams.core.definitions import Definitions
from streams.core.updates import IndicatorUpdate, updates_by_unit
from streams.delivery import delivered
from streams.held import Held
from streams.statelog import Entry, StateLog

GROUP_EVENTS = 100_000
"""A group is committed at the latest after so many events."""

LINGER_SECONDS = 0.25
"""… or after so long."""

_encode = msgspec.json.Encoder().encode


Send = Callable[[str, bytes, bytes], Awaitable[Awaitable[Any]]]
"""(topic, key, value): puts a record into the producer's buffer; what it returns is done once the broker has it."""

Restore = Callable[[int], Coroutine[Any, Any, tuple[State, StateLog[Delta]]]]
"""The state of a partition number, read from its log."""


class _Closed(NamedTuple):
    """A group of one partition, closed and encoded: what is still to be delivered for it."""

    updates: list[IndicatorUpdate]
    log: StateLog[Delta]
    entry: Entry
    acknowledgements: list[Callable[[], Any]]


class Compute:
    """The states of the partitions that this worker holds, and the group that is not yet committed."""

    def __init__(self, definitions: Definitions, admission: Admission, restore: Restore, send: Send) -> None:
        self._definitions = definitions
        self._admission = admission
        self._held = Held(restore)
        self._send = send
        self._pending: dict[int, list[Callable[[], Any]]] = {}
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
        self._pending.setdefault(batch.partition, []).append(acknowledge)
        self._events += len(batch)
        if self._events >= GROUP_EVENTS:
            self.full.set()

    def _apply(self, state: State, batch: RecordBatch) -> None:
        topic, partition = batch.topic, batch.partition
        applied = state.offsets.get(topic, 0)
        admit, apply = self._admission.admit, state.apply
        for record in batch.records:
            if record.offset < applied:
                continue
            arrived_ms = record.timestamp
            try:
                event, time_ms = admit(topic, record.value, arrived_ms)
            except Refusal as refusal:
                self._refused.append(
                    dead_letter(refusal, topic, partition, record.offset, arrived_ms, record.value)
                )
            else:
                apply(event, time_ms, arrived_ms)
        state.offsets[topic] = max(applied, batch.last_offset + 1)

    async def commit(self) -> None:
        """Emit, log and acknowledge everything taken since the last commit; nothing to do is nothing done.

        Groups are closed at once, without waiting, so that batches taken while this waits for the broker belong to the
        next group.
        """
        async with self._committing:
            refused, self._refused = self._refused, []
            pending, self._pending = self._pending, {}
            self._events = 0
            self.full.clear()
            groups = [self._close(partition, done) for partition, done in pending.items()]
            await self._deliver(
                (topics.DEAD_LETTERS.name, letter.id.encode(), _encode(letter)) for letter in refused
            )
            await self._deliver(
                (topics.INDICATORS.name, update.unit.encode(), _encode(update))
                for group in groups
                for update in group.updates
            )
            await asyncio.gather(*(group.log.write(group.entry) for group in groups))
            for group in groups:
                for acknowledge in group.acknowledgements:
                    acknowledge()

    def _close(self, partition: int, acknowledgements: list[Callable[[], Any]]) -> _Closed:
        state, log = self._held[partition]
        values, delta = state.drain()
        at_ms = time.time_ns() // 1_000_000
        updates = updates_by_unit(values, self._definitions.units, partition, delta.version, at_ms)
        return _Closed(updates, log, log.prepare(delta, state.snapshot), acknowledgements)

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
