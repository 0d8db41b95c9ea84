"""An existing topic as a source, on a real broker: killed anywhere, it neither loses nor repeats."""

from __future__ import annotations

import random
import signal
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from ioc.embedded.kafka import EmbeddedKafka
from producers.journal import Journal
from producers.reading import Position, SourceAwayError
from producers.topics.declaration import SourceTopic
from producers.topics.reader import OtherTopicError, TopicReader
from tests.fixtures.kafka import TopicFactory
from tests.fixtures.producing import Producing, arrived

pytestmark = pytest.mark.kafka

SOURCE = """\
name: register
source: /registers/register
topic: {name: TOPIC, brokers: "BROKERS"}
time_format: epoch_ms
events:
  - type: filings.received
    per: row
    id: join('-', [code, to_string(_kafka.partition), to_string(_kafka.offset)])
    time: received
    subject: unit
    data: {dossier: code, channel: {from: channel, map: {"1": direct, "2": online}}}
"""


class Committed:
    """Positions as a journal keeps them."""

    def __init__(self) -> None:
        self.by_scope: dict[str, bytes] = {}

    def position(self, scope: str = "") -> Position | None:
        kept = self.by_scope.get(scope)
        return None if kept is None else msgspec.json.decode(kept)

    def take(self, reader: TopicReader, most: int | None = None) -> list[Any]:
        """The rows, or faults, of the first readings, which are committed."""
        found: list[Any] = []
        for reading in reader.read(self):
            self.by_scope[reading.scope] = msgspec.json.encode(reading.position)
            if reading.row is not None or reading.fault:
                found.append(reading.fault or dict(reading.row or {}))
            if most is not None and len(found) >= most:
                break
        return found


@contextmanager
def reading(kafka: EmbeddedKafka, topic: str, *columns: str, **options: Any) -> Iterator[TopicReader]:
    with closing(TopicReader(SourceTopic(topic, **options), kafka.bootstrap, frozenset(columns))) as reader:
        yield reader


def write(kafka: EmbeddedKafka, topic: str, *values: bytes | None, **options: Any) -> int:
    with closing(KafkaProducer(bootstrap_servers=kafka.bootstrap, **options)) as producer:
        if "transactional_id" in options:
            producer.init_transactions()
            producer.begin_transaction()
        for value in values:
            producer.send(topic, value, key=None if value and b"code" in value else b"k")
        if "transactional_id" in options:
            producer.abort_transaction()
        producer.flush()
    return len(values)


def rows(first: int, count: int) -> list[bytes]:
    return [
        msgspec.json.encode(
            {"code": f"H40-{number}", "unit": "16681", "received": 1_790_000_000_000, "channel": 2}
        )
        for number in range(first, first + count)
    ]


def test_each_partition_goes_on_where_it_was(kafka: EmbeddedKafka, kafka_topic: TopicFactory) -> None:
    topic = kafka_topic("land", partitions=3)
    committed = Committed()
    write(kafka, topic, b'{"a": 1}', b"{", None, b'{"a": 2}')
    with reading(kafka, topic) as reader:
        assert committed.take(reader, most=1) == [{"a": 1}]
        found = committed.take(reader)
        assert found[0].startswith("not JSON")
        assert found[1:] == [{"a": 2}]
        assert committed.take(reader) == []
        write(kafka, topic, b'{"a": 3}')
        assert committed.take(reader) == [{"a": 3}]
        assert Committed().take(reader, most=1) == [{"a": 1}]
    with reading(kafka, topic, "_kafka") as reader:
        assert committed.take(reader) == []
        [row] = Committed().take(reader, most=1)
        assert (row["a"], row["_kafka"]["key"], row["_kafka"]["offset"]) == (1, "k", 0)


