"""How busy public services are through a year: the day and the week, ends of months, holidays and Tet.

A year is a curve that rises from 0 to 1, minute by minute. Whatever there is so much of in a year is spread along it:
the year adds up to the last event, and any minute can be looked at without those before.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from streams.core.columns import Array
from streams.core.working import WorkingTime

MINUTE = 60
_DAY = 1440
# Relative to each other only: nights are never empty, because portals are open, and so a wall moves at any hour.
_WORKDAY = (2, 2, 2, 2, 2, 3, 6, 14, 20, 20, 18, 11, 6, 12, 17, 17, 13, 7, 6, 7, 7, 6, 4, 3)
_WEEKEND = (2, 2, 2, 2, 2, 2, 3, 5, 6, 6, 6, 5, 4, 4, 5, 5, 5, 4, 5, 6, 6, 5, 4, 3)
_TET = 0.3
_TET_DAYS = 5
_BEFORE_TET, _AFTER_TET = 1.3, 0.75
_AROUND_TET_DAYS = 7
_MONTH_END = 1.4
_MONTH_END_DAYS = 3
_RESTLESS_HOURS, _RESTLESS_MINUTES = 0.15, 0.6
BURST = 10
"""How many times as much happens in a burst."""


class Year:
    """The curve of one year; `first` and `last` (exclusive) are its minutes since 1970."""

    def __init__(self, first: int, weights: Array) -> None:
        self.first, self.last = first, first + len(weights)
        rising = np.cumsum(weights)
        self._rising: Array = np.concatenate([[0.0], rising / rising[-1]])
        self._rising[-1] = 1.0

    def share(self, minute: int) -> float:
        """How much of the year is over when a minute begins."""
        return float(self._rising[minute - self.first])

    def shares(self, first: int, last: int) -> Array:
        """The same of all minutes from one to another, which is included."""
        return self._rising[first - self.first : last - self.first + 1]


class Rhythm:
    """The years of a calendar.

    Args:
        working: which days are worked; without anybody's holidays there is no Tet.
        zone: of the days and hours; the year's offset is that of its first day.
        name: makes one world's restlessness unlike another's.
        burst: how many minutes of every hour are ten times as busy as they would be.
    """

    def __init__(self, working: WorkingTime, zone: ZoneInfo, name: str, burst: int = 0) -> None:
        self._working, self._zone, self._name, self._burst = working, zone, name, burst
        self.year = lru_cache(3)(self._year)

    def year_of(self, minute: int) -> int:
        """The local year of a minute."""
        year = datetime.fromtimestamp(minute * MINUTE, self._zone).year
        # an offset that changes through the year may have moved its end by an hour
        return year + (minute >= self.year(year).last) - (minute < self.year(year).first)

    def minute(self, day: date) -> int:
        """The minute in which a local day begins."""
        start = self.year(day.year).first
        return start + _DAY * (day - date(day.year, 1, 1)).days

    def _year(self, number: int) -> Year:
        first, last = (datetime(year, 1, 1, tzinfo=self._zone) for year in (number, number + 1))
        days = [first.date() + timedelta(days=day) for day in range((last.date() - first.date()).days)]
        hours = np.array([self._hours(day) for day in days]).ravel()
        seed = [number, *self._name.encode()]
        rng = np.random.default_rng(seed)
        hours = hours * rng.lognormal(0, _RESTLESS_HOURS, len(hours))
        minutes = np.repeat(hours, 60) * rng.lognormal(0, _RESTLESS_MINUTES, 60 * len(hours))
        minutes.reshape(-1, 60)[:, : self._burst] *= BURST
        begins = int(first.timestamp()) // MINUTE
        missing = int(last.timestamp()) // MINUTE - begins - len(minutes)
        if missing > 0:
            minutes = np.concatenate([minutes, minutes[-missing:]])
        return Year(begins, minutes[: len(minutes) + min(missing, 0)])

    def _hours(self, day: date) -> Array:
        """How busy each hour of a day is."""
        if not self._opens(day):
            return np.array(_WEEKEND) * (_TET if self._is_tet(day) else 1.0)
        hours = np.array(_WORKDAY, float)
        if any(self._is_tet(day + timedelta(days=ahead)) for ahead in range(1, _AROUND_TET_DAYS + 1)):
            return hours * _BEFORE_TET
        if any(self._is_tet(day - timedelta(days=back)) for back in range(1, _AROUND_TET_DAYS + 1)):
            return hours * _AFTER_TET
        return hours * (_MONTH_END if self._ends_month(day) else 1.0)

    def _opens(self, day: date) -> bool:
        working = self._working
        return day in working.worked or (day.weekday() in working.weekdays and day not in working.holidays)

    def _is_tet(self, day: date) -> bool:
        """Whether it is one of the longest holidays, which are the lunar new year's, or the weekend within."""
        if self._opens(day):
            return False
        around = [day + timedelta(days=days) for days in range(-_TET_DAYS, _TET_DAYS + 1)]
        return sum(one in self._working.holidays and one.month <= _TET_MONTHS for one in around) >= _TET_DAYS

    def _ends_month(self, day: date) -> bool:
        """Whether it is one of the last working days of its month."""
        left = sum(
            self._opens(day + timedelta(days=ahead))
            for ahead in range(1, 31)
            if (day + timedelta(days=ahead)).month == day.month
        )
        return left < _MONTH_END_DAYS


_TET_MONTHS = 2
"""The lunar new year lies between 21 January and 20 February."""
