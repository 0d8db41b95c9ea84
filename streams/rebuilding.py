"""States that are folded anew from all events, beside the live ones, and put in their place.

The events of the past are handed in; then the states follow Kafka until they are level with the live workers, whose
logs `streams.takeover` holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from ioc.errors import UserError
from schemas.decoder import Refusal
from streams import topics
from streams.core.admission import Admission
from streams.core.arrivals import arrivals
from streams.core.buckets import DAY
from streams.core.compute import Delta, States, version
from streams.core.dead_letters import DeadLetter, dead_letter
from streams.core.definitions import Definitions
from streams.core.units import Units
from streams.core.updates import IndicatorUpdate, updates

GROUP_EVENTS = 50_000
_GROUP_MS, _RECENT_GROUP_MS, _RECENT_MS = 6 * 3_600_000, 60_000, 73 * 3_600_000
"""How much time of arrivals a group may span. Minutes and hours keep what was known when a group was closed: as long as
they are open, groups are short, as they were when the events came."""

Where = tuple[str, int]
"""Topic and partition."""

Stage = Callable[[int, IndicatorUpdate], None]
"""Takes figures of a partition number."""


class GapError(UserError):
    """Kafka does not have the events any more that ClickHouse does not have yet."""


class _Group:
    """What a state has taken in since its last drain."""

    def __init__(self) -> None:
        self.came: list[tuple[Any, int, int]] = []
        self.first_ms = 0


class Rebuilding:
    """The states of all partition numbers, folded anew.

    Args:
        definitions: what is counted of each topic.
        admission: what is let in.
        units: all of them.
        generation: of the figures that are staged; the states go on in the next.
        now_ms: what is recent is recent as of then.
        stage: takes the figures.
    """

    def __init__(
        self,
        definitions: Mapping[str, Definitions],
        admission: Admission,
        units: Units,
        generation: int,
        now_ms: int,
        stage: Stage,
    ) -> None:
        self._admission = admission
        self._units = units
        self._generation = generation
        self._now_ms = now_ms
        self._stage = stage
        self._states = {partition: States(definitions) for partition in range(topics.PARTITIONS)}
        self._groups = {(topic, partition): _Group() for partition in self._states for topic in definitions}
        self._staged = 0
        self._days_are_staged = False
        self._following: dict[Where, int] = {}
        self.letters: list[DeadLetter] = []
        for partition, topic in ((partition, topic) for topic, partition in self._groups):
            state = self._states[partition][topic]
            state.generation = generation + 1
            state.offsets[topic] = 0

    def take(self, where: Where, event: Any, time_ms: int, arrived_ms: int) -> None:
        """Take in an event that is known to be good; one of a unit that there is no more is passed over."""
        if event.subject not in self._units:
            return
        group = self._groups[where]
        span_ms = _RECENT_GROUP_MS if arrived_ms > self._now_ms - _RECENT_MS else _GROUP_MS
        if len(group.came) >= GROUP_EVENTS or arrived_ms > group.first_ms + span_ms:
            self._close(where)
            group.first_ms = arrived_ms
        group.came.append((event, time_ms, arrived_ms))

    def _close(self, where: Where) -> None:
        """Stage what changed; days only from when all of them are staged: they are kept, and change all the time."""
        topic, partition = where
        came, self._groups[where].came = self._groups[where].came, []
        if came:
            for of_kind in arrivals(came):
                self._states[partition][topic].apply(of_kind)
            delta = self._states[partition][topic].drain()
            self._tell(where, delta, days=self._days_are_staged)

    def _tell(self, where: Where, delta: Delta, *, days: bool) -> None:
        topic, partition = where
        self._staged += 1
        part = topics.part(self._states[partition][topic].stream_number, partition)
        number = version(self._generation, self._staged)
        told = delta.buckets if days else delta.buckets.without(DAY)
        for _, update in updates(told, self._units, part, number, self._now_ms):
            self._stage(partition, update)

    def close(self) -> None:
        """Close all groups; all figures are staged then."""
        for where in self._groups:
            self._close(where)
        if not self._days_are_staged:
            self._days_are_staged = True
            for topic, partition in self._groups:
                for delta in self._states[partition][topic].snapshot():
                    self._tell((topic, partition), delta, days=True)

    async def follow(
        self,
        bootstrap: str,
        stored: Mapping[Where, int],
        counted: Mapping[Where, int],
        until: Mapping[Where, int],
    ) -> None:
        """Take in what Kafka has, at least up to some offsets (where the topic ends before: to its end).

        Args:
            bootstrap: of the broker.
            stored: the offsets below which everything has been taken in already.
            counted: the offsets below which live workers have told of refused records.
            until: the offsets wanted.

        Raises:
            GapError: records between are gone.
            KafkaError: the broker cannot be reached.
        """
        consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            partitions = {TopicPartition(*where): where for where in self._groups}
            consumer.assign(list(partitions))
            first = await consumer.beginning_offsets(list(partitions))
            ends = await consumer.end_offsets(list(partitions))
            for tp, where in partitions.items():
                known = stored.get(where, 0)
                if first[tp] > known:
                    raise GapError(_gap(where, known, first[tp]))
                begin = self._following.get(where, max(min(known, counted.get(where, 0)), first[tp]))
                self._following[where] = min(begin, ends[tp])
                consumer.seek(tp, self._following[where])
            wanted = {tp: min(ends[tp], until.get(where, ends[tp])) for tp, where in partitions.items()}
            while any(self._following[partitions[tp]] < end for tp, end in wanted.items()):
                for tp, records in (await consumer.getmany(timeout_ms=200)).items():
                    for record in records:
                        self._take_record(partitions[tp], record, stored.get(partitions[tp], 0))
                for tp, where in partitions.items():
                    self._following[where] = await consumer.position(tp)
        finally:
            await consumer.stop()
        for topic, partition in self._groups:
            state = self._states[partition][topic]
            state.offsets[topic] = max(
                self._following[topic, partition],
                min(stored.get((topic, partition), 0), ends[TopicPartition(topic, partition)]),
            )

    def _take_record(self, where: Where, record: Any, stored: int) -> None:
        topic, partition = where
        try:
            event, time_ms = self._admission.admit(topic, record.value, record.timestamp)
        except Refusal as refusal:
            self.letters.append(
                dead_letter(refusal, topic, partition, record.offset, record.timestamp, record.value)
            )
            return
        if record.offset >= stored:
            self.take(where, event, time_ms, record.timestamp)

    def snapshot(self, partition: int) -> Iterable[Delta]:
        """The whole state of a partition number; only after `close`."""
        return self._states[partition].snapshot()


def _gap(where: Where, known: int, first: int) -> str:
    topic, partition = where
    return (
        f"Kafka begins at offset {first} of {topic}/{partition}, and the store has acknowledged only what is before"
        f" {known}: what lies between may be missing in ClickHouse. Start the store (ioc up), wait until it has caught"
        " up, and run `ioc rebuild` again"
    )
