"""aiokafka's batches parsed with orjson, no work: the client that Faust uses, and the quickest parser."""

from __future__ import annotations

import asyncio

import orjson
from aiokafka import AIOKafkaConsumer
from progress import Progress, asked


async def main() -> None:
    run = asked()
    progress = Progress(run)
    consumer = AIOKafkaConsumer(
        *run.topics,
        bootstrap_servers=run.bootstrap,
        auto_offset_reset="earliest",
        group_id=None,
        max_partition_fetch_bytes=4 * 2**20,
    )
    await consumer.start()
    while True:
        for records in (await consumer.getmany(timeout_ms=1000, max_records=20_000)).values():
            progress.start()
            for record in records:
                orjson.loads(record.value)
            progress.add(len(records))


asyncio.run(main())
