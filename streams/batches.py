"""What a batching consumer hands out, and what of it may be committed."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Record(Protocol):
    """One Kafka record as the client made it."""

    @property
    def offset(self) -> int:
        """Its place in the partition."""

    @property
    def timestamp(self) -> int:
        """When it arrived at the broker, ms since the epoch (our topics are stamped by the broker)."""

    @property
    def key(self) -> bytes | None:
        """The key's bytes."""

    @property
    def value(self) -> bytes | None:
        """The value's bytes; None is a tombstone."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """Names and values."""


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """The records of one partition that came in one fetch: at least one, in order, perhaps with gaps."""

    topic: str
    partition: int
    records: Sequence[Record]

    def __len__(self) -> int:
        return len(self.records)

    @property
    def first_offset(self) -> int:
        """The offset of the first record."""
        return self.records[0].offset

    @property
    def last_offset(self) -> int:
        """The offset of the last record."""
        return self.records[-1].offset


@dataclass(slots=True)
class Place:
    """A batch's place in the order of its partition; `acked` turns true when all who got the batch are done with it."""

    last_offset: int
    acked: bool = False


class HandedOut:
    """One partition's batches in the order in which they were handed out.

    The partition may be committed up to the first batch that is not acknowledged. Offsets between and within batches
    do not matter, so gaps (transaction markers, compaction, deleted records) hold nothing up. A batch is known by its
    place: one from before a rebalance does not count for its successor with the same offset.
    """

    def __init__(self) -> None:
        self._waiting: deque[Place] = deque()
        self._committable: int | None = None

    def add(self, place: Place) -> None:
        """Note that a batch is handed out now, after all others."""
        self._waiting.append(place)

    def committable(self) -> int | None:
        """The offset to commit: the one after the last batch up to which all are done; None if there is none."""
        while self._waiting and self._waiting[0].acked:
            self._committable = self._waiting.popleft().last_offset + 1
        return self._committable
