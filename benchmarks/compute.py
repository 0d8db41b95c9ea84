"""Compute at its full work against consumers without work and others' single window, on the same topics in one run.

    python -m benchmarks.compute [--events N] [--five-indicators] [--alone]

Full work: validation against the schemas, refusal of repeats, all shipped indicators or five (dossiers folded;
day, hour and minute buckets, per unit and province), alert rules, values emitted, state logged and delivered,
offsets committed; by one worker, and by as many as there are cores. Each contestant has a process of its own; which
threads it starts in it is its own affair.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import psutil
import yaml
from rich.console import Console
from rich.table import Table

from benchmarks import peers
from benchmarks.filled import fill, working_units
from benchmarks.peers import Result
from benchmarks.workers import Workers, begin_anew
from ioc.embedded.kafka import EmbeddedKafka
from ioc.settings import Settings
from schemas.streams import load_streams
from streams import topics
from streams.admin import create_topics

_PEERS = (
    peers.AIOKAFKA,
    peers.LIBRDKAFKA,
    peers.STOCK_WINDOW,
    peers.QUIX,
    peers.BYTEWAX,
    peers.PATHWAY,
    peers.FLINK,
)
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


def full_compute(bootstrap: str, count: int, workers: int = 1, *, five_indicators: bool = False) -> Result:
    """This project's workers, as production runs them."""
    processes = "one worker" if workers == 1 else f"{workers} workers"
    name = f"this project's compute, {'five' if five_indicators else 'all'} indicators, {processes}"
    with tempfile.TemporaryDirectory() as folder:
        config = _five_indicators(Path(folder, "config")) if five_indicators else Settings.config
        with Workers(bootstrap, Path(folder), workers, config) as running:
            return Result(name, running.until(count).rate)


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--events", type=int, default=1_000_000)
    arguments.add_argument("--five-indicators", action="store_true", help="five of the shipped ones only")
    arguments.add_argument("--alone", action="store_true", help="against aiokafka and stock Faust only")
    options = arguments.parse_args()
    count: int = options.events
    units = working_units()
    with tempfile.TemporaryDirectory() as folder, EmbeddedKafka(Path(folder), heap_mb=768) as kafka:
        streams = load_streams(Settings().schemas)
        create_topics(kafka.bootstrap, topics.every(streams))
        size = fill(kafka.bootstrap, count, units)
        names = [topic.name for topic in topics.events(streams)]
        wanted = (peers.AIOKAFKA, peers.STOCK_WINDOW) if options.alone else _PEERS
        ours = full_compute(kafka.bootstrap, count, five_indicators=options.five_indicators)
        begin_anew(kafka.bootstrap)
        cores = psutil.cpu_count() or 1
        all_cores = full_compute(kafka.bootstrap, count, cores, five_indicators=options.five_indicators)
        results = [all_cores, *peers.run(wanted, kafka.bootstrap, count, names)]
    table = Table(title=f"{count:,} events of {size:.0f} bytes, 3 topics x 4 partitions, {len(units)} units")
    for heading in ("contestant", "events/s", "this project to it"):
        table.add_column(heading, justify="left" if heading == "contestant" else "right")
    for name, rate in (ours, *results):
        table.add_row(name, f"{rate:,.0f}", f"{ours.rate / rate:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
