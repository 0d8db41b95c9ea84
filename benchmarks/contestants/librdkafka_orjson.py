"""librdkafka's batches parsed with orjson, no work."""

from __future__ import annotations

import orjson
from confluent_kafka import Consumer
from progress import Progress, asked

run = asked()
progress = Progress(run)
consumer = Consumer(
    {
        "bootstrap.servers": run.bootstrap,
        "group.id": "benchmark-librdkafka",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "queued.min.messages": 200_000,
        "max.partition.fetch.bytes": 4 * 2**20,
    }
)
consumer.subscribe(run.topics)
while True:
    records = consumer.consume(20_000, timeout=0.2)
    if records:
        progress.start()
        for record in records:
            orjson.loads(record.value())
        progress.add(len(records))
