"""Refused events: admission decides, and a dead letter keeps what is needed to mend and replay one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from os.path import commonprefix

import msgspec

from schemas.decoder import EventDecoder, Refusal
from schemas.event import Event
from schemas.personal_data import redact
from streams.core.calendar import epoch_ms
from streams.core.units import Units, age_limits
from streams.core.validity import Validity

MAX_SKEW_MS = 5 * 60_000
"""How far an event's time may lie after its arrival: clocks of sources differ."""


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


class Admission:
    """Decides whether a record's value may be counted.

    The decision depends on the record and the configuration alone, so that every worker and every replay agree.
    """

    def __init__(
        self, decoder: EventDecoder, units: Units, streams: Iterable[str], max_age_days: int | None = None
    ) -> None:
        """Take the age that an event may have at its arrival; an archive (a province that is not live) has no limit."""
        self._decode = decoder.decode
        self._max_age_days = max_age_days
        self._max_age_ms = age_limits(units, max_age_days)
        self._validity = Validity(units)
        self._agencies = {
            theirs: (name, ours)
            for name, listed in units.code_lists.items()
            for theirs, ours in listed.items()
        }
        # remembered, because a source that uses a wrong code uses it again and again
        self._unknown = lru_cache(10_000)(self._say_unknown)
        self._stream_of = {f"ioc.events.{stream}": stream for stream in streams}

    def admit(self, topic: str, value: bytes | None, arrived_ms: int) -> tuple[Event, int]:
        """The decoded event, and its time in epoch ms.

        Raises:
            Refusal: with the reason, the field and what was expected.
        """
        event = self._decode(value or b"")
        max_age_ms = self._max_age_ms.get(event.subject)
        if max_age_ms is None:
            raise self._refusal(event, "unknown_unit", "$.subject", self._unknown(event.subject))
        time_ms = epoch_ms(event.time)
        if time_ms > arrived_ms + MAX_SKEW_MS:
            ahead = f"expected a time at most {MAX_SKEW_MS // 60_000} minutes after the arrival"
            raise self._refusal(event, "from_the_future", "$.time", ahead)
        if time_ms < arrived_ms - max_age_ms:
            behind = f"expected a time at most {self._max_age_days} days before the arrival, as long as events are kept"
            raise self._refusal(event, "too_old", "$.time", behind)
        if out_of_term := self._validity.problem(event, time_ms):
            raise self._refusal(event, "unit_not_valid", "$.subject", out_of_term)
        stream = self._stream_of.get(topic)
        if stream is not None and event.stream != stream:
            raise self._refusal(
                event, "unknown_type", "$.type", f"expected an event of the stream {stream} in {topic}"
            )
        return event, time_ms

    def _say_unknown(self, code: str) -> str:
        near = nearest(code, (*self._max_age_ms, *self._agencies))
        expected = "expected the code of a configured unit"
        if near not in self._agencies:
            return f"{expected}; the nearest is {near}" if near else expected
        name, ours = self._agencies[near]
        like = "this is" if near == code else f"the nearest is {near},"
        return f"{expected}; {like} the code of {ours} in config/codes/{name}.yaml, which the source has to translate"

    @staticmethod
    def _refusal(event: Event, reason: str, path: str, message: str) -> Refusal:
        return Refusal(
            reason,  # type: ignore[arg-type]
            path,
            message,
            type=str(event.__struct_config__.tag),
            source=event.source,
            event_id=event.id,
            schema_version=event.schema_version,
        )


def nearest(code: str, codes: Iterable[str]) -> str:
    """The code most like this one, of equals the one with the longest common beginning; empty if none is like it."""
    near = get_close_matches(code, sorted(codes), 5)
    return max(near, key=lambda one: len(commonprefix([one, code])), default="")  # noqa: RUF071 of characters, as wanted


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
