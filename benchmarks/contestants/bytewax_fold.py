"""Bytewax: a count per unit in a tumbling minute of event time, in memory."""

from __future__ import annotations

import datetime as dt
from typing import Any

import bytewax.operators as op
import bytewax.operators.windowing as win
import orjson
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.testing import run_main
from progress import Progress, asked

run = asked()
progress = Progress(run)


def decode(batch: list[Any]) -> list[tuple[str, dt.datetime]]:
    progress.add(len(batch))
    events = [orjson.loads(record.value) for record in batch]
    return [(event["subject"], dt.datetime.fromisoformat(event["time"])) for event in events]


def add(count: int, _: Any) -> int:
    return count + 1


class Nowhere(StatelessSinkPartition[Any], DynamicSink[Any]):
    def build(self, *_: Any) -> Nowhere:
        return self

    def write_batch(self, items: list[Any]) -> None:
        pass


flow = Dataflow("benchmark")
records = op.input("records", flow, KafkaSource([run.bootstrap], run.topics, tail=True, batch_size=1000))
keyed = op.flat_map_batch("decode", records, decode)
windows = win.fold_window(
    "count",
    keyed,
    win.EventClock(lambda moment: moment, wait_for_system_duration=dt.timedelta(seconds=10)),
    win.TumblingWindower(length=dt.timedelta(minutes=1), align_to=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
    int,
    add,
    int.__add__,
    ordered=False,
)
op.output("out", windows.down, Nowhere())
run_main(flow)
