"""Notify: alert transitions in, messages to the offices concerned, receipts out.

Every channel of every recipient has an outbox of its own, so that none waits for another. What gathers in it for a
moment goes out as one message. A batch is acknowledged when each of its transitions has a receipt for every channel
concerned: delivered, or failed after a few quick tries. So a message is sent at least once; a repeat, after a crash
between sending and acknowledging, has the same Message-ID.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, NamedTuple

import msgspec

from streams import topics
from streams.batches import RecordBatch
from streams.channels import Channel
from streams.compute import Send
from streams.core.lifecycle import AlertTransition
from streams.core.messages import Message, message
from streams.core.notices import Context
from streams.core.receipts import Receipt
from streams.delivery import delivered
from streams.senders import NotSentError

LINGER_SECONDS = 1.0
"""How long transitions gather before they go out in one message."""

RETRY_SECONDS = (1.0, 4.0, 10.0)
"""Waits between the tries of a message."""

_REMEMBERED = 50_000
"""Transitions that a channel has delivered, so that one that comes again is not sent again."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(AlertTransition).decode

log = logging.getLogger(__name__)


class Ticket:
    """A batch on its way: acknowledged when everything that was made of it is done."""

    def __init__(self, acknowledge: Callable[[], Any], is_ours: Callable[[], bool]) -> None:
        self._acknowledge = acknowledge
        self._open = 1
        self.is_ours = is_ours

    def hold(self) -> None:
        """One thing more must be done first."""
        self._open += 1

    def release(self) -> None:
        """One thing is done."""
        self._open -= 1
        if not self._open:
            self._acknowledge()


class _Waiting(NamedTuple):
    alert: AlertTransition
    ticket: Ticket


class Outbox:
    """What one channel is still to deliver.

    Args:
        channel: where to.
        context: what words are made with.
        send: produces receipts.
        clock: now, epoch ms.
        retry_seconds: waits between tries.
    """

    def __init__(
        self,
        channel: Channel,
        context: Context,
        send: Send,
        clock: Callable[[], int],
        retry_seconds: Sequence[float] = RETRY_SECONDS,
    ) -> None:
        self._channel = channel
        self._context = context
        self._send = send
        self._clock = clock
        self._retry_seconds = retry_seconds
        self._waiting: list[_Waiting] = []
        self._filled = asyncio.Event()
        self._sent: dict[tuple[str, int, str], None] = {}
        # One thread of its own: in a shared pool a few servers that do not answer would hold up all others.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"{channel.recipient.id}-{channel.name}")

    def add(self, alert: AlertTransition, ticket: Ticket) -> None:
        """Take an alert that the recipient is concerned with."""
        if self._channel.recipient.concerned(alert.labels):
            ticket.hold()
            self._waiting.append(_Waiting(alert, ticket))
            self._filled.set()

    async def run(self) -> None:
        """Deliver what comes, a moment after it has come, until cancelled.

        Raises:
            DeliveryError: see `deliver`.
        """
        while True:
            await self._filled.wait()
            await asyncio.sleep(LINGER_SECONDS)
            await self.deliver()

    async def deliver(self) -> None:
        """Send what waits as one message, and return when its receipts are in Kafka.

        Raises:
            DeliveryError: Kafka did not take the receipts; nothing is acknowledged.
        """
        self._filled.clear()
        waiting, self._waiting = [one for one in self._waiting if one.ticket.is_ours()], []
        alerts = {_key(one.alert): one.alert for one in waiting if _key(one.alert) not in self._sent}
        if alerts and await self._tell(alerts.values()):
            self._sent.update(dict.fromkeys(alerts))
            while len(self._sent) > _REMEMBERED:
                del self._sent[next(iter(self._sent))]
        for one in waiting:
            one.ticket.release()

    async def _tell(self, alerts: Collection[AlertTransition]) -> bool:
        """Whether the message got through, at last."""
        told = message(alerts, self._channel.recipient, self._context)
        for attempt, wait_seconds in enumerate((*self._retry_seconds, None), start=1):
            outcome, detail, final = await self._try(told)
            await self._record(alerts, attempt, outcome, detail)
            if outcome == "delivered":
                return True
            where = f"{self._channel.recipient.id} by {self._channel.name}, try {attempt}"
            if final or wait_seconds is None:
                log.error("%s: %s; given up: %s", where, detail, told.subject)
                break
            log.warning("%s: %s; next try in %g s", where, detail, wait_seconds)
            await asyncio.sleep(wait_seconds)
        return False

    async def _try(self, told: Message) -> tuple[Literal["delivered", "failed"], str, bool]:
        """Outcome, detail, and whether another try is pointless."""
        send = self._channel.sender.send
        try:
            remark = await asyncio.get_running_loop().run_in_executor(self._thread, send, told, self._clock())
        except NotSentError as error:
            return "failed", str(error), error.final
        except Exception as error:  # a service's own mistake must not end the delivery to all others
            return "failed", f"{type(error).__name__} in the service's own code", False
        return "delivered", remark, True

    async def _record(
        self,
        alerts: Iterable[AlertTransition],
        attempt: int,
        outcome: Literal["delivered", "failed"],
        detail: str,
    ) -> None:
        receipts = [
            Receipt(
                fingerprint=alert.fingerprint,
                starts_at=alert.starts_at,
                state=alert.state,
                recipient=self._channel.recipient.id,
                channel=self._channel.name,
                attempt=attempt,
                at=self._clock(),
                outcome=outcome,
                detail=detail,
            )
            for alert in alerts
        ]
        await delivered(
            [
                await self._send(topics.NOTIFICATIONS.name, receipt.fingerprint.encode(), _encode(receipt))
                for receipt in receipts
            ]
        )


def _key(alert: AlertTransition) -> tuple[str, int, str]:
    return alert.fingerprint, alert.starts_at, alert.state


class Notifier:
    """Distributes alerts to the outboxes."""

    def __init__(self, outboxes: Sequence[Outbox]) -> None:
        self.outboxes = outboxes

    async def take(
        self, batch: RecordBatch, acknowledge: Callable[[], Any], is_ours: Callable[[], bool]
    ) -> None:
        """Put a batch's alerts into the outboxes; it is acknowledged when all of them are done with it."""
        ticket = Ticket(acknowledge, is_ours)
        for record in batch.records:
            try:
                alert = _decode(record.value or b"")
            except msgspec.DecodeError as error:
                log.error("%s/%s/%s is no alert: %s", batch.topic, batch.partition, record.offset, error)
                continue
            for outbox in self.outboxes:
                outbox.add(alert, ticket)
        ticket.release()
