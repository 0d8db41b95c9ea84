"""The batching transport against what bounds it and what it replaces, on the same topic in one run.

    python -m benchmarks.transport [--events N]

Each contestant runs in a process of its own. Those that are slow run for a while only, and are reported as a rate.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from confluent_kafka import Producer
from kafka.admin import KafkaAdminClient, NewTopic
from rich.console import Console
from rich.table import Table

from benchmarks.filled import events
from ioc.embedded.kafka import EmbeddedKafka

PARTITIONS = 4
TOPIC = "benchmark.transport"
_STOCK_SECONDS = 10.0
_UNITS = [f"H40.{number}" for number in range(150)]


class Progress:
    """Counts events from the first on, until all are seen or the time is up."""

    def __init__(self, count: int, seconds: float = float("inf")) -> None:
        self._count, self._seconds = count, seconds
        self._seen, self._started = 0, 0.0
        self.over = asyncio.Event()

    def start(self) -> None:
        self._started = self._started or time.perf_counter()

    def add(self, events: int) -> None:
        self._seen += events
        elapsed = time.perf_counter() - self._started
        if not self.over.is_set() and (self._seen >= self._count or elapsed > self._seconds):
            self.rate = self._seen / elapsed
            self.over.set()


async def aiokafka_orjson(bootstrap: str, count: int) -> float:
    import orjson
    from aiokafka import AIOKafkaConsumer

    progress = Progress(count)
    consumer = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        group_id=None,
        max_partition_fetch_bytes=4 * 2**20,
    )
    await consumer.start()
    while not progress.over.is_set():
        for records in (await consumer.getmany(timeout_ms=1000, max_records=20_000)).values():
            progress.start()
            for record in records:
                orjson.loads(record.value)
            progress.add(len(records))
    await consumer.stop()
    return progress.rate


async def _run(app: Any, progress: Progress) -> float:
    await app.start()
    await progress.over.wait()
    await app.stop()
    return progress.rate


def _options(bootstrap: str) -> dict[str, Any]:
    return {
        "broker": f"kafka://{bootstrap}",
        "web_enabled": False,
        "topic_disable_leader": True,
        "topic_partitions": PARTITIONS,
        "datadir": str(Path(tempfile.gettempdir(), "ioc-faust")),  # Faust makes it, and nothing is kept in it
    }


async def batch_without_work(bootstrap: str, count: int) -> float:
    from streams.transport import BatchApp

    app, progress = BatchApp("batch-no-work", **_options(bootstrap)), Progress(count)

    async def take(stream: Any) -> None:
        async for batch in stream:
            progress.start()
            progress.add(len(batch))

    app.agent(app.batch_topic(TOPIC), name="take")(take)
    return await _run(app, progress)


async def batch_decoded(bootstrap: str, count: int) -> float:
    from schemas.decoder import EventDecoder
    from schemas.registry import load_registry
    from streams.transport import BatchApp

    app, progress = BatchApp("batch-decoded", **_options(bootstrap)), Progress(count)
    decode = EventDecoder(load_registry()).decode

    async def take(stream: Any) -> None:
        async for batch in stream:
            progress.start()
            for record in batch.records:
                decode(record.value)
            progress.add(len(batch))

    app.agent(app.batch_topic(TOPIC), name="take")(take)
    return await _run(app, progress)


async def stock_one_at_a_time(bootstrap: str, count: int) -> float:
    import faust

    app, progress = faust.App("stock", **_options(bootstrap)), Progress(count, _STOCK_SECONDS)

    async def take(stream: Any) -> None:
        async for _ in stream:
            progress.start()
            progress.add(1)

    app.agent(app.topic(TOPIC, value_serializer="json"), name="take")(take)
    return await _run(app, progress)


async def stock_windowed_table(bootstrap: str, count: int) -> float:
    import faust

    app, progress = faust.App("stock-windowed", **_options(bootstrap)), Progress(count, _STOCK_SECONDS)
    counts = app.Table("counts", default=int, partitions=PARTITIONS).tumbling(60.0)

    async def take(stream: Any) -> None:
        async for event in stream:
            progress.start()
            counts[event["subject"]] += 1
            progress.add(1)

    app.agent(app.topic(TOPIC, value_serializer="json"), name="take")(take)
    return await _run(app, progress)


class Contestant(NamedTuple):
    name: str
    run: Callable[..., Any]


CONTESTANTS = (
    Contestant("aiokafka getmany + orjson.loads", aiokafka_orjson),
    Contestant("batch transport, no work", batch_without_work),
    Contestant("batch transport, validated", batch_decoded),
    Contestant("stock Faust, one event at a time", stock_one_at_a_time),
    Contestant("stock Faust, windowed table", stock_windowed_table),
)


def measure(number: int, bootstrap: str, count: int) -> float:
    """Run one contestant; in a process of its own."""
    rate: float = asyncio.run(CONTESTANTS[number].run(bootstrap, count))
    return rate


def fill(bootstrap: str, count: int) -> float:
    """Write the events; returns their mean size in bytes."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1)], wait_for_metadata=True)
    admin.close()
    producer = Producer(
        {"bootstrap.servers": bootstrap, "linger.ms": 50, "queue.buffering.max.messages": 2_000_000}
    )
    size = 0
    for _, unit, event in events(count, _UNITS):
        size += len(event)
        producer.produce(TOPIC, event, key=unit)
        producer.poll(0)
    assert producer.flush(120) == 0
    return size / count


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--events", type=int, default=1_000_000)
    count = arguments.parse_args().events
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, EmbeddedKafka(Path(folder), heap_mb=512) as kafka:
        size = fill(kafka.bootstrap, count)
        rates = []
        for number in range(len(CONTESTANTS)):
            with spawn.Pool(1) as process:
                rates.append(process.apply(measure, (number, kafka.bootstrap, count)))
    table = Table(
        title=f"{count:,} events of {size:.0f} bytes, one topic, {PARTITIONS} partitions, one process"
    )
    for heading in ("contestant", "events/s", "to aiokafka", "to stock Faust"):
        table.add_column(heading, justify="left" if heading == "contestant" else "right")
    for contestant, rate in zip(CONTESTANTS, rates, strict=True):
        table.add_row(contestant.name, f"{rate:,.0f}", f"{rate / rates[0]:.2f}", f"{rate / rates[-2]:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
