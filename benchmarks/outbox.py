"""How fast a source gets through the journal to the broker: `python -m benchmarks.outbox`."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import msgspec
from kafka.admin import KafkaAdminClient, NewTopic
from rich.console import Console
from rich.table import Table

from ioc.embedded.kafka import EmbeddedKafka
from producers.delivery import Backlog, Delivery
from producers.feed import Feed
from producers.gate import Gate
from producers.journal import Journal
from producers.outbox import Outbox, Record
from producers.reading import Reading
from producers.sender import Sender
from producers.source import Source
from schemas.decoder import EventDecoder
from schemas.registry import load_registry

SOURCE = {
    "name": "benchmark",
    "source": "/benchmark",
    "file": {"format": "csv"},
    "time_zone": "Asia/Ho_Chi_Minh",
    "time_format": "%d/%m/%Y %H:%M:%S",
    "events": [
        {
            "type": "filings.received",
            "per": "code",
            "subject": "unit",
            "time": "received",
            "data": {
                "dossier": "code",
                "channel": {"from": "channel", "map": {"1": "direct", "2": "online"}},
            },
        }
    ],
}
TOPIC = "outbox"


def readings(count: int) -> Iterator[Reading]:
    for number in range(count):
        row = {"code": f"H40-{number:08}", "unit": "16681", "received": "10/10/2026 08:15:00", "channel": "2"}
        yield Reading(row, number, "line")


def batches(count: int, size: int) -> Iterator[list[Reading]]:
    every = readings(count)
    while some := list(islice(every, size)):
        yield some


def per_second(count: int, work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return count / (time.perf_counter() - begun)


def payload(number: int) -> bytes:
    return b"%08d" % number + b"x" * 392


def put(journal: Journal, count: int, at_once: int) -> None:
    for first in range(0, count, at_once):
        records = [Record(TOPIC, "16681", payload(number)) for number in range(first, first + at_once)]
        with journal.transaction():
            journal.put(records)
            journal.move("", first)


def empty(path: Path, at_once: int = 10_000) -> None:
    with closing(Outbox(path)) as outbox:
        while records := outbox.oldest(at_once):
            outbox.remove(records[-1].seq)


def send(bootstrap: str, count: int) -> None:
    with Sender(bootstrap) as sender:
        for number in range(count):
            sender.send_record(TOPIC, "16681", payload(number))
        sender.flush()


def deliver(bootstrap: str, path: Path) -> None:
    backlog = Backlog(1 << 40)
    with Sender(bootstrap) as sender, Delivery(path, backlog, sender) as delivery:
        delivery.stop(None)


def whole(bootstrap: str, folder: Path, count: int) -> None:
    source = msgspec.convert(SOURCE, Source)
    registry = load_registry()
    backlog = Backlog(1 << 30)
    with closing(Journal(folder / "whole.sqlite")) as journal, Sender(bootstrap) as sender:
        gate = Gate(EventDecoder(registry), {"16681"})
        feed = Feed(source, registry, gate, journal, backlog, topic_of=lambda _: TOPIC)
        with Delivery(journal.path, backlog, sender) as delivery:
            for batch in batches(count, 1_000):
                feed.take(batch)
            delivery.stop(None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    count = parser.parse_args().events
    table = Table("what", "events/s", title=f"{count:,} events of 400 bytes")
    with tempfile.TemporaryDirectory() as name, EmbeddedKafka(Path(name) / "kafka") as broker:
        folder = Path(name)
        with closing(KafkaAdminClient(bootstrap_servers=broker.bootstrap)) as admin:
            admin.create_topics([NewTopic(TOPIC, 4, 1)], wait_for_metadata=True)
        for at_once in (1, 100, 1_000, 10_000):
            some = min(count, at_once * 2_000)
            with closing(Journal(folder / f"{at_once}.sqlite")) as journal:
                rate = per_second(some, lambda: put(journal, some, at_once))  # noqa: B023  # called at once
            table.add_row(f"put into the outbox, {at_once:,} a transaction", f"{rate:,.0f}")
        path = folder / "1000.sqlite"
        kept = min(count, 2_000_000)
        table.add_row("size on disk, bytes an event", f"{path.stat().st_size / kept:,.0f}")
        table.add_row("read and removed", f"{per_second(kept, lambda: empty(path)):,.0f}")
        table.add_row(
            "kafka-python alone", f"{per_second(count, lambda: send(broker.bootstrap, count)):,.0f}"
        )
        full = folder / "10000.sqlite"
        table.add_row("an outbox sent", f"{per_second(count, lambda: deliver(broker.bootstrap, full)):,.0f}")
        rate = per_second(count, lambda: whole(broker.bootstrap, folder, count))
        table.add_row("rows mapped, checked, put, sent, side by side", f"{rate:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
