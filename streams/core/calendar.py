"""Local days: the bucket of an instant in the calendar of a unit's province.

All instants are epoch milliseconds; a day is named by the epoch second of its local midnight, which is what buckets of
grain `day` carry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from streams.core.columns import NULL, Array

FIRST_DAY, LAST_DAY = dt.date(1969, 12, 30), dt.date(2201, 1, 3)
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
        return midnights(self._zone)[self._days(at_ms)]

    def next_day_starts(self, at_ms: Array) -> Array:
        """The local midnights (epoch seconds) that end the days of a column of instants between 1970 and 2200."""
        ends: Array = midnights(self._zone)[self._days(at_ms) + 1]
        return ends

    def _days(self, at_ms: Array) -> Array:
        return np.searchsorted(midnights(self._zone), at_ms // 1000, side="right") - 1

    def date(self, at_ms: int) -> dt.date:
        """The local date of an instant."""
        return dt.datetime.fromtimestamp(at_ms // 1000, self._zone).date()

    def midnight(self, day: dt.date) -> int:
        """The instant (epoch seconds) at which a local day begins."""
        return int(dt.datetime(day.year, day.month, day.day, tzinfo=self._zone).timestamp())


@cache
def midnights(zone: ZoneInfo) -> Array:
    """The local midnights of the days from FIRST_DAY on; they take a tenth of a second, so once for all calendars."""
    calendar, days = Calendar(zone), range((LAST_DAY - FIRST_DAY).days)
    return np.array([calendar.midnight(FIRST_DAY + dt.timedelta(days=day)) for day in days], np.int64)


EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)


def epoch_ms(instant: dt.datetime) -> int:
    """An aware datetime as whole epoch milliseconds, rounded down, without a detour over floating point."""
    return (instant - EPOCH) // _MILLISECOND


def epoch_ms_column(instants: Sequence[dt.datetime | None]) -> Array:
    """`epoch_ms` of a column; NULL for None."""
    moments = [EPOCH if one is None else one for one in instants] if None in instants else instants
    zones = {moment.tzinfo for moment in moments if moment}
    (zone,) = zones if len(zones) == 1 else (None,)
    # in the events' own offset, if they have one in common, a difference takes an eighth of the time
    epoch = EPOCH.astimezone(zone) if isinstance(zone, dt.timezone) else EPOCH
    ms = np.array([(moment - epoch) // _MILLISECOND for moment in moments if moment], np.int64)
    if moments is not instants:
        ms[[one is None for one in instants]] = NULL
    return ms
