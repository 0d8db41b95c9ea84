"""When units exist: what may have happened in one, judged by when it happened and never by when it is told.

A unit does nothing new before its first day or after its last. But a case, such as a dossier, lives in one unit: one
that was handed over brings its past with it, and one of a closed unit may still be ended and corrected.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from schemas.event import Event
from streams.core.calendar import epoch_ms
from streams.core.stream import Stream
from streams.core.units import UNLIMITED_MS, Units


class Validity:
    """The first and last instants of units that have any, and which events belong to cases of these streams."""

    def __init__(self, units: Units, streams: Mapping[str, Stream]) -> None:
        self._units = units
        cases = [stream.cases for stream in streams.values() if stream.cases.field]
        self._fields = {one.field for one in cases}
        self._openings = {one.kind_of("received") for one in cases}
        self._terms = {
            unit.code: (
                _midnight_ms(unit.valid_from, units.zone_of(unit.code)) if unit.valid_from else -UNLIMITED_MS,
                _midnight_ms(unit.valid_to, units.zone_of(unit.code)) if unit.valid_to else UNLIMITED_MS,
            )
            for unit in units.units.values()
            if unit.valid_from or unit.valid_to
        }

    def term(self, code: str) -> tuple[int, int]:
        """From when until when (epoch ms) a unit or province exists."""
        return self._terms.get(code, (-UNLIMITED_MS, UNLIMITED_MS))

    def problem(self, event: Event, time_ms: int) -> str:
        """Why the event cannot be one of its unit, or nothing."""
        first_ms, end_ms = self.term(event.subject)
        if first_ms <= time_ms < end_ms:
            return ""
        unit = self._units.units[event.subject]
        of_case = any(getattr(event.data, field, None) is not None for field in self._fields)
        if time_ms < first_ms:
            known = f"{unit.code} exists from {unit.valid_from} on: expected the unit of that time"
            return "" if of_case else f"{known}; only what was handed over brings its past with it"
        if of_case and event.kind not in self._openings:
            return ""
        known = f"{unit.code} does not exist from {unit.valid_to} on: expected the unit that took over"
        return f"{known}; only what was received before may be ended or corrected"


def _midnight_ms(day: str, zone: ZoneInfo) -> int:
    return epoch_ms(dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), zone))
