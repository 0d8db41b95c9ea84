"""Registers into the real broker: everything arrives, once by identity, whatever interrupts it."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaConsumer, TopicPartition

from config.documents import read
from ioc.embedded.kafka import EmbeddedKafka
from ioc.settings import Settings
from producers.files.line import RegisterError
from producers.importer import Progress, import_file, until_interrupted
from producers.progress import ImportBar
from producers.publisher import Publisher
from producers.sender import NotDeliveredError
from producers.source import Source
from producers.summary import Summary
from schemas.decoder import EventDecoder
from schemas.event import Event
from schemas.registry import load_registry
from streams.admin import BrokerAwayError, TopicError, cluster_id, create_topics
from streams.topics import Topic
from tests.fixtures.kafka import TopicFactory
from tests.registers import OFFICERS, Register, make_cases, write_register

pytestmark = pytest.mark.kafka

REGISTRY = load_registry()
UNITS = frozenset(f"receipt.{officer}" for officer in OFFICERS)
Import = Callable[..., Summary]


class Everywhere:
    """Units of which every code is one."""

    def __contains__(self, code: object) -> bool:
        return True


@pytest.fixture
def source() -> Source:
    document, _ = read(Settings().config / "sources/receipt.yaml", "receipt.yaml")
    assert document
    return msgspec.convert(document.value, Source)


@pytest.fixture
def topic(kafka_topic: TopicFactory) -> str:
    return kafka_topic("import", partitions=4)


@pytest.fixture
def publisher(kafka: EmbeddedKafka, topic: str) -> Iterator[Publisher]:
    with Publisher(kafka.bootstrap, EventDecoder(REGISTRY), UNITS, topic_of=lambda _: topic) as made:
        yield made


@pytest.fixture
def run(publisher: Publisher, source: Source, tmp_path: Path) -> Import:
    def run(register: Register | Path, **options: object) -> Summary:
        path = register.path if isinstance(register, Register) else register
        return import_file(path, source, REGISTRY, publisher, tmp_path / "imports", **options)  # type: ignore[arg-type]

    return run


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return write_register(tmp_path / "register.csv", make_cases(120))


def arrived(kafka: EmbeddedKafka, topic: str) -> list[tuple[int, str, Event]]:
    """Partition, key and event of every record."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap, consumer_timeout_ms=10_000)
    try:
        parts = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic))]
        consumer.assign(parts)
        consumer.seek_to_beginning()
        ends = consumer.end_offsets(parts)
        records = []
        decoder = EventDecoder(REGISTRY)
        while any(consumer.position(part) < end for part, end in ends.items()):
            for part, batch in consumer.poll(timeout_ms=1000).items():
                records += [(part.partition, r.key.decode(), decoder.decode(r.value)) for r in batch]
        return records
    finally:
        consumer.close()


def test_every_event_arrives_with_its_unit_as_key(
    kafka: EmbeddedKafka, topic: str, run: Import, register: Register
) -> None:
    summary = run(register)
    assert (summary.state, summary.tally.read, summary.tally.sent) == (
        "finished",
        register.rows,
        register.events,
    )
    records = arrived(kafka, topic)
    kinds = Counter(event.kind for _, _, event in records)
    assert kinds == {"filings.received": len(register.cases), "filings.settled": register.settled}
    assert all(key == event.subject for _, key, event in records)
    part_of = {(key, part) for part, key, _ in records}
    assert len(part_of) == len({key for key, _ in part_of})  # a unit's events keep their order


def test_a_finished_import_is_not_sent_again_unless_asked(
    kafka: EmbeddedKafka, topic: str, run: Import, register: Register
) -> None:
    first = run(register)
    second = run(register)
    assert (second.state, second.tally) == ("done before", first.tally)
    third = run(register, again=True)
    assert (third.state, third.tally) == ("finished", first.tally)
    identities = Counter((event.source, event.id) for _, _, event in arrived(kafka, topic))
    assert set(identities.values()) == {2}
    assert len(identities) == register.events


