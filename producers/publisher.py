"""Events into Kafka, each checked first: for who makes events, such as the simulator and the audit."""

from __future__ import annotations

from collections.abc import Callable, Container

from producers.event import Event, Refused
from producers.gate import Gate
from producers.sender import Sender
from schemas.decoder import EventDecoder
from streams.core.validity import Validity
from streams.topics import events_topic


class Publisher(Sender):
    """Sends events, each checked first, to the topics of their streams; an event's key is its subject.

    Args:
        bootstrap: brokers, `host:port` with commas between.
        decoder: checks every event before it is sent.
        units: the known units' codes; an event of another is refused.
        validity: as of a `Gate`.
        topic_of: the topic of a stream.
        max_in_flight: as of a `Sender`.
        delivery_seconds: as of a `Sender`.
        connect_seconds: as of a `Sender`.

    Raises:
        BrokerAwayError: nothing answers.
    """

    def __init__(
        self,
        bootstrap: str,
        decoder: EventDecoder,
        units: Container[str],
        *,
        validity: Validity | None = None,
        topic_of: Callable[[str], str] = events_topic,
        max_in_flight: int = 10_000,
        delivery_seconds: float = 120,
        connect_seconds: float = 30,
    ) -> None:
        self.gate = Gate(decoder, units, validity)
        self.topic_of = topic_of
        super().__init__(
            bootstrap,
            max_in_flight=max_in_flight,
            delivery_seconds=delivery_seconds,
            connect_seconds=connect_seconds,
        )

    def send(self, event: Event) -> Refused | None:
        """Send an event, or say why it is refused and not sent. Waits while too many are under way.

        Raises:
            NotDeliveredError: an earlier event, or this one, cannot be delivered.
        """
        checked = self.gate.check(event)
        if isinstance(checked, Refused):
            return checked
        self.send_unchecked(checked.stream, checked.key, checked.payload)
        return None

    def send_unchecked(self, stream: str, key: str, payload: bytes) -> None:
        """Send bytes as they are: for the simulator, whose bad events are meant to arrive.

        Raises:
            NotDeliveredError: an earlier record, or this one, cannot be delivered.
        """
        self.send_record(self.topic_of(stream), key, payload)
