"""Faust at one event per fetched batch: each event's value is a `RecordBatch` of one partition.

Stock Faust spends several task switches on every record; here they are spent on every batch, so an agent's own work
is what counts. Declare a topic with `BatchApp.batch_topic`; all other topics, and the changelogs of tables, are
consumed as in stock Faust. How an agent uses it, acknowledging only what is safely stored:

    app = BatchApp("compute", broker="kafka://127.0.0.1:9092")
    filings = app.batch_topic("ioc.events.filings")

    @app.agent(filings)
    async def compute(stream):
        async for event in stream.noack().events():
            batch = event.value                      # RecordBatch
            for record in batch.records:             # .offset .timestamp .key .value .headers
                state.apply(record)
            await delivered(
                [
                    await app.producer.send("ioc.indicators", key, value, None, None, None)
                    for key, value in state.changed()
                ]
            )
            event.ack()

- An acknowledgement may come late: several batches may be kept and acknowledged after one flush of what they caused.
  Within a partition, offsets are committed in the order of the batches, up to the first that is not acknowledged.
- Without `noack()` a batch is acknowledged when the loop comes back for the next one.
- After a rebalance unacknowledged batches come again, here or elsewhere, and acknowledging the old ones has no effect.
  When a table has recovered, even a batch just taken may come again: whoever counts remembers offsets.
- An agent that raises takes the worker with it: a batch that was not acknowledged is read again by the next worker,
  and nothing is skipped meanwhile. (Stock Faust restarts the agent behind the event that broke it.)
- At a rebalance or a stop the worker waits up to `HANDOVER_SECONDS` for acknowledgements.
- Backpressure: `BUFFERED_BATCHES` wait in front of an agent, then fetching stops.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import faust
from aiokafka.consumer import fetcher
from faust.transport.consumer import ensure_TP
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.tuples import ConsumerMessage
from mode.supervisors import CrashingSupervisor

from streams.batches import HandedOut, Place, RecordBatch

FETCH_BYTES = 4 * 2**20
"""Of one partition in one fetch."""

FETCH_WAIT_MS = 50
"""How long the broker holds back the answer to a fetch while the partitions asked for have nothing new.

There is one fetch under way to a broker, for the partitions that had been emptied by then; those emptied since wait for
its answer. With Faust's 1.5 s a backlog in one topic waited for the silence of the others.
"""

POLL_RECORDS = 20_000
"""Of all partitions in one poll."""

BUFFERED_BATCHES = 4
"""In front of an agent; with `FETCH_BYTES` this bounds its memory."""


_POLL_INTERVAL_SECONDS = 86_400.0
"""An agent that waits for a server holds up polling, and that is no reason to leave the group."""

HANDOVER_SECONDS = 10.0
"""For agents to finish and acknowledge what they have in hand, at a rebalance or a stop; the rest is read again."""


class BatchSchema(faust.Schema):  # type: ignore[misc]  # Faust is untyped here
    """Passes a batch through: the agent decodes its records."""

    def loads_key(self, app: faust.App, message: Any, **_: Any) -> None:
        """A batch has no key; its records have."""

    def loads_value(self, app: faust.App, message: Any, **_: Any) -> RecordBatch:
        """The batch itself."""
        batch: RecordBatch = message.value
        return batch


class _PartitionRecords(fetcher.PartitionRecords):  # type: ignore[misc]  # aiokafka is untyped here
    """Gives the records of batch topics as aiokafka's parser made them.

    The ConsumerRecord that aiokafka makes of each costs a third of fetching it, and says nothing that a batch does not.
    """

    def __iter__(self) -> Iterator[Any]:
        records: Iterator[Any] = self._records_iterator
        return records

    def _consumer_record(self, tp: Any, record: Any) -> Any:
        marked = self._key_deserializer
        if isinstance(marked, _BatchedTopics) and tp.topic in marked.topics:
            return record
        return super()._consumer_record(tp, record)


class _BatchedTopics:
    """Marks a consumer as one of ours: what aiokafka hands from a consumer to its records is the key's deserializer."""

    def __init__(self, topics: set[str]) -> None:
        self.topics = topics

    def __call__(self, key: bytes | None) -> bytes | None:
        """The key as it is."""
        return key


