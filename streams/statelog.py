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

_MIN_REWRITE_BYTES = 4_000_000

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


class _Written(NamedTuple):
    key: bytes
    size: int


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
        self._deltas: list[_Written] = []
        self._obsolete: list[bytes] = []

    async def restore(self, bootstrap: str, state: Restorable[D]) -> int:
        """Bring an empty state up to the log's end; returns the number of records read.

        Raises:
            KafkaError: the broker cannot be reached.
        """
        records = await read_to_end(bootstrap, self._topic, self._partition)
        self._deltas = [_Written(key, len(value)) for key, value in records.items()]
        for delta in sorted(map(self._decode, records.values()), key=lambda delta: delta.version):
            state.restore(delta)
        return len(records)

    async def append(self, delta: D, snapshot: Callable[[], Iterable[D]]) -> None:
        """Log a group's delta; rewrite the log from a snapshot when its deltas outweigh it."""
        self._deltas.append(await self._write(delta))
        if sum(written.size for written in self._deltas) > max(_MIN_REWRITE_BYTES, 2 * self._snapshot_bytes):
            await self._rewrite(snapshot())

    async def _rewrite(self, snapshot: Iterable[D]) -> None:
        """Write the whole state, and only then delete what it replaces: a crash between leaves both, harmlessly."""
        replaced = [written.key for written in self._deltas] + self._obsolete
        chunks = [await self._write(delta) for delta in snapshot]
        await asyncio.gather(*(self._send(self._topic, self._partition, key, None) for key in replaced))
        self._deltas = []
        self._obsolete = [written.key for written in chunks]
        self._snapshot_bytes = sum(written.size for written in chunks)

    async def _write(self, delta: D) -> _Written:
        self._serial += 1
        key, value = f"{self._writer}-{self._serial}".encode(), _encode(delta)
        await self._send(self._topic, self._partition, key, value)
        return _Written(key, len(value))


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
