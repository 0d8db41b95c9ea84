"""Faust apps run inside a test's own event loop, and the records they work on."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import faust
from confluent_kafka import Producer
from kafka.admin import KafkaAdminClient

from streams.transport import BatchApp

OPTIONS: dict[str, Any] = {
    "datadir": str(Path(tempfile.gettempdir(), "ioc-faust")),  # Faust makes it, and nothing is kept in it
    "web_enabled": False,
    "topic_partitions": 4,
    "value_serializer": "raw",
    "broker_commit_interval": 0.1,
    "broker_session_timeout": 3.0,
    "broker_heartbeat_interval": 0.5,
}

Seen = dict[int, list[int]]
"""Offsets by partition, in the order in which they were processed."""


def batch_app(bootstrap: str, group: str, **options: Any) -> BatchApp:
    """A worker on the batching transport."""
    return BatchApp(group, broker=f"kafka://{bootstrap}", **OPTIONS | options)


def stock_app(bootstrap: str, group: str, **options: Any) -> faust.App:
    """A worker as Faust comes."""
    return faust.App(group, broker=f"kafka://{bootstrap}", **OPTIONS | options)


@asynccontextmanager
async def running(*apps: faust.App) -> AsyncIterator[None]:
    """Start the workers, and stop them in good order at the end."""
    async with AsyncExitStack() as stack:
        for app in apps:
            await app.start()
            stack.push_async_callback(app.stop)
        yield


def collect(app: BatchApp, topic: str) -> Seen:
    """Let the app take the topic's batches; returns what it has processed, as it grows."""
    seen: Seen = defaultdict(list)

    async def take(stream: Any) -> None:
        async for batch in stream:
            seen[batch.partition].extend(record.offset for record in batch.records)

    app.agent(app.batch_topic(topic), name="take")(take)
    return seen


def count(seen: Seen) -> int:
    """How many records were processed."""
    return sum(map(len, seen.values()))


async def until(condition: Callable[[], object]) -> None:
    """Wait until the condition holds; a test that waits for a minute has failed."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "what the test waited for did not happen"
        await asyncio.sleep(0.01)


def produce(bootstrap: str, topic: str, values: Iterable[bytes], partitions: int = 4) -> None:
    """Write the values to the partitions in turn, and wait until the broker has them."""
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 5})
    for number, value in enumerate(values):
        producer.produce(
            topic,
            value,
            key=b"key-%d" % number,
            partition=number % partitions,
            headers={"number": str(number)},
        )
    assert producer.flush(60) == 0


def committed(admin: KafkaAdminClient, group: str, topic: str) -> dict[int, int]:
    """The group's committed offsets of a topic, by partition."""
    offsets = admin.list_group_offsets(group)[group]
    return {
        tp.partition: found.offset for tp, found in offsets.items() if tp.topic == topic and found.offset >= 0
    }
