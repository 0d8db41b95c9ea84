"""The only way events go to Kafka: checked first, acknowledged by every replica, never more than so many under way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Container
from types import TracebackType
from typing import Any, Self

import msgspec
from kafka import KafkaProducer
from kafka.errors import KafkaError

from producers.event import Event, Refused
from schemas.decoder import EventDecoder
from schemas.refusal import Refusal
from streams.admin import BrokerAwayError, BrokerError, await_broker, cluster_id
from streams.topics import events_topic


class NotDeliveredError(BrokerError):
    """The broker did not take what was sent; what an earlier `flush` confirmed is safe."""

    def __init__(self, bootstrap: str, cause: object) -> None:
        super().__init__(
            f"Kafka at {bootstrap} did not take all events: {cause or 'no answer in time'}."
            " Look at the broker (ioc doctor), then run this again: it goes on where it stopped"
        )


class Publisher:
    """Sends events and knows when they are safe.

    An event's key is its subject, so that a unit's events keep their order and meet its state; kafka-python's default
    partitioner chooses the partition from it as Java's does.

    Args:
        bootstrap: brokers, `host:port` with commas between.
        decoder: checks every event before it is sent.
        units: the known units' codes; an event of another is refused.
        topic_of: the topic of a stream.
        max_in_flight: how many events may be unconfirmed; more make `send` wait.
        delivery_seconds: how long the broker may be away before what was sent counts as not delivered.
        connect_seconds: how long to wait for a broker at first.

    Raises:
        BrokerAwayError: nothing answers.
    """

    def __init__(
        self,
        bootstrap: str,
        decoder: EventDecoder,
        units: Container[str],
        *,
        topic_of: Callable[[str], str] = events_topic,
        max_in_flight: int = 10_000,
        delivery_seconds: float = 120,
        connect_seconds: float = 30,
    ) -> None:
        self._bootstrap = bootstrap
        self._decode = decoder.decode
        self._units = units
        self._topic_of = topic_of
        self._delivery_seconds = delivery_seconds
        self._room = threading.BoundedSemaphore(max_in_flight)
        self._failure: BaseException | None = None
        self._encode = msgspec.json.Encoder().encode
        await_broker(bootstrap, connect_seconds)
        try:
            self._producer = KafkaProducer(
                bootstrap_servers=bootstrap.split(","),
                client_id="ioc-producer",
                enable_idempotence=True,
                acks="all",
                linger_ms=20,
                batch_size=128 * 1024,
                delivery_timeout_ms=int(delivery_seconds * 1000),
                request_timeout_ms=int(min(30, delivery_seconds / 2) * 1000),
                max_block_ms=int(delivery_seconds * 1000),
                allow_auto_create_topics=False,
                metrics_enabled=False,
            )
        except KafkaError as error:
            raise BrokerAwayError(bootstrap) from error

    @property
    def cluster_id(self) -> str:
        """The identity of the cluster that events go to."""
        return cluster_id(self._bootstrap)

    def send(self, event: Event) -> Refused | None:
        """Send an event, or say why it is refused and not sent. Waits while too many are under way.

        Raises:
            NotDeliveredError: an earlier event, or this one, cannot be delivered.
        """
        payload = self._encode(event)
        try:
            checked = self._decode(payload)
        except Refusal as refusal:
            return Refused(refusal.reason, refusal.path, refusal.message)
        if checked.subject not in self._units:
            message = f"there is no unit '{checked.subject}': add it to config/units, or map it to one that is there"
            return Refused("unknown_unit", "$.subject", message)
        self.send_unchecked(checked.stream, checked.subject, payload)
        return None

    def send_unchecked(self, stream: str, key: str, payload: bytes) -> None:
        """Send bytes as they are: for the simulator, whose bad events are meant to arrive.

        Raises:
            NotDeliveredError: an earlier record, or this one, cannot be delivered.
        """
        if not self._room.acquire(timeout=self._delivery_seconds):
            raise NotDeliveredError(self._bootstrap, self._failure)
        try:
            sent = self._producer.send(self._topic_of(stream), payload, key.encode())
        except KafkaError as error:
            self._room.release()
            raise NotDeliveredError(self._bootstrap, error) from error
        sent.add_callback(self._delivered)
        sent.add_errback(self._failed)
        self._raise_failure()

    def flush(self) -> None:
        """Return when everything sent is acknowledged by all in-sync replicas.

        Raises:
            NotDeliveredError: something is not.
        """
        try:
            self._producer.flush(self._delivery_seconds)
        except KafkaError as error:
            raise NotDeliveredError(self._bootstrap, self._failure or error) from error
        self._raise_failure()

    def close(self) -> None:
        """Let go of the connections; what was not flushed gets a second to arrive, and may be lost."""
        try:
            self._producer.close(timeout=1)
        except KafkaError:
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _delivered(self, _: Any) -> None:
        self._room.release()

    def _failed(self, error: BaseException) -> None:
        self._failure = self._failure or error
        self._room.release()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise NotDeliveredError(self._bootstrap, self._failure) from self._failure