def test_what_a_transaction_took_back_is_not_read(kafka: EmbeddedKafka, kafka_topic: TopicFactory) -> None:
    topic = kafka_topic("land")
    write(kafka, topic, b'{"a": 1}')
    write(kafka, topic, b'{"a": 2}', transactional_id=uuid.uuid4().hex)
    committed = Committed()
    with reading(kafka, topic) as reader:
        assert committed.take(reader) == [{"a": 1}]
        assert committed.take(reader) == []
        write(kafka, topic, b'{"a": 3}')
        assert committed.take(reader) == [{"a": 3}]


def test_from_the_end_only_what_comes_after(kafka: EmbeddedKafka, kafka_topic: TopicFactory) -> None:
    topic = kafka_topic("land", partitions=2)
    write(kafka, topic, b'{"a": 1}')
    committed = Committed()
    with reading(kafka, topic, start="end") as reader:
        assert committed.take(reader) == []
        write(kafka, topic, b'{"a": 2}')
        assert committed.take(reader) == [{"a": 2}]


def test_what_cannot_be_read_says_what_to_do(
    kafka: EmbeddedKafka, kafka_topic: TopicFactory, kafka_admin: Any
) -> None:
    topic = kafka_topic("land")
    write(kafka, topic, b'{"a": 1}', b'{"a": 2}', b'{"a": 3}')
    committed = Committed()
    with (
        reading(kafka, f"{topic}x") as reader,
        pytest.raises(SourceAwayError, match=f"Did you mean '{topic}'"),
    ):
        committed.take(reader)
    with (
        reading(kafka, topic, brokers="127.0.0.1:1") as reader,
        pytest.raises(SourceAwayError, match="no Kafka broker"),
    ):
        committed.take(reader)
    with reading(kafka, topic) as reader:
        assert committed.take(reader, most=1) == [{"a": 1}]
        kafka_admin.delete_records({TopicPartition(topic, 0): 2})
        assert committed.take(reader) == [
            "the offsets 1 to 1 were gone before they were read: keep records longer",
            {"a": 3},
        ]
        committed.by_scope["0"] = b"9"
        with pytest.raises(OtherTopicError, match="ends at offset 3"):
            committed.take(reader)
    committed.by_scope[""] = msgspec.json.encode({"topic_id": str(uuid.uuid4()), "offsets": {}})
    with reading(kafka, topic) as reader, pytest.raises(OtherTopicError, match="made anew"):
        committed.take(reader)


@pytest.mark.parametrize("kills", [2, pytest.param(12, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_killed_at_random_and_a_restarted_broker(tmp_path: Path, kills: int) -> None:
    rng = random.Random()
    with EmbeddedKafka(tmp_path / "kafka", heap_mb=256) as broker:
        topic, written = "land.dossiers", 0
        with closing(KafkaAdminClient(bootstrap_servers=broker.bootstrap)) as admin:
            admin.create_topics([NewTopic(topic, 3, 1)], wait_for_metadata=True)
        source = SOURCE.replace("TOPIC", topic).replace("BROKERS", broker.bootstrap)
        producing = Producing(tmp_path, broker, source)
        for number in range(kills):
            written += write(broker, topic, *rows(written, 8_000))
            producing.start()
            wanted = producing.read_rows() + rng.randrange(1, 7_000)
            producing.wait_for("some rows", partial(producing.has_read, wanted))
            if number == kills - 1:
                broker.kill()
                broker.start()
            producing.end(signal.SIGKILL)
        written += write(broker, topic, *rows(written, 100))
        producing.start()
        producing.wait_for("all rows", lambda: producing.read_rows() == written)
        assert producing.end(signal.SIGTERM) == 0
        identities = Counter(event["id"] for event in arrived(broker, "ioc.events.filings"))
    assert len(identities) == written
    assert identities.total() - len(identities) <= kills * 10_000  # what was under way when it was killed
    with closing(Journal(producing.journal)) as journal:
        assert journal.tally.sent == written  # each row was taken once, however often it was killed
    assert "Traceback" not in producing.log.read_text()
