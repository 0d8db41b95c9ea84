"""Compute at its full work against what bounds it and what it replaces, on the same topics in one run.

    python -m benchmarks.compute [--events N] [--all-indicators]

Full work: validation against the schemas, refusal of repeats, five indicators (dossiers folded; day, hour and minute
buckets, per unit and province) or all that are shipped, alert rules, values emitted, state logged and delivered,
offsets committed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import yaml
from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from rich.console import Console
from rich.table import Table

from benchmarks.filled import fill
from config.loader import load
from ioc.embedded.kafka import EmbeddedKafka
from ioc.settings import Settings
from streams import topics
from streams.admin import create_topics

_STOCK_SECONDS = 20.0


class Result(NamedTuple):
    """Events per second of a contestant, from its first event to its last (or for a while, where it is slow)."""

    name: str
    rate: float


async def _read_with_aiokafka(bootstrap: str, count: int) -> float:
    import orjson
    from aiokafka import AIOKafkaConsumer

    consumer = AIOKafkaConsumer(
        *(topic.name for topic in topics.EVENTS),
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        group_id=None,
        max_partition_fetch_bytes=4 * 2**20,
    )
    await consumer.start()
    seen, started = 0, 0.0
    try:
        while seen < count:
            for records in (await consumer.getmany(timeout_ms=1000, max_records=20_000)).values():
                started = started or time.perf_counter()
                for record in records:
                    orjson.loads(record.value)
                seen += len(records)
    finally:
        await consumer.stop()
    return seen / (time.perf_counter() - started)


def aiokafka_orjson(bootstrap: str, count: int) -> Result:
    """The bound: the client that Faust uses, and the quickest parser, without any work."""
    return Result("aiokafka + orjson.loads, no work", asyncio.run(_read_with_aiokafka(bootstrap, count)))


_STOCK = """
import os, sys, time, faust
app = faust.App("stock-bench", broker="kafka://" + sys.argv[1], web_enabled=False, datadir=sys.argv[2],
                topic_disable_leader=True, consumer_auto_offset_reset="earliest", topic_partitions=4)
topic = app.topic(*sys.argv[4:], value_serializer="json")
counts = app.Table("counts", default=int, partitions=4).tumbling(60.0)
seen, started = 0, 0.0

@app.agent(topic)
async def count(stream):
    global seen, started
    async for event in stream.events():
        started = started or time.perf_counter()
        counts[event.value["subject"]] += 1
        seen += 1
        elapsed = time.perf_counter() - started
        if elapsed > float(sys.argv[3]):
            print("rate", seen / elapsed, flush=True)
            os._exit(0)

from faust import Worker
Worker(app, loglevel="ERROR", redirect_stdouts=False).execute_from_commandline()
"""


def stock_faust_windowed(bootstrap: str, count: int) -> Result:
    """What it replaces: Faust as it comes, one event at a time, one windowed count."""
    with tempfile.TemporaryDirectory() as folder:
        names = [topic.name for topic in topics.EVENTS]
        done = subprocess.run(
            [sys.executable, "-c", _STOCK, bootstrap, folder, str(_STOCK_SECONDS), *names],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
    rate = re.search(r"rate ([0-9.]+)", done.stdout)
    if not rate:
        raise RuntimeError(done.stdout[-3000:])
    return Result("stock Faust, windowed table", float(rate[1]))


FIVE = (
    "online_filing_rate",
    "on_time_settlement",
    "overdue_backlog",
    "online_payment_rate",
    "records_cleaned",
)


def _five_indicators(folder: Path) -> Path:
    """The shipped configuration with five of its indicators."""
    shutil.copytree(Settings().config, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for path in (folder / "indicators").glob("*.yaml"):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        document["indicators"] = [one for one in document["indicators"] if one["id"] in FIVE]
        path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return folder


def full_compute(bootstrap: str, count: int, *, all_indicators: bool = False) -> Result:
    """This project's worker, as production runs it; its progress is what its group has committed."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"IOC_KAFKA": bootstrap, "IOC_DATA": folder}
        if not all_indicators:
            environment["IOC_CONFIG"] = str(_five_indicators(Path(folder, "config")))
        log = Path(folder, "compute.log").open("wb")  # noqa: SIM115  # closed with the process
        worker = subprocess.Popen(
            [sys.executable, "-m", "streams.workers", "compute"], env=environment, stdout=log, stderr=log
        )
        admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        try:
            first: tuple[float, int] | None = None
            while True:
                done, now = _committed(admin), time.perf_counter()
                if done and first is None:
                    first = now, done
                if first and done >= count:
                    name = f"this project's compute, {'all' if all_indicators else 'five'} indicators"
                    return Result(name, (count - first[1]) / (now - first[0]))
                if worker.poll() is not None:
                    raise RuntimeError(Path(folder, "compute.log").read_text()[-3000:])
                time.sleep(0.05)
        finally:
            worker.terminate()
            worker.wait(30)
            admin.close()
            log.close()


def _committed(admin: KafkaAdminClient) -> int:
    names = {topic.name for topic in topics.EVENTS}
    try:
        offsets = admin.list_group_offsets({"ioc-compute": None})["ioc-compute"]
    except KafkaError:  # the group does not exist until the worker has joined
        return 0
    return sum(at.offset for where, at in offsets.items() if where.topic in names and at.offset > 0)


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--events", type=int, default=1_000_000)
    arguments.add_argument("--all-indicators", action="store_true")
    options = arguments.parse_args()
    count: int = options.events
    units = [code for code, unit in load(Settings().config).units.units.items() if unit.province == "40"]
    with tempfile.TemporaryDirectory() as folder, EmbeddedKafka(Path(folder), heap_mb=768) as kafka:
        create_topics(kafka.bootstrap)
        size = fill(kafka.bootstrap, count, units)
        results = [
            aiokafka_orjson(kafka.bootstrap, count),
            full_compute(kafka.bootstrap, count, all_indicators=options.all_indicators),
            stock_faust_windowed(kafka.bootstrap, count),
        ]
    table = Table(title=f"{count:,} events of {size:.0f} bytes, 3 topics x 4 partitions, {len(units)} units")
    for heading in ("contestant", "events/s", "ratio to the first", "ratio to the last"):
        table.add_column(heading, justify="left" if heading == "contestant" else "right")
    for name, rate in results:
        table.add_row(name, f"{rate:,.0f}", f"{rate / results[0].rate:.2f}", f"{rate / results[-1].rate:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
