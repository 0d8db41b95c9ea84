"""Admission: which records may be counted; together, column by column, or one by one with the reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from itertools import repeat
from os.path import commonprefix
from typing import NamedTuple, Protocol

import numpy as np

from schemas.decoder import EventDecoder, Refusal
from schemas.event import Event
from streams.core.arrivals import Arrivals, arrivals
from streams.core.calendar import epoch_ms
from streams.core.columns import Array
from streams.core.stream import Stream
from streams.core.units import Units, age_limits
from streams.core.validity import Validity

MAX_SKEW_MS = 5 * 60_000
"""How far an event's time may lie after its arrival: clocks of sources differ."""


class Record(Protocol):
    """A Kafka record."""

    @property
    def offset(self) -> int:
        """Its place in the partition."""

    @property
    def timestamp(self) -> int:
        """When it arrived, epoch ms."""

    @property
    def value(self) -> bytes | None:
        """Its bytes; None is a tombstone."""


class _Part(NamedTuple):
    """Events of one kind, and where their records stand."""

    places: Array
    arrivals: Arrivals


def _joined(parts: Sequence[_Part]) -> Arrivals:
    """In the order of the records: of an event and its repeats the first counts."""
    if len(parts) == 1:
        return parts[0].arrivals
    order = np.argsort(np.concatenate([part.places for part in parts])).tolist()
    came = [part.arrivals for part in parts]
    return Arrivals(
        came[0].kind,
        [event for one in came for event in one.events],
        np.concatenate([one.time_ms for one in came]),
        np.concatenate([one.arrived_ms for one in came]),
    ).chosen(order)


class Admission:
    """Decides whether a record's value may be counted.

    The decision depends on the record and the configuration alone, so that every worker and every replay agree.
    """

    def __init__(
        self,
        decoder: EventDecoder,
        units: Units,
        streams: Mapping[str, Stream],
        max_age_days: int | None = None,
    ) -> None:
        """Take the age that an event may have at its arrival; an archive (a province that is not live) has no limit."""
        self._decode, self._decode_all = decoder.decode, decoder.decode_all
        self._max_age_days = max_age_days
        self._max_age_ms = age_limits(units, max_age_days)
        self._validity = Validity(units, streams)
        self._known = {code: number for number, code in enumerate(self._max_age_ms)}
        terms = [(limit, *self._validity.term(code)) for code, limit in self._max_age_ms.items()]
        self._limits = np.array(terms, np.int64).reshape(-1, 3).T
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

    def admit_all(
        self, topic: str, records: Sequence[Record]
    ) -> tuple[list[Arrivals], list[tuple[Record, Refusal]]]:
        """What `admit` makes of records: events by kind, in the records' order, and what is refused."""
        blocks, others = self._decode_all([record.value or b"" for record in records])
        arrived_ms = np.array([record.timestamp for record in records], np.int64)
        parts: defaultdict[str, list[_Part]] = defaultdict(list)
        for block in blocks:
            places = np.array(block.places, np.int64)
            kind, arrived = block.event_type.kind, arrived_ms[places]
            came = Arrivals(kind, block.events, block.time_ms, arrived)
            fits = self._fits(topic, came)
            if not fits.all():
                others = [*others, *places[~fits].tolist()]
                kept = np.flatnonzero(fits)
                places, came = places[kept], came.chosen(kept.tolist())
            if len(places):
                parts[kind].append(_Part(places, came))
        refused = []
        for place in sorted(others):
            record = records[place]
            try:
                event, time_ms = self.admit(topic, record.value, record.timestamp)
            except Refusal as refusal:
                refused.append((record, refusal))
            else:
                (came,) = arrivals([(event, time_ms, record.timestamp)])
                parts[event.kind].append(_Part(np.array([place]), came))
        return [_joined(of_kind) for of_kind in parts.values()], refused

    def _fits(self, topic: str, came: Arrivals) -> Array:
        """Which events `admit` certainly lets in."""
        known = map(self._known.get, [event.subject for event in came.events], repeat(-1))
        unit = np.array(list(known), np.int64)
        max_age_ms, first_ms, end_ms = (column[unit] for column in self._limits)
        stream = self._stream_of.get(topic)
        fits: Array = (
            (unit >= 0)
            & (came.time_ms <= came.arrived_ms + MAX_SKEW_MS)
            & (came.time_ms >= came.arrived_ms - max_age_ms)
            & (first_ms <= came.time_ms)
            & (came.time_ms < end_ms)
            & (stream is None or came.kind.partition(".")[0] == stream)
        )
        return fits

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
