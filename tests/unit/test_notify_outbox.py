"""Delivery: grouped, retried, recorded, acknowledged last, and no channel waits for another."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from streams.batches import RecordBatch
from streams.channels import Channel
from streams.core.lifecycle import AlertTransition
from streams.core.messages import Message
from streams.core.notices import Context
from streams.core.receipts import Receipt
from streams.core.recipients import Recipient
from streams.core.units import Text
from streams.delivery import DeliveryError
from streams.notify import Notifier, Outbox
from streams.senders import NotSentError
from tests.unit.alert_samples import INDICATORS, UNITS, rule, transition

CONTEXT = Context(UNITS, INDICATORS, {"TooLow": rule()}, "http://wall.example")


class Told:
    """A sender that remembers, after failing as often as it is told to."""

    def __init__(self, failures: Iterable[Exception] = ()) -> None:
        self.failures = list(failures)
        self.messages: list[Message] = []
        self.open = threading.Event()
        self.open.set()

    def send(self, message: Message, at_ms: int) -> str:
        assert self.open.wait(10)
        if self.failures:
            raise self.failures.pop(0)
        self.messages.append(message)
        return ""


@dataclass
class Broker:
    """Keeps what is produced; `down` refuses it."""

    receipts: list[Receipt] = field(default_factory=list)
    down: bool = False

    async def send(self, topic: str, key: bytes, value: bytes) -> Awaitable[Any]:
        assert topic == "ioc.notifications"
        receipt = msgspec.json.decode(value, type=Receipt)
        assert key == receipt.fingerprint.encode()

        async def sent() -> None:
            if self.down:
                raise ConnectionError
            self.receipts.append(receipt)

        return sent()


@dataclass(frozen=True)
class Record:
    offset: int
    value: bytes | None
    timestamp: int = 0
    key: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()


def recipient(id: str = "duty", **match: tuple[str, ...]) -> Recipient:
    return Recipient(id, Text("Tổ trực", "Duty desk"), ("${X}",), match=match)


class Desk:
    """A notifier with its outboxes, the broker behind it, and which batches are acknowledged."""

    def __init__(self, *channels: Channel, retry_seconds: Sequence[float] = (0.0, 0.0)) -> None:
        self.broker = Broker()
        self.outboxes = [
            Outbox(one, CONTEXT, self.broker.send, lambda: 99, retry_seconds) for one in channels
        ]
        self.notifier = Notifier(self.outboxes)
        self.acknowledged: list[str] = []
        self.ours = True

    async def take(self, name: str, *alerts: AlertTransition | bytes) -> None:
        records = [
            Record(n, one if isinstance(one, bytes) else msgspec.json.encode(one))
            for n, one in enumerate(alerts)
        ]
        batch = RecordBatch("ioc.alerts", 0, records)
        await self.notifier.take(batch, lambda: self.acknowledged.append(name), lambda: self.ours)

    async def deliver(self) -> None:
        await asyncio.gather(*(outbox.deliver() for outbox in self.outboxes))


def receipts(desk: Desk) -> list[tuple[str, int, str, str]]:
    return [(one.channel, one.attempt, one.outcome, one.detail) for one in desk.broker.receipts]


async def test_alerts_of_several_batches_are_one_message_and_a_receipt_each() -> None:
    told = Told()
    desk = Desk(Channel(recipient(), "mailto", told))
    await desk.take("first", transition(fingerprint="a"), transition(fingerprint="b"))
    await desk.take("second", transition(fingerprint="c"))
    assert desk.acknowledged == []
    await desk.deliver()
    [message] = told.messages
    assert sorted(message.fingerprints) == ["a", "b", "c"]
    assert desk.acknowledged == ["first", "second"]
    assert [one.fingerprint for one in desk.broker.receipts] == ["a", "b", "c"]
    assert receipts(desk) == [("mailto", 1, "delivered", "")] * 3
    fired = transition()
    assert (desk.broker.receipts[0].starts_at, desk.broker.receipts[0].state) == (fired.starts_at, "firing")
    assert (desk.broker.receipts[0].recipient, desk.broker.receipts[0].at) == ("duty", 99)


async def test_only_the_concerned_are_told() -> None:
    told, untold = Told(), Told()
    desk = Desk(
        Channel(recipient(severity=("warning",)), "mailto", told),
        Channel(recipient(severity=("critical",)), "mailto", untold),
    )
    await desk.take("batch", transition())
    await desk.deliver()
    assert (len(told.messages), len(untold.messages)) == (1, 0)
    assert desk.acknowledged == ["batch"]


async def test_a_batch_that_concerns_nobody_is_acknowledged_at_once() -> None:
    desk = Desk(Channel(recipient(severity=("critical",)), "mailto", Told()))
    await desk.take("batch", transition())
    assert desk.acknowledged == ["batch"]


async def test_it_is_tried_again_and_every_try_has_its_receipt() -> None:
    told = Told([NotSentError("busy", final=False), KeyError("duty@example.vn")])
    desk = Desk(Channel(recipient(), "mailto", told))
    await desk.take("batch", transition())
    await desk.deliver()
    assert len(told.messages) == 1
    assert receipts(desk) == [
        ("mailto", 1, "failed", "busy"),
        ("mailto", 2, "failed", "KeyError in the service's own code"),
        ("mailto", 3, "delivered", ""),
    ]
    assert desk.acknowledged == ["batch"]


async def test_after_the_last_try_the_batch_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(Channel(recipient(), "mailto", Told([NotSentError("away", final=False)] * 9)))
    await desk.take("batch", transition())
    await desk.deliver()
    assert [attempt for _, attempt, _, _ in receipts(desk)] == [1, 2, 3]
    assert desk.acknowledged == ["batch"]
    assert "duty by mailto, try 3: away; given up" in caplog.text


async def test_what_is_final_is_not_tried_again() -> None:
    told = Told([NotSentError("refused", final=True)])
    desk = Desk(Channel(recipient(), "mailto", told))
    await desk.take("batch", transition())
    await desk.deliver()
    assert receipts(desk) == [("mailto", 1, "failed", "refused")]
    assert desk.acknowledged == ["batch"]


async def test_a_transition_that_comes_again_is_not_sent_again_unless_it_failed() -> None:
    told = Told([NotSentError("refused", final=True)])
    desk = Desk(Channel(recipient(), "mailto", told))
    for name in ("failed", "sent", "repeated"):
        await desk.take(name, transition(), transition())
        await desk.deliver()
    await desk.take("resolved", transition(state="resolved", ends_at=1))
    await desk.deliver()
    assert len(told.messages) == 2
    assert desk.acknowledged == ["failed", "sent", "repeated", "resolved"]


async def test_no_channel_waits_for_another_and_the_batch_for_all() -> None:
    stuck, told = Told(), Told()
    stuck.open.clear()
    desk = Desk(Channel(recipient("stuck"), "mailto", stuck), Channel(recipient("duty"), "mailto", told))
    await desk.take("first", transition(fingerprint="a"))
    slow = asyncio.create_task(desk.outboxes[0].deliver())
    await desk.outboxes[1].deliver()
    await desk.take("second", transition(fingerprint="b"))
    await desk.outboxes[1].deliver()
    assert [message.fingerprints for message in told.messages] == [("a",), ("b",)]
    assert desk.acknowledged == []
    stuck.open.set()
    await slow
    assert desk.acknowledged == ["first"]
    await desk.outboxes[0].deliver()
    assert desk.acknowledged == ["first", "second"]


async def test_what_another_worker_has_now_is_neither_sent_nor_acknowledged() -> None:
    told = Told()
    desk = Desk(Channel(recipient(), "mailto", told))
    await desk.take("batch", transition())
    desk.ours = False
    await desk.deliver()
    assert told.messages == []
    assert desk.acknowledged == []


async def test_without_receipts_nothing_is_acknowledged() -> None:
    desk = Desk(Channel(recipient(), "mailto", Told()))
    desk.broker.down = True
    await desk.take("batch", transition())
    with pytest.raises(DeliveryError):
        await desk.deliver()
    assert desk.acknowledged == []


async def test_what_is_no_alert_holds_nothing_up(caplog: pytest.LogCaptureFixture) -> None:
    told = Told()
    desk = Desk(Channel(recipient(), "mailto", told))
    await desk.take("batch", b"{}", b"\xff", transition())
    await desk.deliver()
    assert len(told.messages) == 1
    assert desk.acknowledged == ["batch"]
    assert "ioc.alerts/0/0 is no alert" in caplog.text


async def test_an_outbox_that_runs_delivers_what_comes() -> None:
    told = Told()
    desk = Desk(Channel(recipient(), "mailto", told))
    running = asyncio.create_task(desk.outboxes[0].run())
    for name in ("first", "second"):
        await desk.take(name, transition(fingerprint=name))
        while name not in desk.acknowledged:
            await asyncio.sleep(0.01)
    running.cancel()
    assert [message.fingerprints for message in told.messages] == [("first",), ("second",)]
