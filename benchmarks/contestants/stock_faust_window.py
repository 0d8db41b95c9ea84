"""Faust as it comes, counting by unit in a windowed table."""

from __future__ import annotations

import tempfile
from typing import Any

import faust
from progress import Progress, asked

PARTITIONS = 4

run = asked()
progress = Progress(run)
app = faust.App(
    "benchmark-stock-faust-window",
    broker=f"kafka://{run.bootstrap}",
    web_enabled=False,
    datadir=tempfile.mkdtemp(prefix="ioc-faust-"),
    topic_disable_leader=True,
    topic_partitions=PARTITIONS,
    consumer_auto_offset_reset="earliest",
)
counts = app.Table("counts", default=int, partitions=PARTITIONS).tumbling(60.0)


@app.agent(app.topic(*run.topics, value_serializer="json"))
async def count(stream: Any) -> None:
    async for event in stream:
        counts[event["subject"]] += 1
        progress.add()


faust.Worker(app, loglevel="ERROR", redirect_stdouts=False).execute_from_commandline()
