"""What a worker holds of the partitions assigned to it: read from its log once, forgotten when they are revoked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Generic, TypeVar

from streams.statelog import D, StateLog

S = TypeVar("S")

Restore = Callable[[int], Coroutine[Any, Any, tuple[S, StateLog[D]]]]
"""Reads the state of a partition number from its log, and is the log's only writer from then on."""

Fenced = Callable[[int], None]
"""Told of a partition whose log another process has opened, although the group gave the partition to this one."""


class Held(Generic[S, D]):
    """The state of each partition number, with its log."""

    def __init__(self, restore: Restore[S, D], fenced: Fenced) -> None:
        self._restore = restore
        self._fenced = fenced
        self._restoring: dict[int, asyncio.Task[tuple[S, StateLog[D]]]] = {}
        self._held: dict[int, tuple[S, StateLog[D]]] = {}
        self._lost: set[int] = set()
        self._closing: set[asyncio.Task[None]] = set()

    def expect(self, partitions: Iterable[int]) -> None:
        """Begin to restore partitions that are now this worker's; all at once is quicker than one by one."""
        for partition in partitions:
            self._lost.discard(partition)
            self._begin(partition)

    def _begin(self, partition: int) -> asyncio.Task[tuple[S, StateLog[D]]]:
        if partition not in self._restoring:
            self._restoring[partition] = asyncio.create_task(self._restore(partition))
        return self._restoring[partition]

    async def hold(self, partition: int, is_ours: Callable[[], bool]) -> tuple[S, StateLog[D]] | None:
        """The state of a partition; None if it was lost, perhaps while this waited (`is_ours` says so)."""
        if partition not in self._held and partition not in self._lost and is_ours():
            restoring = self._begin(partition)
            await asyncio.wait([restoring])
            if is_ours() and not restoring.cancelled():
                self._held.setdefault(partition, restoring.result())
        return self._held.get(partition) if is_ours() else None

    def __getitem__(self, partition: int) -> tuple[S, StateLog[D]]:
        return self._held[partition]

    def lose(self, partition: int) -> None:
        """Forget a partition whose log has got another writer; it comes back when it is expected again.

        To restore it before the group has given it anew would be to take it from who has it rightly.
        """
        self.revoke([partition])
        self._lost.add(partition)
        self._fenced(partition)

    def revoke(self, partitions: Iterable[int]) -> None:
        """Forget partitions that now belong to another worker."""
        for partition in partitions:
            self._held.pop(partition, None)
            restoring = self._restoring.pop(partition, None)
            if restoring is None:
                continue
            if restoring.cancel() or restoring.cancelled() or restoring.exception():
                continue  # what it had opened it closes by itself
            _, log = restoring.result()
            closing = asyncio.create_task(log.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