fetcher.PartitionRecords = (
    _PartitionRecords  # aiokafka's fetcher looks it up by this name, and lets nobody choose
)


class _ConsumerThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """Fetches nothing that Faust would drop."""

    fetched_in = 0
    """In which assignment, counted by the consumer, the last fetch took its records."""

    def rejoin(self) -> None:
        """See BatchApp.rejoin."""
        coordinator = self._ensure_consumer()._coordinator  # noqa: SLF001 Faust gives no way to it
        # A member that only asked to join again might be given the same assignment back, and be told of nothing.
        self.thread_loop.call_soon_threadsafe(coordinator.maybe_leave_group)

    def _create_consumer(self, loop: asyncio.AbstractEventLoop) -> Any:
        consumer = super()._create_consumer(loop)
        # Faust gives no way to pass these on.
        consumer._key_deserializer = _BatchedTopics(self.app.batch_topics)  # noqa: SLF001
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001
        return consumer

    async def _fetch_records(
        self,
        consumer: Any,
        active_partitions: set[TP] | None,
        timeout: float | None = None,
        max_records: int | None = None,
    ) -> Mapping[TP, list[Any]]:
        # Faust empties its own set while partitions are paused, and for aiokafka an empty set means all.
        wanted = None if active_partitions is None else frozenset(active_partitions)
        if wanted is not None and not wanted:
            return {}
        fetched: Mapping[TP, list[Any]] = await super()._fetch_records(consumer, wanted, timeout, max_records)
        # No await from here on: this is the assignment that the records were taken in.
        self.fetched_in = self.consumer.assignments
        if self.consumer.flow_active and (active_partitions is None or active_partitions.issuperset(fetched)):
            return fetched
        # The flow stopped, or partitions were paused, while this fetch was waiting. Faust drops such records and seeks
        # to the committed offset, so that they are lost where nothing is committed yet.
        for tp in consumer.assignment() & fetched.keys():
            consumer.seek(tp, fetched[tp][0].offset)
        return {}


class _BatchMessage(ConsumerMessage):  # type: ignore[misc]
    """A batch under way; its acknowledgement is kept in its place, which outlives it.

    So the order of what was handed out keeps no records in memory, nor for alive what an agent dropped: Faust finds out
    about that by garbage collection.
    """

    __slots__ = ("place",)

    def __init__(self, place: Place, *args: Any, **kwargs: Any) -> None:
        self.place = place
        super().__init__(*args, **kwargs)

    @property
    def acked(self) -> bool:
        """Whether all who got it are done with it."""
        return self.place.acked

    @acked.setter
    def acked(self, done: bool) -> None:
        self.place.acked = done


