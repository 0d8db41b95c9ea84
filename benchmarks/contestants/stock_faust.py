"""Faust as it comes, one event at a time, without work."""

from __future__ import annotations

import tempfile
from typing import Any

import faust
from progress import Progress, asked

PARTITIONS = 4

run = asked()
progress = Progress(run)
app = faust.App(
    "benchmark-stock-faust",
    broker=f"kafka://{run.bootstrap}",
    web_enabled=False,
    datadir=tempfile.mkdtemp(prefix="ioc-faust-"),
    topic_disable_leader=True,
    topic_partitions=PARTITIONS,
    consumer_auto_offset_reset="earliest",
)


@app.agent(app.topic(*run.topics, value_serializer="json"))
async def take(stream: Any) -> None:
    async for _ in stream:
        progress.add()


faust.Worker(app, loglevel="ERROR", redirect_stdouts=False).execute_from_commandline()
