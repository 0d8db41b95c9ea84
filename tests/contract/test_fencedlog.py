"""What a log with one writer takes from Apache Kafka's transactions: late writes refused, all of a write or nothing."""

from __future__ import annotations

import pytest
from aiokafka.errors import ProducerFenced

from ioc.embedded.kafka import EmbeddedKafka
from streams.fencedlog import FencedError, FencedLog, read_to_end
from tests.fixtures.kafka import TopicFactory

pytestmark = pytest.mark.kafka


async def test_who_opens_the_log_reads_what_earlier_writers_wrote_and_shuts_them_out(
    kafka: EmbeddedKafka, kafka_topic: TopicFactory
) -> None:
    topic = kafka_topic(cleanup_policy="compact")
    early, late = (FencedLog(kafka.bootstrap, topic, 0) for _ in range(2))
    assert await early.open() == {}
    await early.write([(b"a", b"1"), (b"b", b"2")])
    await early.write([(b"a", None), (b"c", b"3")])
    assert await late.open() == {b"b": b"2", b"c": b"3"}
    with pytest.raises(FencedError):
        await early.write([(b"late", b"")])
    with pytest.raises(FencedError):  # not only once
        await early.write([(b"late", b"")])
    await early.close()
    with pytest.raises(FencedError):
        await early.write([(b"late", b"")])
    await late.write([(b"d", b"4")])
    await late.close()
    assert await read_to_end(kafka.bootstrap, topic, 0) == {b"b": b"2", b"c": b"3", b"d": b"4"}


async def test_what_was_not_completed_is_not_read(kafka: EmbeddedKafka, kafka_topic: TopicFactory) -> None:
    topic = kafka_topic(cleanup_policy="compact")
    stopped, successor = (FencedLog(kafka.bootstrap, topic, 0) for _ in range(2))
    await stopped.open()
    await stopped.write([(b"a", b"1")])
    half = stopped._producer
    assert half is not None
    await half.begin_transaction()
    await half.send_and_wait(topic, b"half", b"h", 0)
    assert await successor.open() == {b"a": b"1"}
    with pytest.raises(ProducerFenced):
        await half.commit_transaction()
    await stopped.close()
    await successor.close()


async def test_writers_of_other_partitions_are_left_alone(
    kafka: EmbeddedKafka, kafka_topic: TopicFactory
) -> None:
    topic = kafka_topic(partitions=2, cleanup_policy="compact")
    logs = [FencedLog(kafka.bootstrap, topic, partition) for partition in range(2)]
    for log in logs:
        await log.open()
    for partition, log in enumerate(logs):
        await log.write([(b"key", b"%d" % partition)])
        await log.close()
    assert await read_to_end(kafka.bootstrap, topic, 1) == {b"key": b"1"}
