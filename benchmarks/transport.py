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

from benchmarks import peers
from benchmarks.filled import events
from benchmarks.peers import Result
from ioc.embedded.kafka import EmbeddedKafka

PARTITIONS = 4
TOPIC = "benchmark.transport"
_UNITS = [f"H40.{number}" for number in range(150)]


class Progress:
    """Counts events from the first on, until all are seen."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._seen, self._started = 0, 0.0
        self.over = asyncio.Event()

    def start(self) -> None:
        self._started = self._started or time.perf_counter()

    def add(self, events: int) -> None:
        self._seen += events
        if not self.over.is_set() and self._seen >= self._count:
            self.rate = self._seen / (time.perf_counter() - self._started)
            self.over.set()


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


class Transport(NamedTuple):
    name: str
    run: Callable[..., Any]


TRANSPORTS = (
    Transport("batch transport, no work", batch_without_work),
    Transport("batch transport, validated", batch_decoded),
)


def measure(number: int, bootstrap: str, count: int) -> float:
    """Run one of ours; in a process of its own."""
    rate: float = asyncio.run(TRANSPORTS[number].run(bootstrap, count))
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
        results = list(peers.run((peers.AIOKAFKA,), kafka.bootstrap, count, [TOPIC]))
        for number, transport in enumerate(TRANSPORTS):
            with spawn.Pool(1) as process:
                rate = process.apply(measure, (number, kafka.bootstrap, count))
            results.append(Result(transport.name, rate))
        results += peers.run((peers.STOCK, peers.STOCK_WINDOW), kafka.bootstrap, count, [TOPIC])
    table = Table(
        title=f"{count:,} events of {size:.0f} bytes, one topic, {PARTITIONS} partitions, one process"
    )
    for heading in ("contestant", "events/s", "to aiokafka", "to stock Faust"):
        table.add_column(heading, justify="left" if heading == "contestant" else "right")
    for name, rate in results:
        table.add_row(name, f"{rate:,.0f}", f"{rate / results[0].rate:.2f}", f"{rate / results[-2].rate:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
