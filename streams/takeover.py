"""The logs of the state, taken from the live workers by who rebuilds it.

The switch opens the logs of all partition numbers, by which live workers cannot log any more, reads how far these have
got, and, once the new states have caught up to there, writes each of them in place of the log's old records, in
transactions that end together. A live worker finds itself displaced, leaves the log alone for a while, joins its group
again and restores the new state. It passes over events below the state's offset, as after any restart.

Of a log that another version of the monitor wrote nobody knows how far it has got. It is replaced all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import NamedTuple

from ioc.errors import UserError
from streams import topics
from streams.core.alerting import AlertDelta
from streams.core.compute import Delta
from streams.fencedlog import FencedError, FencedLog, read_to_end
from streams.rebuilding import Rebuilding
from streams.statelog import StateLog, UnreadableLogError, overlay


class LogTakenError(UserError):
    """Live workers took the logs back each time."""

    def __init__(self, tries: int) -> None:
        super().__init__(
            f"workers took the state's log back {tries} times before the new state was written; nothing has changed."
            " Is compute being restarted? Run `ioc rebuild` again when it is calm, or while compute is stopped"
        )


class Progress(NamedTuple):
    """Up to which offset each partition's events are in a state, and the state's generation."""

    offsets: dict[str, int]
    generation: int


class _Applied:
    """Of a state that is read from its log: only how far it has got."""

    def __init__(self) -> None:
        self._offsets: dict[str, int] = {}
        self._generation = 0

    def restore(self, delta: Delta) -> None:
        for topic, offset in delta.offsets.items():
            self._offsets[topic] = max(offset, self._offsets.get(topic, 0))
        self._generation = max(self._generation, delta.generation)

    @property
    def progress(self) -> Progress:
        return Progress(self._offsets, self._generation)


class _Forgotten:
    """Of a state that is read from its log: nothing."""

    def restore(self, delta: object) -> None:
        pass


def progress_of(log: Mapping[bytes, bytes]) -> Progress:
    """How far the worker had got that has written the records of a log.

    Raises:
        UnreadableLogError: another version of the monitor wrote it.
    """
    applied = _Applied()
    overlay(Delta, log, applied)
    return applied.progress


class Logs:
    """The logs of all partition numbers, held by who rebuilds."""

    def __init__(self, bootstrap: str) -> None:
        self._fenced = {
            partition: FencedLog(bootstrap, topics.COMPUTE_STATE.name, partition)
            for partition in range(topics.PARTITIONS)
        }
        self._logs = {partition: StateLog(Delta, log) for partition, log in self._fenced.items()}

    async def open(self) -> dict[int, Progress]:
        """Displace the live workers; returns how far they had got, where that can be read."""
        found = {}

        async def one(partition: int) -> None:
            applied = _Applied()
            with contextlib.suppress(UnreadableLogError):
                await self._logs[partition].restore(applied)
                found[partition] = applied.progress

        await asyncio.gather(*map(one, self._logs))
        return found

    async def replace(self, rebuilding: Rebuilding) -> None:
        """Write the new states in place of all that the logs have.

        All is sent before anything counts, and then counts within milliseconds.

        Raises:
            FencedError: a worker has taken a log back; nothing was written.
        """
        together = asyncio.Barrier(len(self._logs))

        async def one(partition: int) -> None:
            entry = self._logs[partition].rewrite(rebuilding.snapshot(partition))
            try:
                await self._fenced[partition].write(entry.records(), together.wait)
            except BaseException:
                await together.abort()
                raise

        results = await asyncio.gather(*map(one, self._logs), return_exceptions=True)
        errors = [result for result in results if isinstance(result, BaseException)]
        for error in errors:
            if not isinstance(error, asyncio.BrokenBarrierError):
                raise error
        if errors:
            raise FencedError

    async def close(self) -> None:
        """Leave them to the live workers."""
        await asyncio.gather(*(log.close() for log in self._logs.values()))


async def forget_unreadable_alerts(bootstrap: str) -> list[int]:
    """Empty the logs of alert rules that another version of the monitor wrote; the rules begin anew there.

    Returns:
        The partitions of these logs.

    Raises:
        FencedError: a worker has taken one back.
    """
    unreadable = []
    for partition in range(topics.ALERT_STATE.partitions):
        try:
            overlay(
                AlertDelta, await read_to_end(bootstrap, topics.ALERT_STATE.name, partition), _Forgotten()
            )
        except UnreadableLogError:
            await _empty(FencedLog(bootstrap, topics.ALERT_STATE.name, partition))
            unreadable.append(partition)
    return unreadable


async def _empty(log: FencedLog) -> None:
    records = await log.open()
    try:
        await log.write((key, None) for key in records)
    finally:
        await log.close()
