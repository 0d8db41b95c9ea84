"""The batching transport hands out what stock Faust does, and commits what was processed."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka import Producer
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from ioc.embedded.kafka import EmbeddedKafka
from streams.batches import RecordBatch
from tests.contract.faust_workers import (
    batch_app,
    collect,
    committed,
    count,
    produce,
    running,
    stock_app,
    until,
)
from tests.fixtures.kafka import TopicFactory

pytestmark = pytest.mark.kafka

Row = tuple[int, int, bytes | None, bytes | None, int, str]


async def take_stock(kafka: EmbeddedKafka, topic: str, expected: int) -> list[Row]:
    app = stock_app(kafka.bootstrap, f"{topic}-stock")
    rows: list[Row] = []

    async def take(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            number = dict(message.headers).get("number", b"").decode()
            rows.append(
                (
                    message.partition,
                    message.offset,
                    message.key,
                    message.value,
                    round(message.timestamp * 1000),
                    number,
                )
            )

    app.agent(app.topic(topic, key_type=bytes, value_type=bytes), name="take")(take)
    async with running(app):
        await until(lambda: len(rows) >= expected)
    return rows


async def take_batches(kafka: EmbeddedKafka, topic: str, expected: int) -> list[Row]:
    app = batch_app(kafka.bootstrap, f"{topic}-batch")
    rows: list[Row] = []

    async def take(stream: Any) -> None:
        batch: RecordBatch
        async for batch in stream:
            assert batch.topic == topic
            assert len(batch) == len(batch.records)
            assert batch.first_offset <= batch.last_offset
            for record in batch.records:
                number = dict(record.headers).get("number", b"").decode()
                rows.append(
                    (batch.partition, record.offset, record.key, record.value, record.timestamp, number)
                )

    app.agent(app.batch_topic(topic), name="take")(take)
    async with running(app):
        await until(lambda: len(rows) >= expected)
    return rows


def by_partition(rows: list[Row]) -> dict[int, list[Row]]:
    return {partition: [row for row in rows if row[0] == partition] for partition in {row[0] for row in rows}}


async def test_the_same_records_in_the_same_order_as_stock_faust(
    kafka: EmbeddedKafka, kafka_admin: KafkaAdminClient, kafka_topic: TopicFactory
) -> None:
    topic = kafka_topic(partitions=4)
    produce(kafka.bootstrap, topic, [b"value-%d" % n for n in range(2_000)])
    stock = await take_stock(kafka, topic, 2_000)
    batches = await take_batches(kafka, topic, 2_000)
    assert by_partition(batches) == by_partition(stock)
    assert committed(kafka_admin, f"{topic}-batch", topic) == committed(kafka_admin, f"{topic}-stock", topic)


async def test_after_a_clean_stop_only_what_is_new_comes(
    kafka: EmbeddedKafka, kafka_admin: KafkaAdminClient, kafka_topic: TopicFactory
) -> None:
    topic = kafka_topic(partitions=4)
    for round_ in range(2):
        produce(kafka.bootstrap, topic, [b"x"] * 400)
        app = batch_app(kafka.bootstrap, topic, broker_commit_interval=3600.0)
        seen = collect(app, topic)
        async with running(app):
            await until(lambda seen=seen: count(seen) >= 400)  # type: ignore[misc]
        assert dict(seen) == {p: list(range(round_ * 100, round_ * 100 + 100)) for p in range(4)}
        assert committed(kafka_admin, topic, topic) == dict.fromkeys(range(4), round_ * 100 + 100)


async def test_gaps_in_the_offsets_do_not_hold_up_commits(
    kafka: EmbeddedKafka, kafka_admin: KafkaAdminClient, kafka_topic: TopicFactory
) -> None:
    topic = kafka_topic(partitions=1)
    produce(kafka.bootstrap, topic, [b"deleted"] * 10, partitions=1)
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "transactional.id": topic})
    producer.init_transactions()
    for number in range(20):  # each leaves a marker that no consumer is given
        producer.begin_transaction()
        producer.produce(topic, b"%d" % number, partition=0)
        producer.commit_transaction()
    kafka_admin.delete_records({TopicPartition(topic, 0): 10})
    expected = list(range(10, 50, 2))
    app = batch_app(kafka.bootstrap, topic, broker_max_poll_records=3)
    seen = collect(app, topic)
    async with running(app):
        await until(lambda: count(seen) >= len(expected))
        await until(lambda: committed(kafka_admin, topic, topic) == {0: 49})
    assert seen[0] == expected
    stock = await take_stock(kafka, topic, len(expected))
    assert [row[1] for row in stock] == expected


async def test_a_stock_topic_in_the_same_app_stays_one_event_at_a_time(
    kafka: EmbeddedKafka, kafka_admin: KafkaAdminClient, kafka_topic: TopicFactory
) -> None:
    batched, single = kafka_topic("batched", partitions=4), kafka_topic("single", partitions=4)
    app = batch_app(kafka.bootstrap, batched)
    seen = collect(app, batched)
    values: list[bytes] = []

    async def take(stream: Any) -> None:
        async for value in stream:
            values.append(value)

    app.agent(app.topic(single, value_type=bytes), name="single")(take)
    for topic in (batched, single):
        produce(kafka.bootstrap, topic, [b"%d" % n for n in range(200)])
    async with running(app):
        await until(lambda: count(seen) >= 200 and len(values) >= 200)
    assert sorted(values, key=int) == [b"%d" % n for n in range(200)]
    for topic in (batched, single):
        assert committed(kafka_admin, batched, topic) == dict.fromkeys(range(4), 50)


async def test_an_agent_that_raises_takes_the_worker_with_it_and_commits_nothing_of_its_batch(
    kafka: EmbeddedKafka, kafka_admin: KafkaAdminClient, kafka_topic: TopicFactory
) -> None:
    topic = kafka_topic(partitions=1)
    produce(kafka.bootstrap, topic, [b"x"] * 30, partitions=1)
    app = batch_app(kafka.bootstrap, topic, broker_max_poll_records=10)

    async def fail_at_the_second(stream: Any) -> None:
        async for event in stream.noack().events():
            if event.value.first_offset >= 10:
                msg = "a fault of the agent"
                raise ValueError(msg)
            event.ack()

    app.agent(app.batch_topic(topic), name="fail")(fail_at_the_second)
    await app.start()
    await until(lambda: app.crashed)
    await app.stop()
    assert committed(kafka_admin, topic, topic).get(0, 0) in (0, 10)
