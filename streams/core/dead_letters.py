"""Refused events: a dead letter keeps what is needed to mend and replay one."""

from __future__ import annotations

import msgspec

from schemas.decoder import Refusal
from schemas.personal_data import redact

SHOWN_CHARACTERS = 64 * 1024
"""Of a payload, what a dead letter keeps."""


class DeadLetter(msgspec.Struct, frozen=True):
    """A record of ioc.dead-letters. `id` is `topic/partition/offset` of the refused record, so a repeat is harmless."""

    id: str
    topic: str
    partition: int
    offset: int
    arrived_at: int
    reason: str
    path: str
    message: str
    type: str
    source: str
    event_id: str
    schema_version: str
    payload: str
    payload_bytes: int


def dead_letter(
    refusal: Refusal, topic: str, partition: int, offset: int, arrived_ms: int, value: bytes | None
) -> DeadLetter:
    """The dead letter of a refused record, without personal data."""
    payload = value or b""
    return DeadLetter(
        id=f"{topic}/{partition}/{offset}",
        topic=topic,
        partition=partition,
        offset=offset,
        arrived_at=arrived_ms,
        reason=refusal.reason,
        path=refusal.path,
        message=refusal.message,
        type=refusal.type,
        source=refusal.source,
        event_id=refusal.event_id,
        schema_version=refusal.schema_version,
        payload=redact(payload)[:SHOWN_CHARACTERS],
        payload_bytes=len(payload),
    )
