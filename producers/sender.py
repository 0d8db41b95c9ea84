"""The only way to Kafka: acknowledged by every replica, never more than so many records under way."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Self

from kafka import KafkaProducer
from kafka.errors import KafkaError

from schemas.decoder import MAX_BYTES
from streams.admin import BrokerAwayError, BrokerError, await_broker, cluster_id


class NotDeliveredError(BrokerError):
    """The broker did not take what was sent; what an earlier `flush` confirmed is safe."""

    def __init__(self, bootstrap: str, cause: object) -> None:
        super().__init__(
            f"Kafka at {bootstrap} did not take all events: {cause or 'no answer in time'}."
            " Look at the broker (ioc doctor), then run this again: it goes on where it stopped"
        )


class Sender:
    """Sends records and knows when they are safe.

    kafka-python's default partitioner chooses the partition from the key as Java's does.

    Args:
        bootstrap: brokers, `host:port` with commas between.
        max_in_flight: how many records may be unconfirmed; more make `send_record` wait.
        delivery_seconds: how long the broker may be away before what was sent counts as not delivered.
        connect_seconds: how long to wait for a broker at first.

    Raises:
        BrokerAwayError: nothing answers.
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        max_in_flight: int = 10_000,
        delivery_seconds: float = 120,
        connect_seconds: float = 30,
    ) -> None:
        self._bootstrap = bootstrap
        self._delivery_seconds = delivery_seconds
        self._room = threading.BoundedSemaphore(max_in_flight)
        self._failure: BaseException | None = None
        await_broker(bootstrap, connect_seconds)
        try:
            self._producer = KafkaProducer(
                bootstrap_servers=bootstrap.split(","),
                client_id="ioc-producer",
                enable_idempotence=True,
                acks="all",
                linger_ms=20,
                batch_size=128 * 1024,
                max_request_size=2 * MAX_BYTES,
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

    def send_record(self, topic: str, key: str, payload: bytes) -> None:
        """Send bytes as they are; waits while too many are under way.

        Raises:
            NotDeliveredError: an earlier record, or this one, cannot be delivered.
        """
        if not self._room.acquire(timeout=self._delivery_seconds):
            raise NotDeliveredError(self._bootstrap, self._failure)
        try:
            sent = self._producer.send(topic, payload, key.encode())
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