class BatchConsumer(driver.Consumer):  # type: ignore[misc]
    """Hands out the batches of batch topics whole, and commits by them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._handed_out: defaultdict[TP, HandedOut] = defaultdict(HandedOut)
        self.assignments = 0
        super().__init__(*args, **kwargs)

    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    def rejoin(self) -> None:
        """See BatchApp.rejoin."""
        self._thread.rejoin()

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Any]]:
        """Fetch, and hand out what came; called by Faust in a loop.

        What meets a stopped flow waits until it goes on; a rebalance makes it void, because every partition is then
        read again from its committed offset.
        """
        records, active = await self._wait_next_records(timeout)
        fetched_in = self._thread.fetched_in
        for tp, message in self._messages(records or {}, active):
            if not self.flow_active:
                await self.wait(self.can_resume_flow)
            if self.should_stop or self.assignments != fetched_in:
                return
            if isinstance(message, _BatchMessage):
                self._handed_out[message.tp].add(message.place)
            yield tp, message

    def _messages(
        self, records: Mapping[TP, list[Any]], active: set[TP] | None
    ) -> Iterator[tuple[TP, ConsumerMessage]]:
        single = {tp: found for tp, found in records.items() if not self._is_batched(tp)}
        for tp, found in records.items():
            if tp not in single:
                self._track_end(tp)
                yield tp, self._to_batch_message(ensure_TP(tp), found)
        for tp, record in self.scheduler.iterate(single):
            if active is None or tp in active or tp in self._buffered_partitions:
                self._track_end(tp)
                yield tp, self._to_message(tp, record)

    def on_buffer_full(self, tp: TP) -> None:
        """Called by Faust when an agent's buffer is nearly full.

        For a batch topic nothing is done: handing out waits until there is room, and goes on at once. Faust would leave
        the partition out of the next polls, which then wait for up to a second beside an idle agent.
        """
        if not self._is_batched(tp):
            super().on_buffer_full(tp)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Commit what is done, and forget what is not: whoever gets the partitions next reads it again."""
        self.assignments += 1
        try:
            await self.commit(revoked)
            await super().on_partitions_revoked(
                revoked
            )  # stops the flow, and waits for what agents have in hand
        finally:
            for tp in revoked:
                self._handed_out.pop(tp, None)

    async def wait_empty(self) -> None:
        """Give agents time to finish what they have in hand, committing as they do, before partitions are given up.

        Faust waits for ever, so an agent that waits for a server would keep the worker from stopping and the group
        from rebalancing. It also collects garbage on every turn, which takes seconds with a large state.
        """
        deadline = time.monotonic() + HANDOVER_SECONDS
        while not self.should_stop and self._unacked_messages and time.monotonic() < deadline:
            await self.commit()
            await self._wait_for_ack(timeout=1)
            self._clean_unacked_messages()
        await self.commit_and_end_transactions()

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        if not self._is_batched(tp):
            await super()._add_gap(tp, offset_from, offset_to)

    def _new_offset(self, tp: TP) -> int | None:
        if self._is_batched(tp):
            # Faust's own account of acknowledged offsets is not used for this topic, and would only grow.
            self._acked[tp].clear()
            self._acked_index[tp].clear()
            return self._handed_out[tp].committable()
        offset: int | None = super()._new_offset(tp)
        return offset

    def _is_batched(self, tp: TP) -> bool:
        return tp.topic in self.app.batch_topics

    def _track_end(self, tp: TP) -> None:
        self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))

    def _to_batch_message(self, tp: TP, records: list[Any]) -> _BatchMessage:
        last = records[-1]
        return _BatchMessage(
            Place(last.offset),
            tp.topic,
            tp.partition,
            last.offset,
            last.timestamp / 1000,
            last.timestamp_type,
            headers=None,
            key=None,
            value=RecordBatch(tp.topic, tp.partition, records),
            checksum=None,
            serialized_key_size=0,
            serialized_value_size=0,
            tp=tp,
            generation_id=self.app.consumer_generation_id,
        )


class BatchTransport(driver.Transport):  # type: ignore[misc]
    """Faust's Kafka transport with the batching consumer."""

    Consumer = BatchConsumer


class BatchApp(faust.App):  # type: ignore[misc]
    """A Faust app some of whose topics are consumed in batches; takes the same options."""

    def __init__(self, id: str, **options: Any) -> None:
        self.batch_topics: set[str] = set()
        super().__init__(
            id,
            **{
                "consumer_max_fetch_size": FETCH_BYTES,
                "broker_max_poll_records": POLL_RECORDS,
                "broker_max_poll_interval": _POLL_INTERVAL_SECONDS,
                "agent_supervisor": CrashingSupervisor,
            }
            | options,
        )

    def batch_topic(self, name: str) -> faust.TopicT:
        """A topic whose events' values are `RecordBatch`es; it must exist, and all its agents get batches."""
        self.batch_topics.add(name)
        topic = self.topic(name, schema=BatchSchema())
        topic.maxsize = BUFFERED_BATCHES  # Faust's own `topic` takes it as an argument, and drops it
        return topic

    def rejoin(self) -> None:
        """Leave the group and join it again: all partitions are revoked, and those that are given are read anew."""
        self.consumer.rejoin()

    def _new_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)
