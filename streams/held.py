"""What a worker holds of the partitions assigned to it: read from its log once, forgotten when they are revoked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Held(Generic[T]):
    """The state of each partition number; `restore` reads one from its log."""

    def __init__(self, restore: Callable[[int], Coroutine[Any, Any, T]]) -> None:
        self._restore = restore
        self._held: dict[int, T] = {}
        self._restoring: dict[int, asyncio.Task[T]] = {}

    def expect(self, partitions: Iterable[int]) -> None:
        """Begin to restore partitions that are now this worker's; all at once is quicker than one by one."""
        for partition in partitions:
            if partition not in self._held and partition not in self._restoring:
                self._restoring[partition] = asyncio.create_task(self._restore(partition))

    async def hold(self, partition: int, is_ours: Callable[[], bool]) -> T | None:
        """The state of a partition; None if it was lost while this waited (`is_ours` says so)."""
        if partition not in self._held and is_ours():
            self.expect([partition])
            restored = await asyncio.shield(self._restoring[partition])
            if is_ours():
                self._held.setdefault(partition, restored)
        return self._held[partition] if is_ours() else None

    def __getitem__(self, partition: int) -> T:
        return self._held[partition]

    def revoke(self, partitions: Iterable[int]) -> None:
        """Forget partitions that now belong to another worker."""
        for partition in partitions:
            self._held.pop(partition, None)
            self._restoring.pop(partition, None)
