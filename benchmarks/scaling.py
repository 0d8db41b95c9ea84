"""Two workers against one, and what an event costs as units and indicators grow.

    python -m benchmarks.scaling [--events N] [--curves]

Workers are processes of one group on one machine, and share its cores with the broker. The curves are the core alone,
in processor time: applied, drained (counted), and encoded for the log and the topic of figures.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks import core
from benchmarks.filled import fill, working_units
from benchmarks.workers import Workers
from ioc.embedded.kafka import EmbeddedKafka
from ioc.settings import Settings
from schemas.streams import load_streams
from streams.admin import create_topics
from streams.core.units import Units
from streams.topics import every

_UNITS = (200, 1_000, 3_000, 10_000)
_INDICATORS = (1, 5, 11, 30, 100)
_CURVE_EVENTS = 400_000
_ROUNDS = 2


def workers(count: int) -> Table:
    """Events per second of one worker and of two, each beginning with a broker of its own."""
    units = working_units()
    table = Table(title=f"{count:,} events, {psutil.cpu_count()} cores for workers and broker")
    for heading in (
        "workers",
        "events/s",
        "to one",
        "worker µs/event",
        "broker µs/event",
        "cores: workers",
        "broker",
    ):
        table.add_column(heading, justify="right")
    one = 0.0
    for number in (1, 2):
        with tempfile.TemporaryDirectory() as folder, EmbeddedKafka(Path(folder), heap_mb=768) as kafka:
            create_topics(kafka.bootstrap, every(load_streams(Settings().schemas)))
            fill(kafka.bootstrap, count, units)
            with Workers(kafka.bootstrap, Path(folder), number) as running:
                broker = psutil.Process(kafka.pid)
                before = sum(broker.cpu_times()[:2])
                speed = running.until(count)
                broker_seconds = sum(broker.cpu_times()[:2]) - before
        one = one or speed.rate
        figures = (
            f"{number}",
            f"{speed.rate:,.0f}",
            f"{speed.rate / one:.2f}",
            f"{speed.processor_seconds / speed.events * 1e6:.1f}",
            f"{broker_seconds / count * 1e6:.1f}",
            f"{speed.processor_seconds / speed.seconds:.2f}",
            f"{broker_seconds / speed.seconds:.2f}",
        )
        table.add_row(*figures)
    return table


def curve(title: str, costs: Iterable[tuple[int, core.Cost]]) -> Table:
    table = Table(title=title)
    for heading in ("", "applied, µs", "drained, µs", "encoded, µs", "in all, µs", "values per event"):
        table.add_column(heading, justify="right")
    for number, cost in costs:
        parts = [f"{part:.2f}" for part in (cost.apply, cost.drain, cost.emit, cost.whole, cost.values)]
        table.add_row(f"{number:,}", *parts)
    return table


def best(coming: list[core.Arrival], units: Units, indicators: int) -> core.Cost:
    wanted = core.made_up_indicators(indicators)
    return min((core.cost(coming, units, wanted) for _ in range(_ROUNDS)), key=lambda cost: cost.whole)


def over_units() -> Iterable[tuple[int, core.Cost]]:
    for number in _UNITS:
        units = core.made_up_units(number)
        yield number, best(core.arrivals(_CURVE_EVENTS, units), units, len(core.SHIPPED))


def over_indicators() -> Iterable[tuple[int, core.Cost]]:
    units = core.made_up_units(_UNITS[0])
    coming = core.arrivals(_CURVE_EVENTS, units)
    for number in _INDICATORS:
        yield number, best(coming, units, number)


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--events", type=int, default=2_000_000, help="for the workers")
    arguments.add_argument("--curves", action="store_true", help="only these")
    options = arguments.parse_args()
    console = Console()
    group = f"groups of {core.GROUP_EVENTS:,} over {core.PARTITIONS} partitions"
    console.print(curve(f"units, the {len(core.SHIPPED)} shipped indicators, {group}", over_units()))
    console.print(curve(f"indicators, {_UNITS[0]} units, {group}", over_indicators()))
    if not options.curves:
        console.print(workers(options.events))


if __name__ == "__main__":
    main()
