"""When units exist: what may have happened in one, judged by when it happened and never by when it is told.

A unit does nothing new before its first day or after its last. But a dossier lives in one unit: one that was handed
over brings its past with it, and one of a closed unit may still be ended and corrected.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from schemas.event import Event
from streams.core.calendar import epoch_ms
from streams.core.units import UNLIMITED_MS, Units

_OPENING = "filings.received"


class Validity:
    """The first and last instants of units that have any."""

    def __init__(self, units: Units) -> None:
        self._units = units
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
        of_dossier = getattr(event.data, "dossier", None) is not None
        if time_ms < first_ms:
            known = f"{unit.code} exists from {unit.valid_from} on: expected the unit of that time"
            return "" if of_dossier else f"{known}; only dossiers handed over bring their past with them"
        if of_dossier and event.kind != _OPENING:
            return ""
        known = f"{unit.code} does not exist from {unit.valid_to} on: expected the unit that took over"
        return f"{known}; only dossiers received before may be ended or corrected"


def _midnight_ms(day: str, zone: ZoneInfo) -> int:
    return epoch_ms(dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), zone))