def test_an_interrupted_import_goes_on_where_it_stopped(
    kafka: EmbeddedKafka, topic: str, run: Import, register: Register
) -> None:
    rows = 0

    def stop() -> bool:
        nonlocal rows
        rows += 1
        return rows == 100

    first = run(register, stop=stop)
    assert (first.state, first.tally.read) == ("interrupted", 100)
    second = run(register)
    assert (second.state, second.tally.read, second.tally.sent) == (
        "finished",
        register.rows,
        register.events,
    )
    assert len(arrived(kafka, topic)) == register.events


def test_a_crash_repeats_no_more_than_since_the_checkpoint(
    kafka: EmbeddedKafka, topic: str, run: Import, tmp_path: Path
) -> None:
    register = write_register(tmp_path / "scattered.csv", make_cases(400), scatter_seed=1)
    crash = RuntimeError("the process is gone")

    def stop_at(row: int) -> Callable[[], bool]:
        rows = iter(range(row))

        def stop() -> bool:
            if next(rows, None) is None:
                raise crash
            return False

        return stop

    for row in (250, 900):
        with pytest.raises(RuntimeError, match="gone"):
            run(register, stop=stop_at(row), rows_at_once=100)
    summary = run(register, rows_at_once=100)
    assert (summary.tally.read, summary.tally.sent) == (register.rows, register.events)
    identities = Counter(event.id for _, _, event in arrived(kafka, topic))
    assert len(identities) == register.events
    assert identities.total() - len(identities) <= 2 * 2 * 100  # two crashes, two events a row at most


def test_refusals_are_counted_by_reason_with_their_lines(
    run: Import, tmp_path: Path, register: Register
) -> None:
    lines = register.path.read_text(encoding="utf-8").splitlines()
    lines.insert(3, "too,short")
    path = tmp_path / "bad.csv"
    text = "\n".join(lines)
    path.write_text(text.replace("Desk", "Fax").replace("Resource07", "Resource99"), encoding="utf-8")
    summary = run(path)
    desk = [case for case in register.cases if case.channel == "Desk"]
    officer = [case for case in register.cases if case.officer == "Resource07"]
    assert summary.exit_status == 0
    refused = summary.tally.refused
    assert refused["bad_row"].examples[0].place == "line 4"
    assert refused["unmapped_code"].count == len(desk)
    assert refused["unmapped_code"].examples[0].path == "$.data.channel"
    settled = sum(case.settled_at is not None for case in officer)
    assert refused["unknown_unit"].count == sum(case.channel != "Desk" for case in officer) + settled
    assert "receipt.Resource99" in refused["unknown_unit"].examples[0].message
    total = sum(reason.count for reason in refused.values())
    assert total + summary.tally.sent == register.events + 1


