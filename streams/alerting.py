"""Alerting: indicator values in, alert transitions out; decided by the clock, not only by what arrives.

The order of a tick: log the state with what is to be told, tell it, log that it is told, acknowledge the batches. A
worker killed in between leaves it to the next one, who tells the same again: same fingerprint, same instants. One that
has lost its partition while it logged tells nothing: the next one may not have seen its log, and decides by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from streams import topics
from streams.batches import RecordBatch
from streams.compute import Send
from streams.core.alerting import AlertDelta, Evaluator
from streams.core.lifecycle import AlertTransition
from streams.core.updates import IndicatorUpdate
from streams.delivery import delivered
from streams.fencedlog import FencedError
from streams.held import Fenced, Held, Restore
from streams.statelog import StateLog

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(IndicatorUpdate).decode


class Alerting:
    """The evaluators of the partitions that this worker holds."""

    def __init__(self, restore: Restore[Evaluator, AlertDelta], send: Send, fenced: Fenced) -> None:
        self._held = Held(restore, fenced)
        self._send = send
        self._pending: dict[int, list[Callable[[], Any]]] = {}
        self._lock = asyncio.Lock()

    async def take(
        self, batch: RecordBatch, acknowledge: Callable[[], Any], is_ours: Callable[[], bool]
    ) -> None:
        """Keep a batch's values; it is acknowledged at the next tick. See Compute.take for `is_ours`."""
        async with self._lock:
            held = await self._held.hold(batch.partition, is_ours)
            if held is None:
                return
            evaluator, _ = held
            applied = evaluator.offsets.get(batch.topic, 0)
            for record in batch.records:
                if record.offset >= applied and record.value:
                    evaluator.take(_decode(record.value), record.timestamp)
            evaluator.offsets[batch.topic] = max(applied, batch.last_offset + 1)
            self._pending.setdefault(batch.partition, []).append(acknowledge)

    async def tick(self, now_ms: int, assigned: Iterable[int], is_ours: Callable[[], bool]) -> None:
        """Evaluate every rule of the assigned partitions as of now; silence is no reason not to."""
        async with self._lock:
            for partition in assigned:
                held = await self._held.hold(partition, is_ours)
                if held is None:
                    continue
                try:
                    await self._evaluate(*held, now_ms, is_ours)
                except FencedError:
                    if is_ours():
                        self._pending.pop(partition, None)
                        self._held.lose(partition)
                else:
                    for acknowledge in self._pending.pop(partition, ()):
                        acknowledge()

    async def _evaluate(
        self, evaluator: Evaluator, log: StateLog[AlertDelta], now_ms: int, is_ours: Callable[[], bool]
    ) -> None:
        transitions = evaluator.evaluate(now_ms)
        await _log(evaluator, log)
        if transitions and is_ours():
            await self._tell(transitions)
            evaluator.told()
            await _log(evaluator, log)

    async def _tell(self, transitions: Iterable[AlertTransition]) -> None:
        await delivered(
            [await self._send(topics.ALERTS.name, t.fingerprint.encode(), _encode(t)) for t in transitions]
        )

    def expect(self, partitions: Iterable[int]) -> None:
        """Begin to restore partitions that are now this worker's."""
        self._held.expect(partitions)

    def revoke(self, partitions: Iterable[int]) -> None:
        """Forget partitions that now belong to another worker."""
        self._held.revoke(partitions)
        for partition in partitions:
            self._pending.pop(partition, None)


async def _log(evaluator: Evaluator, log: StateLog[AlertDelta]) -> None:
    if evaluator.changed:
        await log.append(evaluator.drain(), evaluator.snapshot)
