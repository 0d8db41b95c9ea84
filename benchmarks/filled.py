"""The events that contestants read: whole lives of dossiers, payments, cleaned records; about 400 bytes each."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence

import msgspec
from confluent_kafka import Producer

from config.loader import load
from ioc.settings import Settings
from streams.topics import events_topic

_SPAN_SECONDS, _JITTER_SECONDS = 900, 5
"""A backlog of a quarter of an hour, in order but for a few seconds, as a stream is."""

_ENVELOPE = {"specversion": "1.0", "source": "/benchmarks/province", "datacontenttype": "application/json"}


def working_units() -> list[str]:
    """Codes of the shipped province's units that are there today."""
    units = load(Settings().config).units.units
    return [code for code, unit in units.items() if unit.province == "40" and not unit.valid_to]


def events(count: int, units: Sequence[str], seed: int = 1) -> Iterator[tuple[str, str, bytes]]:
    """(stream, unit, event): of ten, four receipts, three settlements, one and a half payments and cleanings each."""
    rng = random.Random(seed)  # nothing secret
    now = dt.datetime.now(dt.UTC)
    for number in range(count):
        unit = units[number * 7919 % len(units)]
        instant = now - dt.timedelta(
            seconds=_SPAN_SECONDS * (1 - number / count) + rng.random() * _JITTER_SECONDS
        )
        part = rng.random()
        data: dict[str, object]
        if part < 0.4:
            kind = "filings.received"
            data = {
                "dossier": f"000.00.{number % 90:02}.H40-261101-{number:07}",
                "channel": rng.choice(("online", "online", "online", "direct", "post")),
                "procedure": "1.004873",
                "applicant": "citizen",
                "due_at": (instant + dt.timedelta(days=rng.randrange(1, 15))).isoformat(
                    timespec="milliseconds"
                ),
                "fee_obligation": True,
                "components": 5,
                "components_digitised": 4,
            }
        elif part < 0.7:
            kind = "filings.settled"
            earlier = rng.randrange(number + 1)
            unit = units[earlier * 7919 % len(units)]
            data = {
                "dossier": f"000.00.{earlier % 90:02}.H40-261101-{earlier:07}",
                "result_due": True,
                "electronic_result": True,
                "dossier_digitised": True,
                "result_in_personal_store": True,
                "decision": "granted",
            }
        elif part < 0.85:
            kind = "payments.paid"
            data = {
                "kind": "fee",
                "method": rng.choice(("online_national", "bank", "cash")),
                "amount_vnd": rng.randrange(1, 50) * 10_000,
                "procedure": "1.004873",
                "dossier": f"000.00.{number % 90:02}.H40-261101-{number:07}",
                "payments": 1,
                "urban": True,
            }
        else:
            kind = "updates.records_cleaned"
            data = {
                "registry": "population",
                "records": rng.randrange(200),
                "records_checked": 500,
                "errors_found": rng.randrange(20),
                "backlog_change": -rng.randrange(200),
            }
        event = _ENVELOPE | {
            "id": f"benchmark-{seed}-{number:09}-{rng.randrange(2**32):08x}",
            "type": f"vn.ioc.{kind}.v1",
            "time": instant.isoformat(timespec="milliseconds"),
            "subject": unit,
            "data": data,
        }
        yield kind.split(".")[0], unit, msgspec.json.encode(event)


def fill(bootstrap: str, count: int, units: Sequence[str]) -> float:
    """Write that many events to the monitor's topics; returns their mean size in bytes."""
    producer = Producer(
        {"bootstrap.servers": bootstrap, "linger.ms": 20, "queue.buffering.max.messages": 1_000_000}
    )
    size = 0
    for stream, unit, value in events(count, units):
        size += len(value)
        while True:
            try:
                producer.produce(events_topic(stream), key=unit, value=value)
            except BufferError:
                producer.poll(0.5)
            else:
                break
    producer.flush(120)
    return size / count
