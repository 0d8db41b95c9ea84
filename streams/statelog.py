"""The durable state of a worker: a compacted Kafka topic of deltas, one partition per partition of its input.

One record holds one group's change of the state together with the offsets of the events that made it, so that state and
offsets cannot disagree. Now and then the whole state is written anew and the older records are deleted, which bounds
both the log and the time to restore. Records are overlaid in the order of their versions: whatever a worker writes
that lost its partition without knowing is older, or says the same, as what its successor wrote.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, NamedTuple, Protocol, TypeVar
from uuid import uuid4

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

_MIN_REWRITE_BYTES = 32_000_000

_encode = msgspec.msgpack.Encoder().encode


class Versioned(Protocol):
    """A delta: of two, the one with the higher version is newer."""

    @property
    def version(self) -> int: ...  # noqa: D102 the class says it


D = TypeVar("D", bound=Versioned)
D_contra = TypeVar("D_contra", bound=Versioned, contravariant=True)


class Restorable(Protocol[D_contra]):
    """A state that deltas are overlaid on."""

    def restore(self, delta: D_contra) -> None: ...  # noqa: D102 the class says it


class Send(Protocol):
    """Sends one record and returns once the broker has acknowledged it; a value of None deletes the key."""

    def __call__(self, topic: str, partition: int, key: bytes, value: bytes | None) -> Awaitable[None]:  # noqa: D102 the class says it
        ...


class Entry(NamedTuple):
    """What one group appends: its delta; now and then also the whole state in chunks, and the keys that it replaces."""

    delta: _Record
    snapshot: list[_Record]
    replaced: list[bytes]


_Record = tuple[bytes, bytes]
"""(key, value)"""


class StateLog(Generic[D]):
    """The log of one partition; one writer at a time is meant to hold it."""

    def __init__(self, delta: type[D], topic: str, partition: int, send: Send) -> None:
        self._decode = msgspec.msgpack.Decoder(delta).decode
        self._topic = topic
        self._partition = partition
        self._send = send
        self._writer = uuid4().hex[:12]
        self._serial = 0
        self._snapshot_bytes = 0
        self._delta_bytes = 0
        self._keys: list[bytes] = []

    async def restore(self, bootstrap: str, state: Restorable[D]) -> int:
        """Bring an empty state up to the log's end; returns the number of records read.

        Raises:
            KafkaError: the broker cannot be reached.
        """
        records = await read_to_end(bootstrap, self._topic, self._partition)
        self._keys = list(records)
        self._delta_bytes = sum(map(len, records.values()))
        for delta in sorted(map(self._decode, records.values()), key=lambda delta: delta.version):
            state.restore(delta)
        return len(records)

    def prepare(self, delta: D, snapshot: Callable[[], Iterable[D]]) -> Entry:
        """Encode a group's delta, and the state as it is after it when the deltas outweigh the last snapshot."""
        record = self._record(delta)
        self._keys.append(record[0])
        self._delta_bytes += len(record[1])
        if self._delta_bytes <= max(_MIN_REWRITE_BYTES, 2 * self._snapshot_bytes):
            return Entry(record, [], [])
        chunks = [self._record(chunk) for chunk in snapshot()]
        replaced = self._keys
        self._keys = [key for key, _ in chunks]
        self._delta_bytes, self._snapshot_bytes = 0, sum(len(value) for _, value in chunks)
        return Entry(record, chunks, replaced)

    async def write(self, entry: Entry) -> None:
        """Write an entry and wait for its delivery; entries are written in the order in which they were prepared.

        Replaced records are deleted last: a crash on the way leaves both old and new, harmlessly.
        """
        await self._send(self._topic, self._partition, *entry.delta)
        await asyncio.gather(*(self._send(self._topic, self._partition, *chunk) for chunk in entry.snapshot))
        await asyncio.gather(*(self._send(self._topic, self._partition, key, None) for key in entry.replaced))

    async def append(self, delta: D, snapshot: Callable[[], Iterable[D]]) -> None:
        """Prepare and write."""
        await self.write(self.prepare(delta, snapshot))

    def _record(self, delta: D) -> _Record:
        self._serial += 1
        return f"{self._writer}-{self._serial}".encode(), _encode(delta)


async def read_to_end(bootstrap: str, topic: str, partition: int) -> dict[bytes, bytes]:
    """The last value of every key in a partition, deleted keys left out; no group, no commits."""
    where = TopicPartition(topic, partition)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=64 * 1024 * 1024,
        fetch_max_bytes=256 * 1024 * 1024,
    )
    await consumer.start()
    try:
        consumer.assign([where])
        await consumer.seek_to_beginning(where)
        end = (await consumer.end_offsets([where]))[where]
        latest: dict[bytes, bytes] = {}
        while await consumer.position(where) < end:
            for records in (await consumer.getmany(where, timeout_ms=1000)).values():
                for record in records:
                    if record.value is None:
                        latest.pop(record.key, None)
                    else:
                        latest[record.key] = record.value
        return latest
    finally:
        await consumer.stop()
