"""The simulator on the real broker: it catches up, keeps pace, and goes on after a stop without a gap or a repeat."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition

from ioc.embedded.kafka import EmbeddedKafka
from producers.publisher import Publisher
from producers.simulator import Options, Report, Simulator, make_world
from producers.timeline import Timeline
from schemas.decoder import EventDecoder
from schemas.refusal import Refusal
from schemas.registry import load_registry
from streams.core.units import Province, Text, Unit, Units
from tests.fixtures.kafka import TopicFactory

pytestmark = pytest.mark.kafka

NAME = Text("Tỉnh", "Province")
UNITS = Units(
    [Province("40", NAME, "Asia/Ho_Chi_Minh")],
    [Unit(code, NAME, "commune", "40", "40") for code in ("16681", "16690", "16702")],
)
DECODER = EventDecoder(load_registry())
START = datetime(2026, 11, 23, 3, tzinfo=UTC)
OPTIONS = Options("40", rate=0.1, backfill=timedelta(hours=3))


class Clock:
    """Stands still until told."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def topic(kafka_topic: TopicFactory) -> str:
    return kafka_topic("simulator", partitions=4)


@pytest.fixture
def publisher(kafka: EmbeddedKafka, topic: str) -> Iterator[Publisher]:
    with Publisher(kafka.bootstrap, DECODER, UNITS, topic_of=lambda _: topic) as made:
        yield made


def run(publisher: Publisher, folder: Path, clock: Clock, options: Options = OPTIONS) -> Report:
    """Run until caught up with the clock."""
    stop = threading.Event()
    reports: list[Report] = []

    def report(made: Report) -> None:
        reports.append(made)
        if made.behind <= timedelta():
            stop.set()

    Simulator(make_world(UNITS, options), publisher, options, folder, clock).run(stop, report)
    return reports[-1]


def payloads(kafka: EmbeddedKafka, topic: str) -> list[bytes]:
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap)
    try:
        parts = [TopicPartition(topic, number) for number in range(4)]
        consumer.assign(parts)
        consumer.seek_to_beginning()
        ends = consumer.end_offsets(parts)
        found: list[bytes] = []
        while any(consumer.position(part) < end for part, end in ends.items()):
            for batch in consumer.poll(timeout_ms=1000).values():
                found += [record.value for record in batch]
        return found
    finally:
        consumer.close()


def expected_ids(options: Options, began: datetime, until: datetime) -> list[str]:
    return sorted(event["id"] for event in Timeline(make_world(UNITS, options), began, began).until(until))


def ids(found: list[bytes]) -> list[str]:
    return sorted(DECODER.decode(payload).id for payload in found)


def test_it_catches_up_keeps_pace_and_goes_on(
    kafka: EmbeddedKafka, topic: str, publisher: Publisher, tmp_path: Path
) -> None:
    clock = Clock(START)
    began = START - OPTIONS.backfill
    first = run(publisher, tmp_path, clock)
    assert first.until == START
    opening = [event["id"] for _, event in make_world(UNITS, OPTIONS).opening(began)]
    assert ids(payloads(kafka, topic)) == sorted(opening + expected_ids(OPTIONS, began, START))
    for later in (timedelta(minutes=1), timedelta(hours=1, minutes=30)):
        clock.now = START + later
        run(publisher, tmp_path, clock)
        assert ids(payloads(kafka, topic)) == sorted(opening + expected_ids(OPTIONS, began, clock.now))


def test_a_long_silence_is_not_made_up_for_beyond_the_backfill(
    kafka: EmbeddedKafka, topic: str, publisher: Publisher, tmp_path: Path
) -> None:
    clock = Clock(START)
    run(publisher, tmp_path, clock)
    before = len(payloads(kafka, topic))
    clock.now = START + timedelta(days=30)
    run(publisher, tmp_path, clock)
    added = len(payloads(kafka, topic)) - before
    assert added == len(expected_ids(OPTIONS, clock.now - OPTIONS.backfill, clock.now))


def test_another_world_begins_where_the_last_one_ended(
    kafka: EmbeddedKafka, topic: str, publisher: Publisher, tmp_path: Path
) -> None:
    clock = Clock(START)
    run(publisher, tmp_path, clock)
    before = ids(payloads(kafka, topic))
    other = Options("40", rate=0.2, backfill=OPTIONS.backfill)
    run(publisher, tmp_path, clock, other)
    assert ids(payloads(kafka, topic)) == before
    clock.now = START + timedelta(hours=1)
    run(publisher, tmp_path, clock, other)
    assert ids(payloads(kafka, topic)) == sorted(before + expected_ids(other, START, clock.now))


def test_bad_events_arrive_as_well(
    kafka: EmbeddedKafka, topic: str, publisher: Publisher, tmp_path: Path
) -> None:
    report = run(
        publisher, tmp_path, Clock(START), Options("40", rate=0.2, backfill=OPTIONS.backfill, bad=0.2)
    )
    found = payloads(kafka, topic)
    assert len(found) == report.sent + report.bad
    refused = 0
    for payload in found:
        try:
            event = DECODER.decode(payload)
        except Refusal:
            refused += 1
        else:
            refused += event.subject not in UNITS or event.time > START
    assert refused == report.bad > 0
