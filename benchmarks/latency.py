"""From handing an event to the producer until its row, and a figure that counts it, can be read, and an alert fires.

    python -m benchmarks.latency [--rates 1000 10000 50000] [--seconds S]

Broker, ClickHouse, compute and store on one machine, with the producer and whoever asks. A hundred events a second are
followed by their offsets. ClickHouse is asked every 50 ms up to which offset it has events and figures: what is
reported includes that wait. Alerts are those of benchmarks.alarms, two a second; rules are evaluated every second.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from clickhouse_connect.driver.client import Client
from confluent_kafka import Producer
from rich.console import Console
from rich.table import Table

from benchmarks.alarms import Probes, configuration
from benchmarks.filled import events, working_units
from ioc.settings import Settings
from schemas.streams import load_streams
from streams.topics import events_topic, part
from tests.fixtures.monitor import Monitor

_FOLLOWED_PER_SECOND = 100
_TICK_SECONDS = 0.005
_ASK_SECONDS = 0.05
_PATIENCE_SECONDS = 60.0

_OF_EVENTS = """
SELECT concat('ioc.events.', splitByChar('.', kind)[1]) AS topic, part, max(kafka_offset)
FROM events GROUP BY topic, part
"""
_OF_FIGURES = "SELECT part, max(version) - 1 FROM indicator_values WHERE grain = 'day' GROUP BY part"


_NUMBERS = {events_topic(name): stream.number for name, stream in load_streams(Settings().schemas).items()}


def _part(topic: str, partition: int) -> int:
    return part(_NUMBERS[topic], partition)


class Followed(NamedTuple):
    """An event whose way is watched."""

    part: int
    offset: int
    produced: float


class Feed(threading.Thread):
    """Produces at an even rate, beside whoever asks."""

    def __init__(self, bootstrap: str, data: Sequence[tuple[str, str, bytes]], rate: int) -> None:
        super().__init__()
        self._data, self._rate = data, rate
        self._producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 5, "log_level": 0})
        self.followed: list[Followed] = []
        self.took = 0.0

    def run(self) -> None:
        every = max(1, self._rate // _FOLLOWED_PER_SECOND)
        started, sent = time.perf_counter(), 0
        while sent < len(self._data):
            due = min(len(self._data), int((time.perf_counter() - started) * self._rate))
            for number in range(sent, due):
                stream, unit, value = self._data[number]
                options = {} if number % every else {"on_delivery": self._follow(time.perf_counter())}
                self._producer.produce(events_topic(stream), value, unit, **options)
            sent = due
            self._producer.poll(0)
            time.sleep(_TICK_SECONDS)
        self._producer.flush(30)
        self.took = time.perf_counter() - started

    def _follow(self, produced: float) -> Any:
        def delivered(error: Any, record: Any) -> None:
            assert error is None, error
            self.followed.append(
                Followed(_part(record.topic(), record.partition()), record.offset(), produced)
            )

        return delivered


class Watch:
    """When followed events were there: their latencies in seconds."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self._next = 0
        self._waiting: list[Followed] = []

    def look(self, followed: Sequence[Followed], reached: dict[int, int]) -> None:
        """Reached is the highest offset that ClickHouse has, by part."""
        now = time.perf_counter()
        self._waiting += followed[self._next : (upto := len(followed))]
        self._next = upto
        there = [one for one in self._waiting if one.offset <= reached.get(one.part, -1)]
        self._waiting = [one for one in self._waiting if one.offset > reached.get(one.part, -1)]
        self.latencies += [now - one.produced for one in there]


def measure(client: Client, feed: Feed) -> tuple[Watch, Watch]:
    """Of events and of figures."""
    rows, figures = Watch(), Watch()
    feed.start()
    patience = 0.0
    while patience < _PATIENCE_SECONDS:
        reached = {_part(topic, at): upto for topic, at, upto in client.query(_OF_EVENTS).result_rows}
        rows.look(feed.followed, reached)
        figures.look(feed.followed, {row[0]: row[1] for row in client.query(_OF_FIGURES).result_rows})
        if not feed.is_alive():
            if len(rows.latencies) == len(figures.latencies) == len(feed.followed):
                break
            patience += _ASK_SECONDS
        time.sleep(_ASK_SECONDS)
    feed.join()
    return rows, figures


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--rates", type=int, nargs="+", default=[1_000, 10_000, 50_000])
    arguments.add_argument("--seconds", type=int, default=20)
    options = arguments.parse_args()
    table = Table(title=f"{options.seconds} s each; ms from produce until it can be read in ClickHouse")
    for heading in (
        "events/s",
        "produced/s",
        "row p50",
        "row p99",
        "figure p50",
        "figure p99",
        "alert p50",
        "alert p99",
    ):
        table.add_column(heading, justify="right")
    with tempfile.TemporaryDirectory() as folder:
        monitor = Monitor(Path(folder), configuration(Settings.config, Path(folder) / "config"))
        try:
            monitor.start()
            units = working_units()
            communes = [code for code in units if monitor.configuration.units.units[code].level == "commune"]
            share = len(communes) // len(options.rates)
            with monitor.client() as client:
                for seed, rate in enumerate((100, *options.rates)):  # the first to warm up
                    data = list(events(rate * options.seconds, units, seed))
                    feed = Feed(monitor.kafka.bootstrap, data, rate)
                    chosen = communes[share * (seed - 1) :][: min(share, 2 * options.seconds)] if seed else []
                    probes = Probes(monitor.kafka.bootstrap, chosen)
                    probes.start()
                    watches = measure(client, feed)
                    probes.join()
                    row, figure = (np.array(watch.latencies) * 1000 for watch in watches)
                    if seed:
                        figures = [
                            *np.percentile(row, (50, 99)),
                            *np.percentile(figure, (50, 99)),
                            *np.percentile(np.array(probes.latencies) * 1000, (50, 99)),
                        ]
                        table.add_row(
                            f"{rate:,}",
                            f"{len(data) / feed.took:,.0f}",
                            *[f"{one:,.0f}" for one in figures],
                        )
                    missing = len(feed.followed) - len(row)
                    assert not missing, f"{missing} rows missing\n{monitor.last_words()}"
        finally:
            monitor.stop()
    Console().print(table)


if __name__ == "__main__":
    main()
