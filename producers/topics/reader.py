"""Reads an existing topic: every partition from its own offset, which the source's journal keeps, not the broker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from config.problems import did_you_mean
from ioc.errors import UserError
from producers.reading import Positions, Reading, SourceAwayError
from producers.topics.debezium import Debezium
from producers.topics.declaration import SourceTopic
from producers.topics.values import Understand, json_object
from streams.admin import BrokerAwayError, await_broker

RECORD = "_kafka"
"""The column of a row that tells of its record: `key` (as text), `time`, `partition` and `offset`."""

_CONNECT_SECONDS = 2.0
_ASK_MS = 5_000
_POLL_MS = 500
_MOST_SILENT_POLLS = 20


class OtherTopicError(UserError):
    """The positions are not of the topic that is there now."""


class Begun(msgspec.Struct, frozen=True):
    """The position of the scope "": which topic is read, and where each partition that there was at first begins."""

    topic_id: str
    offsets: dict[str, int]


class _Part(NamedTuple):
    """A partition in this reading: where it goes on, and where it ended when the reading began."""

    where: TopicPartition
    offset: int
    end: int

    @property
    def scope(self) -> str:
        return str(self.where.partition)


class TopicReader:
    """Reads the committed records of a topic; the position of a partition, a scope, is the offset to go on from.

    Args:
        topic: what to read.
        bootstrap: the brokers, unless the topic names others.
        columns: those that the source's expressions name.
    """

    pause_seconds = 0.5

    def __init__(self, topic: SourceTopic, bootstrap: str, columns: frozenset[str]) -> None:
        self._topic = topic
        self._bootstrap = topic.brokers or bootstrap
        self._tells_record = RECORD in columns
        self._understand: Understand = Debezium(topic.changes) if topic.format == "debezium" else json_object
        self._consumer: KafkaConsumer | None = None

    def read(self, positions: Positions) -> Iterator[Reading]:
        """What the partitions held when the reading began.

        Raises:
            SourceAwayError: there is no broker, or no such topic, now.
            OtherTopicError: the topic was made anew, or has lost what was read.
        """
        try:
            yield from self._read(positions)
        except BrokerAwayError as error:
            self.close()
            msg = f"no Kafka broker answers at {self._bootstrap}, where the topic {self._topic.name} is read"
            raise SourceAwayError(msg) from error
        except KafkaError as error:
            self.close()
            msg = f"the topic {self._topic.name} at {self._bootstrap} cannot be read: {error}"
            raise SourceAwayError(msg) from error

    def close(self) -> None:
        """Leave the brokers."""
        if self._consumer is not None:
            self._consumer.close(autocommit=False, timeout_ms=1_000)
            self._consumer = None

    def _read(self, positions: Positions) -> Iterator[Reading]:
        if self._consumer is None:
            self._consumer = self._connected()
        consumer = self._consumer
        every = self._partitions(consumer)
        firsts = consumer.beginning_offsets(every, timeout_ms=_ASK_MS)
        ends = consumer.end_offsets(every, timeout_ms=_ASK_MS)
        topic_id = str(consumer._cluster.topic_id(self._topic.name) or "")  # noqa: SLF001  # told nowhere else
        begun = self._begun(positions, topic_id)
        if begun is None:
            at_end = self._topic.start == "end"
            begun = Begun(topic_id, {str(p.partition): ends[p] for p in every} if at_end else {})
            yield Reading(None, msgspec.to_builtins(begun))
        parts = []
        for where in every:
            scope, first, end = str(where.partition), firsts[where], ends[where]
            known = positions.position(scope)
            offset = begun.offsets.get(scope, first) if known is None else known
            if offset > end:
                raise OtherTopicError(self._lost(where, offset, end))
            if offset < first:
                if known is not None or scope in begun.offsets:
                    fault = f"the offsets {offset} to {first - 1} were gone before they were read: keep records longer"
                    yield Reading(None, first, f"partition {scope}", scope, fault)
                offset = first
            parts.append(_Part(where, offset, end))
        yield from self._records(consumer, [part for part in parts if part.offset < part.end])

    def _records(self, consumer: KafkaConsumer, parts: list[_Part]) -> Iterator[Reading]:
        if {part.where for part in parts} != consumer.assignment():
            consumer.assign([part.where for part in parts])
        for part in parts:
            consumer.seek(part.where, part.offset)
        silent = 0
        while parts:
            polled = consumer.poll(timeout_ms=_POLL_MS)
            silent = 0 if polled else silent + 1
            for records in polled.values():
                for record in records:
                    yield self._reading(record)
            parts = [part for part in parts if (consumer.position(part.where) or 0) < part.end]
            if silent >= _MOST_SILENT_POLLS:
                self.close()
                msg = f"the topic {self._topic.name} at {self._bootstrap} has records, but they do not come"
                raise SourceAwayError(msg)

    def _reading(self, record: Any) -> Reading:
        found = self._understand(record.key, record.value)
        row = found.row
        if row is not None and self._tells_record:
            row = {**row, RECORD: _about(record)}
        place = f"partition {record.partition} offset {record.offset}"
        return Reading(row, record.offset + 1, place, str(record.partition), found.fault)

    def _begun(self, positions: Positions, topic_id: str) -> Begun | None:
        known = positions.position()
        if known is None:
            return None
        begun = msgspec.convert(known, Begun)
        if topic_id and begun.topic_id and begun.topic_id != topic_id:
            msg = (
                f"the topic {self._topic.name} at {self._bootstrap} is not the one that was read before: it was deleted"
                " and made anew, or is another cluster's. Read it from its beginning with --again"
            )
            raise OtherTopicError(msg)
        return begun

    def _lost(self, where: TopicPartition, offset: int, end: int) -> str:
        return (
            f"partition {where.partition} of the topic {where.topic} at {self._bootstrap} ends at offset {end}, but was"
            f" read up to {offset}: Kafka has lost records, or it is another topic. Read it anew with --again"
        )

    def _connected(self) -> KafkaConsumer:
        await_broker(self._bootstrap, _CONNECT_SECONDS)
        return KafkaConsumer(
            bootstrap_servers=self._bootstrap.split(","),
            client_id="ioc-source",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            allow_auto_create_topics=False,
            metadata_max_age_ms=60_000,  # how soon a new partition is noticed
            bootstrap_timeout_ms=_ASK_MS,
            request_timeout_ms=10_000,
            metrics_enabled=False,
        )

    def _partitions(self, consumer: KafkaConsumer) -> list[TopicPartition]:
        name = self._topic.name
        numbers = consumer.partitions_for_topic(name)
        if not numbers:
            hint = did_you_mean(name, sorted(one for one in consumer.topics() if not one.startswith("__")))
            msg = f"there is no topic {name} at {self._bootstrap}. {hint}"
            raise SourceAwayError(msg.strip())
        return [TopicPartition(name, number) for number in sorted(numbers)]


def _about(record: Any) -> Mapping[str, Any]:
    return {
        "key": None if record.key is None else record.key.decode("utf-8", "replace"),
        "time": datetime.fromtimestamp(record.timestamp / 1000, UTC),
        "partition": record.partition,
        "offset": record.offset,
    }
