"""States that are folded anew, as they follow the topics of a real broker."""

from __future__ import annotations

from typing import Any

import pytest
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from config.loader import load
from ioc.embedded.kafka import EmbeddedKafka
from ioc.settings import Settings
from schemas.registry import load_registry
from streams import topics
from streams.rebuilding import GapError, Rebuilding
from streams.workers import admission, definitions
from tests.contract.faust_workers import produce
from tests.fixtures.kafka import TopicFactory

pytestmark = pytest.mark.kafka


def rebuilding_of(topic: str) -> Rebuilding:
    """Of one topic of filings, in which nothing is expected that counts."""
    registry = load_registry()
    configuration = load(Settings.config, registry)
    counted = definitions(configuration, registry)[topics.events_topic("filings")]

    def stage(*_: Any) -> None:
        pytest.fail("there was nothing to count")

    return Rebuilding({topic: counted}, admission(configuration, registry), configuration.units, 1, 0, stage)


async def test_events_that_kafka_has_lost_and_the_store_has_not_are_a_gap(
    kafka: EmbeddedKafka, kafka_admin: KafkaAdminClient, kafka_topic: TopicFactory
) -> None:
    topic = kafka_topic(partitions=topics.PARTITIONS)
    produce(kafka.bootstrap, topic, [b"not an event"] * 40)
    kafka_admin.delete_records({TopicPartition(topic, 2): 6})
    all_but_one = dict.fromkeys([(topic, one) for one in range(topics.PARTITIONS)], 6) | {(topic, 2): 5}
    with pytest.raises(GapError) as caught:
        await rebuilding_of(topic).follow(kafka.bootstrap, all_but_one, {}, {})
    assert f"Kafka begins at offset 6 of {topic}/2" in str(caught.value)
    assert "only what is before 5:" in str(caught.value)
    assert "run `ioc rebuild` again" in str(caught.value)


async def test_it_follows_to_the_end_where_the_store_has_what_kafka_has_lost(
    kafka: EmbeddedKafka, kafka_admin: KafkaAdminClient, kafka_topic: TopicFactory
) -> None:
    topic = kafka_topic(partitions=topics.PARTITIONS)
    produce(kafka.bootstrap, topic, [b"not an event"] * 40)
    kafka_admin.delete_records({TopicPartition(topic, 2): 6})
    rebuilding = rebuilding_of(topic)
    await rebuilding.follow(kafka.bootstrap, {(topic, 2): 6}, {(topic, 0): 7}, {})
    assert len(rebuilding.letters) == 40 - 6