def test_a_register_of_which_nothing_can_be_sent_is_tried_again(
    run: Import, tmp_path: Path, register: Register
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(register.path.read_text(encoding="utf-8").replace("Resource", "Person"), encoding="utf-8")
    for _ in range(2):
        summary = run(path)
        assert (summary.state, summary.tally.sent, summary.exit_status) == ("finished", 0, 1)
        assert summary.tally.refused["unknown_unit"].count == register.events


def test_a_file_that_cannot_be_read_leaves_no_checkpoint(run: Import, tmp_path: Path) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(RegisterError, match="no column case:channel"):
        run(path)
    with pytest.raises(RegisterError, match=r"none\.csv: cannot be read: No such file"):
        run(tmp_path / "none.csv")
    assert not list((tmp_path / "imports").iterdir())


def test_progress_reaches_the_end(run: Import, register: Register) -> None:
    seen: list[Progress] = []
    run(register, progress=seen.append)
    size = register.path.stat().st_size
    assert seen[-1] == Progress(register.rows, size, size)
    assert [report.position for report in seen] == sorted(report.position for report in seen)
    with ImportBar("register.csv") as bar:
        for report in seen:
            bar(report)


def test_the_publisher_says_when_nobody_answers() -> None:
    with pytest.raises(BrokerAwayError, match=r"no Kafka broker answers at 127\.0\.0\.1:1: start one"):
        Publisher("127.0.0.1:1", EventDecoder(REGISTRY), UNITS, connect_seconds=0.5)


def test_the_publisher_says_what_was_not_delivered(kafka: EmbeddedKafka) -> None:
    with Publisher(
        kafka.bootstrap,
        EventDecoder(REGISTRY),
        Everywhere(),
        topic_of=lambda _: "missing",
        delivery_seconds=1,
    ) as publisher:
        event = {
            "specversion": "1.0",
            "id": "1",
            "source": "/tests",
            "type": "vn.ioc.filings.withdrawn.v1",
            "time": "2026-10-10T08:15:00+07:00",
            "subject": "16681",
            "data": {"dossier": "H40-1"},
        }
        with pytest.raises(NotDeliveredError, match="did not take all events"):
            publisher.send(event)
            publisher.flush()


def attempt(bootstrap: str, path: Path, source: Source, broker_pid: int | None) -> str:
    """An import in a process of its own, which kills the broker after 120 rows if told."""
    rows = 0

    def stop() -> bool:
        nonlocal rows
        rows += 1
        if rows == 120 and broker_pid:
            os.kill(broker_pid, signal.SIGKILL)
        return False

    with Publisher(
        bootstrap, EventDecoder(REGISTRY), UNITS, topic_of=lambda _: "outage", delivery_seconds=3
    ) as publisher:
        try:
            return import_file(
                path, source, REGISTRY, publisher, path.parent, stop=stop, rows_at_once=50
            ).state
        except NotDeliveredError as error:
            return str(error)


def test_after_an_outage_of_the_broker_the_import_goes_on(source: Source, tmp_path: Path) -> None:
    register = write_register(tmp_path / "register.csv", make_cases(60))
    with (
        EmbeddedKafka(tmp_path / "kafka", heap_mb=256) as broker,
        ProcessPoolExecutor(1, get_context("spawn")) as process,
    ):
        create_topics(broker.bootstrap, [Topic("outage")])
        first = process.submit(attempt, broker.bootstrap, register.path, source, broker.pid).result()
        assert "did not take all events" in first
        assert "it goes on where it stopped" in first
        broker.kill()
        broker.start()
        second = process.submit(attempt, broker.bootstrap, register.path, source, None).result()
        assert second == "finished"
        identities = {event.id for _, _, event in arrived(broker, "outage")}
        assert len(identities) == register.events


def test_topics_are_made_once(kafka: EmbeddedKafka, kafka_topic: TopicFactory) -> None:
    name = f"{kafka_topic('made')}.by-us"
    topics = [Topic(name, config={"retention.ms": "1000"})]
    assert create_topics(kafka.bootstrap, topics) == [name]
    assert create_topics(kafka.bootstrap, topics) == []
    with pytest.raises(TopicError, match="has 4 partitions and needs 3"):
        create_topics(kafka.bootstrap, [Topic(name, partitions=3)])
    with pytest.raises(TopicError, match="refuses to make"):
        create_topics(kafka.bootstrap, [Topic(f"{name}.2", config={"no.such": "thing"})])
    assert len(cluster_id(kafka.bootstrap)) > 10
    with pytest.raises(BrokerAwayError):
        create_topics("127.0.0.1:1", topics, timeout_seconds=0.5)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_ctrl_c_stops_in_order_and_the_second_at_once(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with until_interrupted() as stop:
        assert not stop()
        os.kill(os.getpid(), number)
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
    assert signal.getsignal(number) == before


@pytest.mark.skipif(
    not os.environ.get("IOC_REAL_DATA"), reason="IOC_REAL_DATA names no folder with the real register"
)
def test_the_real_register(kafka: EmbeddedKafka, topic: str, source: Source, tmp_path: Path) -> None:
    path = Path(os.environ["IOC_REAL_DATA"]) / "filings/receipt.csv"
    with Publisher(
        kafka.bootstrap, EventDecoder(REGISTRY), Everywhere(), topic_of=lambda _: topic
    ) as publisher:
        summary = import_file(path, source, REGISTRY, publisher, tmp_path)
    assert (summary.tally.read, summary.tally.sent, summary.tally.refused) == (8577, 1434 + 1329, {})
    kinds = Counter(event.kind for _, _, event in arrived(kafka, topic))
    assert kinds == {"filings.received": 1434, "filings.settled": 1329}
