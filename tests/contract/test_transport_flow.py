"""Backpressure, flow stopped and resumed, and tables beside batch topics."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec

from ioc.embedded.kafka import EmbeddedKafka
from streams.delivery import DeliveryError, delivered
from streams.transport import BUFFERED_BATCHES
from tests.contract.faust_workers import batch_app, collect, committed, count, produce, running, until
from tests.fixtures.kafka import TopicFactory

pytestmark = pytest.mark.kafka


async def test_a_slow_agent_bounds_the_batches_in_flight(
    kafka: EmbeddedKafka, kafka_topic: TopicFactory
) -> None:
    topic = kafka_topic(partitions=4)
    produce(kafka.bootstrap, topic, [b"x"] * 2_000)
    app = batch_app(kafka.bootstrap, topic, broker_max_poll_records=10)
    gate, taken = asyncio.Event(), 0
    in_flight: list[int] = []

    async def take(stream: Any) -> None:
        nonlocal taken
        async for batch in stream:
            in_flight.append(sum(len(handed._waiting) for handed in app.consumer._handed_out.values()))
            taken += len(batch)
            await gate.wait()

    app.agent(app.batch_topic(topic), name="take")(take)
    async with running(app):
        await until(lambda: app.monitor.topic_buffer_full and in_flight)
        await asyncio.sleep(0.5)  # room for fetching too much, were it possible
        in_flight.append(sum(len(handed._waiting) for handed in app.consumer._handed_out.values()))
        gate.set()
        await until(lambda: taken == 2_000)
    # In the buffer, one with the agent, one that waits to be put in; acknowledged ones stay until the next commit.
    assert in_flight[0] <= BUFFERED_BATCHES + 2
    assert in_flight[1] <= BUFFERED_BATCHES + 2


async def test_a_stopped_flow_loses_and_repeats_nothing(
    kafka: EmbeddedKafka, kafka_topic: TopicFactory
) -> None:
    topic = kafka_topic(partitions=4)
    # Nothing is committed on the way: what a stopped flow throws away would be gone.
    app = batch_app(kafka.bootstrap, topic, broker_max_poll_records=7, broker_commit_interval=3600.0)
    seen = collect(app, topic)
    async with running(app):
        for round_ in range(1, 6):
            produce(kafka.bootstrap, topic, [b"x"] * 400)
            await until(lambda expected=round_ * 400 - 200: count(seen) >= expected)  # type: ignore[misc]
            app.consumer.stop_flow()
            await asyncio.sleep(0.02 * round_)
            before = count(seen)
            produce(kafka.bootstrap, topic, [b"x"] * 4)
            await asyncio.sleep(0.2)
            assert count(seen) <= before + BUFFERED_BATCHES * 7
            app.consumer.resume_flow()
        await until(lambda: count(seen) >= 2_020)
    assert dict(seen) == {partition: list(range(505)) for partition in range(4)}


async def test_a_fetch_that_ends_in_a_stopped_flow_is_put_back(
    kafka: EmbeddedKafka, kafka_topic: TopicFactory
) -> None:
    topic = kafka_topic(partitions=4)
    app = batch_app(kafka.bootstrap, topic, broker_commit_interval=3600.0)
    seen = collect(app, topic)
    async with running(app):
        await until(lambda: app.consumer.assignment() and app.consumer.flow_active)
        await asyncio.sleep(0.2)  # now a fetch waits for the first record
        app.consumer.stop_flow()
        produce(kafka.bootstrap, topic, [b"x"] * 40)
        await asyncio.sleep(1.2)  # longer than a fetch waits
        assert count(seen) == 0
        app.consumer.resume_flow()
        await until(lambda: count(seen) >= 40)
    assert dict(seen) == {partition: list(range(10)) for partition in range(4)}


async def test_a_table_beside_a_batch_topic_recovers_from_its_changelog(
    kafka: EmbeddedKafka, kafka_admin: KafkaAdminClient, kafka_topic: TopicFactory
) -> None:
    topic = kafka_topic(partitions=4)
    recovered: dict[str, list[int]] = {}
    for round_ in range(2):
        app = batch_app(kafka.bootstrap, topic)
        table = app.Table("counts", partitions=4)
        table.value_serializer = "json"

        async def take(stream: Any, table: Any = table) -> None:
            async for event in stream.noack().events():
                batch = event.value
                key = f"partition-{batch.partition}"
                total, following = table.data.get(key, (0, 0))
                total += sum(record.offset >= following for record in batch.records)
                table.data[key] = [total, max(following, batch.last_offset + 1)]
                await delivered([table.send_changelog(batch.partition, key, table.data[key])])
                event.ack()

        app.agent(app.batch_topic(topic), name="take")(take)
        produce(kafka.bootstrap, topic, [b"x"] * 400)
        done = (round_ + 1) * 100

        def complete(table: Any = table, done: int = done) -> bool:
            return all(table.data.get(f"partition-{p}") == [done, done] for p in range(4))

        async with running(app):
            await until(complete)
            recovered = dict(table.data)
    # The second worker has what the first one counted, which it was not given again.
    assert recovered == {f"partition-{p}": [200, 200] for p in range(4)}
    assert committed(kafka_admin, topic, topic) == dict.fromkeys(range(4), 200)


async def test_delivered_waits_for_the_broker_and_names_what_it_refused(
    kafka: EmbeddedKafka, kafka_admin: KafkaAdminClient, kafka_topic: TopicFactory
) -> None:
    topic, out = kafka_topic(partitions=1), kafka_topic("out", partitions=1)
    app = batch_app(kafka.bootstrap, topic)
    collect(app, topic)
    async with running(app):
        await until(lambda: app.producer.started)
        await delivered([await app.producer.send(out, None, b"%d" % n, 0, None, None) for n in range(3_000)])
        end = TopicPartition(out, 0)
        assert kafka_admin.list_partition_offsets({end: OffsetSpec.LATEST})[end].offset == 3_000
        refused: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        refused.set_exception(TimeoutError("no answer"))
        accepted: dict[str, bool] = defaultdict(bool)
        sent = await app.producer.send(out, None, b"last", 0, None, None)
        sent.add_done_callback(lambda _: accepted.update(last=True))
        with pytest.raises(DeliveryError, match="1 of 2 records were not delivered"):
            await delivered([refused, sent])
        assert accepted["last"]
