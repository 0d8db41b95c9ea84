"""Local days: the bucket of an instant in the calendar of a unit's province.

All instants are epoch milliseconds; a day is named by the epoch second of its local midnight, which is what buckets of
grain `day` carry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from streams.core.columns import Array

_FIRST, _LAST = dt.date(1969, 12, 30), dt.date(2201, 1, 3)
"""The days of the table below: the years that an event may name, and a little more on both sides."""


class Calendar:
    """Days in one time zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def day_start(self, at_ms: int) -> int:
        """The local midnight (epoch seconds) that begins the day of an instant."""
        return self.midnight(self.date(at_ms))

    def day_starts(self, at_ms: Array) -> Array:
        """`day_start` of a column of instants between 1970 and 2200."""
        return _midnights(self._zone)[self._days(at_ms)]

    def next_day_starts(self, at_ms: Array) -> Array:
        """The local midnights (epoch seconds) that end the days of a column of instants between 1970 and 2200."""
        ends: Array = _midnights(self._zone)[self._days(at_ms) + 1]
        return ends

    def _days(self, at_ms: Array) -> Array:
        return np.searchsorted(_midnights(self._zone), at_ms // 1000, side="right") - 1

    def date(self, at_ms: int) -> dt.date:
        """The local date of an instant."""
        return dt.datetime.fromtimestamp(at_ms // 1000, self._zone).date()

    def midnight(self, day: dt.date) -> int:
        """The instant (epoch seconds) at which a local day begins."""
        return int(dt.datetime(day.year, day.month, day.day, tzinfo=self._zone).timestamp())


@cache
def _midnights(zone: ZoneInfo) -> Array:
    """The local midnights of the days from _FIRST on; they take a tenth of a second, so once for all calendars."""
    calendar, days = Calendar(zone), range((_LAST - _FIRST).days)
    return np.array([calendar.midnight(_FIRST + dt.timedelta(days=day)) for day in days], np.int64)


class Calendars:
    """The calendars of many units, for columns: `of` has one for each unit's code."""

    def __init__(self, of: Sequence[Calendar]) -> None:
        self._calendars = list(dict.fromkeys(of))
        self._of = np.array([self._calendars.index(calendar) for calendar in of], np.int64)

    def day_starts(self, unit: Array, at_ms: Array) -> Array:
        """The local midnights (epoch seconds) that begin the days of instants between 1970 and 2200."""
        return self._each(Calendar.day_starts, unit, at_ms)

    def next_day_starts(self, unit: Array, at_ms: Array) -> Array:
        """The local midnights (epoch seconds) that end the days of instants between 1970 and 2200."""
        return self._each(Calendar.next_day_starts, unit, at_ms)

    def _each(self, days: Callable[[Calendar, Array], Array], unit: Array, at_ms: Array) -> Array:
        result = np.empty(len(at_ms), np.int64)
        calendar_of = self._of[unit]
        for number, calendar in enumerate(self._calendars):
            mine = calendar_of == number
            if mine.any():
                result[mine] = days(calendar, at_ms[mine])
        return result


EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)


def epoch_ms(instant: dt.datetime) -> int:
    """An aware datetime as whole epoch milliseconds, rounded down, without a detour over floating point."""
    return (instant - EPOCH) // _MILLISECOND
