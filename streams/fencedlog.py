"""A partition of a log that has one writer at a time: whoever opens it shuts out all who had it open before.

The writer is a transactional producer, whose id is the partition's name. To open is to take the next epoch of that id:
from then on the broker refuses what an earlier writer sends, were it only frozen and is back now, and drops what it had
not completed. Only then the log is read, so nothing can be added to what was read but by the reader.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

_TRANSACTION_MS = 600_000
"""The broker drops a transaction that takes longer: a whole state is written in one."""

_REQUEST_MS = 120_000

Record = tuple[bytes, bytes | None]
"""Key and value; None deletes the key."""


class FencedError(Exception):
    """The log was opened by somebody else, or the broker has forgotten its writer: what is known of it may be old."""


class FencedLog:
    """One partition of a compacted topic."""

    def __init__(self, bootstrap: str, topic: str, partition: int) -> None:
        self._bootstrap = bootstrap
        self._where = TopicPartition(topic, partition)
        self._producer: AIOKafkaProducer | None = None

    async def open(self) -> dict[bytes, bytes]:
        """Shut out earlier writers, then read: the last value of every key that is not deleted.

        Raises:
            KafkaError: the broker cannot be reached.
        """
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            transactional_id=f"{self._where.topic}/{self._where.partition}",
            transaction_timeout_ms=_TRANSACTION_MS,
            request_timeout_ms=_REQUEST_MS,
            max_request_size=64 * 1024 * 1024,
            max_batch_size=1024 * 1024,
        )
        try:
            await self._producer.start()
            return await read_to_end(self._bootstrap, *self._where)
        except BaseException:
            await self.close()
            raise

    async def write(
        self, records: Iterable[Record], ready: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        """Write all of some records, or none; returns once the broker has them.

        Args:
            records: what.
            ready: waited for when all has been sent, before it counts; if it raises, nothing does.

        Raises:
            FencedError: the log must be opened and read again before anything can be written.
            KafkaError: the broker did not take them.
        """
        producer = self._producer
        if producer is None:
            raise FencedError(self._where)
        try:
            async with producer.transaction():
                await asyncio.gather(*(producer.send_and_wait(*self._where_to(record)) for record in records))
                if ready:
                    await ready()
        except KafkaError as error:
            if producer._txn_manager.is_fatal_error():  # noqa: SLF001 nothing public says whether it can go on
                _look_at_failures(producer)
                await self.close()
                raise FencedError(self._where) from error
            raise

    def _where_to(self, record: Record) -> tuple[str, bytes | None, bytes, int]:
        key, value = record
        return self._where.topic, value, key, self._where.partition

    async def close(self) -> None:
        """Give up writing; does nothing if it is not open."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()


def _look_at_failures(producer: AIOKafkaProducer) -> None:
    """Look at the futures that have failed with a producer and that it keeps: asyncio complains of each otherwise."""
    producer._txn_manager.wait_for_transaction_end().exception()  # noqa: SLF001 nothing public holds them
    for batches in producer._message_accumulator._batches.values():  # noqa: SLF001 as above
        for batch in batches:
            batch._drain_waiter.exception()  # noqa: SLF001 as above


async def read_to_end(bootstrap: str, topic: str, partition: int) -> dict[bytes, bytes]:
    """The last value of every key in a partition, deleted keys and incomplete transactions left out; no group."""
    where = TopicPartition(topic, partition)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
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
