"""Quix Streams: a count per unit (the records' key) in a tumbling minute of event time, kept in its RocksDB state."""

from __future__ import annotations

import datetime as dt
import tempfile
from typing import Any

import orjson
from progress import Progress, asked
from quixstreams import Application

run = asked()
progress = Progress(run)
app = Application(
    broker_address=run.bootstrap,
    consumer_group="benchmark-quix",
    auto_offset_reset="earliest",
    state_dir=tempfile.mkdtemp(prefix="ioc-quix-"),
    loglevel="ERROR",
)


def decode(value: bytes) -> Any:
    progress.add()
    return orjson.loads(value)


def event_time(value: Any, *_: Any) -> int:
    return int(dt.datetime.fromisoformat(value["time"]).timestamp() * 1000)


for name in run.topics:
    topic = app.topic(name, value_deserializer="bytes", key_deserializer="str")
    frame = app.dataframe(topic).apply(decode).set_timestamp(event_time)
    frame.tumbling_window(dt.timedelta(minutes=1), grace_ms=dt.timedelta(seconds=10)).count().final()
app.run()
