"""How long compute takes to have its state back, and a group to take over from a killed worker.

    python -m benchmarks.recovery [--dossiers N] [--events N]

The state is of as many dossiers, with what else they leave behind: an id recognised as seen each, and sums. It is
written to the state's log as compute writes it, and read back as a worker does that has just got all partitions. Then
two workers share a backlog, one is killed, and what counts is when the other commits in all partitions.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import gc
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from confluent_kafka import Producer
from rich.console import Console
from rich.table import Table

from benchmarks import core
from benchmarks.filled import fill, working_units
from benchmarks.workers import Workers
from config.columns import event_fields
from ioc.embedded.kafka import EmbeddedKafka
from streams.admin import create_topics
from streams.core.arrivals import arrivals
from streams.core.compute import Delta, States
from streams.core.definitions import Definitions
from streams.core.units import Units
from streams.fencedlog import FencedLog, read_to_end
from streams.statelog import StateLog
from streams.topics import COMPUTE_STATE, PARTITIONS, events_topic, every

_GROUP = 50_000
_UNITS = 200


class _Received(NamedTuple):
    """What compute reads of a decoded event about a new dossier."""

    subject: str
    id: str
    data: Any
    kind: str = "filings.received"
    source: str = "/benchmarks/recovery"


class Written(NamedTuple):
    """What the log holds."""

    records: int
    size: int


def _definitions(units: Units) -> dict[str, Definitions]:
    kinds = list(event_fields(core.REGISTRY))
    return {
        events_topic(name): Definitions(core.SHIPPED, kinds, units, stream)
        for name, stream in core.REGISTRY.streams.items()
    }


def write_log(bootstrap: str, dossiers: int, units: Units) -> Written:
    """Fold new dossiers into states and write these."""
    codes, now = list(units.units), dt.datetime.now(dt.UTC)
    columns = dict(event_fields(core.REGISTRY))["filings.received"]
    blank = dict.fromkeys(columns)
    now_ms, topic = int(now.timestamp() * 1000), events_topic("filings")
    producer = Producer({"bootstrap.servers": bootstrap, "message.max.bytes": 64_000_000})
    records = size = 0
    for partition in range(PARTITIONS):
        states = States(_definitions(units))
        state = states[topic]
        came = []
        for number in range(partition, dossiers, PARTITIONS):
            days = number % 20
            data = SimpleNamespace(
                **blank
                | {
                    "dossier": f"000.00.{number % 90:02}.H40-26-{number:07}",
                    "channel": ("online", "direct", "post")[number % 3],
                    "due_at": now + dt.timedelta(days=days),
                }
            )
            event = _Received(codes[number % len(codes)], f"id-{number:09}", data)
            came.append((event, now_ms - days * 86_400_000 - number % 86_400_000, now_ms))
            if len(came) == _GROUP:
                (received,) = arrivals(came)
                state.apply(received)
                came.clear()
                state.offsets = {topic: number}
                state.drain()
        for received in arrivals(came):
            state.apply(received)
        state.offsets = {topic: dossiers}
        last = state.drain()
        log = StateLog(Delta, FencedLog(bootstrap, COMPUTE_STATE.name, partition), rewrite_bytes=0)
        for key, value in log.prepare([last], states.snapshot).snapshot:
            producer.produce(COMPUTE_STATE.name, value, key, partition)
            records, size = records + 1, size + len(value)
        producer.flush(60)
    return Written(records, size)


async def restore(bootstrap: str, units: Units) -> float:
    """All partitions at once, as a worker does; returns seconds."""
    definitions = _definitions(units)
    started = time.perf_counter()

    async def one(partition: int) -> States:
        states = States(definitions)
        log = StateLog(Delta, FencedLog(bootstrap, COMPUTE_STATE.name, partition))
        states.repeat(await log.restore(states))
        await log.close()
        return states

    await asyncio.gather(*map(one, range(PARTITIONS)))
    return time.perf_counter() - started


async def read(bootstrap: str) -> float:
    """The part of it that is reading; seconds."""
    started = time.perf_counter()
    await asyncio.gather(
        *(read_to_end(bootstrap, COMPUTE_STATE.name, partition) for partition in range(PARTITIONS))
    )
    return time.perf_counter() - started


class Takeover(NamedTuple):
    """Seconds after a SIGKILL until the first, and all of the partitions that stood still, were committed in again."""

    first: float
    all: float


def kill_one_of_two(bootstrap: str, folder: Path, count: int) -> Takeover:
    """Needs a backlog that is not done before the group has noticed."""
    with Workers(bootstrap, folder, 2) as workers:
        workers.until(count // 5)
        workers.processes.pop(0).kill()
        started = time.perf_counter()
        time.sleep(1)  # what the killed one had on its way has arrived
        before, when = workers.offsets(), dict[Any, float]()
        # a partition that had been read to its end moves no more
        while len(when) < len(before) and workers.committed() < count:
            for where, at in workers.offsets().items():
                if at > before.get(where, at):
                    when.setdefault(where, time.perf_counter() - started)
            time.sleep(0.05)
    waited = sorted(when.values())
    late = [at for at in waited if at > 2] or waited
    return Takeover(late[0], late[-1])


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--dossiers", type=int, default=1_000_000)
    arguments.add_argument("--events", type=int, default=3_000_000, help="of the backlog")
    options = arguments.parse_args()
    units = core.made_up_units(_UNITS)
    table = Table("what", "", title=f"{options.dossiers:,} dossiers, {_UNITS} units, {PARTITIONS} partitions")
    table.columns[1].justify = "right"
    with tempfile.TemporaryDirectory() as folder, EmbeddedKafka(Path(folder), heap_mb=768) as kafka:
        create_topics(kafka.bootstrap, every(core.REGISTRY.streams))
        written = write_log(kafka.bootstrap, options.dossiers, units)
        table.add_row("the log", f"{written.records:,} records, {written.size / 1e6:,.0f} MB")
        gc.collect()
        gc.disable()  # as a worker runs
        reading = asyncio.run(read(kafka.bootstrap))
        table.add_row("restored", f"{asyncio.run(restore(kafka.bootstrap, units)):.1f} s")
        table.add_row("of which reading", f"{reading:.1f} s")
    with tempfile.TemporaryDirectory() as folder, EmbeddedKafka(Path(folder), heap_mb=768) as kafka:
        create_topics(kafka.bootstrap, every(core.REGISTRY.streams))
        province = working_units()
        fill(kafka.bootstrap, options.events, province)
        takeover = kill_one_of_two(kafka.bootstrap, Path(folder), options.events)
        table.add_row(
            "one of two workers killed: the other commits in the first, in all of its partitions after",
            f"{takeover.first:.1f} s, {takeover.all:.1f} s",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
