"""Local days: the bucket of an instant in the calendar of a unit's province.

All instants are epoch milliseconds; a day is named by the epoch second of its local midnight, which is what buckets of
grain `day` carry. Results are remembered per quarter of an hour, the finest step of any time zone's offset.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

_QUARTER_MS = 900_000
_REMEMBERED = 200_000


class Calendar:
    """Days in one time zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._days: dict[int, tuple[int, int]] = {}

    def day_start(self, at_ms: int) -> int:
        """The local midnight (epoch seconds) that begins the day of an instant."""
        return self._day(at_ms)[0]

    def next_day_start(self, at_ms: int) -> int:
        """The local midnight (epoch seconds) that ends the day of an instant."""
        return self._day(at_ms)[1]

    def _day(self, at_ms: int) -> tuple[int, int]:
        quarter = at_ms // _QUARTER_MS
        day = self._days.get(quarter)
        if day is None:
            if len(self._days) >= _REMEMBERED:
                self._days.clear()
            date = self.date(quarter * _QUARTER_MS)
            day = self._days[quarter] = self.midnight(date), self.midnight(date + dt.timedelta(days=1))
        return day

    def date(self, at_ms: int) -> dt.date:
        """The local date of an instant."""
        return dt.datetime.fromtimestamp(at_ms // 1000, self._zone).date()

    def midnight(self, day: dt.date) -> int:
        """The instant (epoch seconds) at which a local day begins."""
        return int(dt.datetime(day.year, day.month, day.day, tzinfo=self._zone).timestamp())


EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)


def epoch_ms(instant: dt.datetime) -> int:
    """An aware datetime as whole epoch milliseconds, rounded down, without a detour over floating point."""
    return (instant - EPOCH) // _MILLISECOND
