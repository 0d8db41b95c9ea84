"""Waiting until the broker has what was produced.

Faust commits offsets after `ProducerBuffer.flush_atmost`, which gives up silently after 100 ms: on a busy loop an
offset may be committed before the records that its events caused are delivered, and a crash then loses them. So an
agent of ours awaits `delivered` before it acknowledges.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any


class DeliveryError(RuntimeError):
    """Some records were not accepted by the broker; nothing that caused them may be acknowledged."""


async def delivered(sent: Iterable[Awaitable[Any]]) -> None:
    """Wait until every record is acknowledged by the broker.

    Args:
        sent: what `await app.producer.send(...)`, `await topic.send(...)`, `topic.send_soon(...)` and
            `table.send_changelog(...)` return, one for each record.

    Raises:
        DeliveryError: the broker, or the client before it, refused at least one; all others are decided too.
    """
    results = await asyncio.gather(*sent, return_exceptions=True)
    errors = [result for result in results if isinstance(result, BaseException)]
    if errors:
        msg = f"{len(errors)} of {len(results)} records were not delivered to Kafka: {errors[0]!r}"
        raise DeliveryError(msg) from errors[0]
