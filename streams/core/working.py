"""Working time: which days and hours of a province's calendar count, and deadlines moved by the time that did not.

The table of days is that of streams.core.calendar. store/working_days.py says the same in SQL.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from functools import cached_property
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from streams.core.calendar import FIRST_DAY, Calendar, midnights
from streams.core.columns import Array

DAY_SECONDS = 86_400


class WorkingTime(msgspec.Struct, frozen=True):
    """When offices work.

    `weekdays` are 0 (Monday) to 6; `hours` are spans of seconds since local midnight, ascending and apart. On a day of
    `holidays` nobody works, on one of `worked` (in place of another day) everybody does, whatever weekday it is.
    """

    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    hours: tuple[tuple[int, int], ...] = ((0, DAY_SECONDS),)
    holidays: frozenset[dt.date] = frozenset()
    worked: frozenset[dt.date] = frozenset()

    @property
    def day_ms(self) -> int:
        """How long a working day is."""
        return 1000 * sum(end - start for start, end in self.hours)


class WorkingCalendar(Calendar):
    """Days in one time zone, and which of their hours count; for instants (epoch ms) between 1970 and 2200."""

    def __init__(self, zone: ZoneInfo, working: WorkingTime | None = None) -> None:
        super().__init__(zone)
        working = working or WorkingTime()
        self._midnights = midnights(zone)
        days = np.arange(len(self._midnights))
        is_open = np.isin((FIRST_DAY.weekday() + days) % 7, working.weekdays)
        for exceptions, opens in ((working.holidays, False), (working.worked, True)):
            is_open[[(day - FIRST_DAY).days for day in exceptions]] = opens
        self._numbers = np.cumsum(is_open)
        self._working_days = np.flatnonzero(is_open)
        self._hours = [(1000 * start, 1000 * end) for start, end in working.hours]
        self._day_ms = working.day_ms

    # Single instants are looked up in lists, which is much faster than in arrays; most calendars never need them.
    @cached_property
    def _starts(self) -> list[int]:
        starts: list[int] = (self._midnights * 1000).tolist()
        return starts

    @cached_property
    def _number_of(self) -> list[int]:
        numbers: list[int] = self._numbers.tolist()
        return numbers

    def elapsed_ms(self, at_ms: int) -> int:
        """How much working time has passed since the calendar began."""
        day = bisect_right(self._starts, at_ms) - 1
        before, upto = self._number_of[day - 1], self._number_of[day]
        if before == upto:
            return upto * self._day_ms
        since = at_ms - self._starts[day]
        within = sum(min(max(since - start, 0), end - start) for start, end in self._hours)
        return before * self._day_ms + within

    def overdue_from(self, due_ms: int, added_ms: int) -> int:
        """From when (epoch ms, a midnight) what is due then is overdue, if so much working time is added."""
        if not added_ms:
            return self._starts[bisect_right(self._starts, due_ms)]
        # counted from 0; the last instant of working time is still of its day
        number = (self.elapsed_ms(due_ms) + added_ms - 1) // self._day_ms
        last = int(self._working_days[min(number, len(self._working_days) - 1)])
        return self._starts[min(last + 1, len(self._starts) - 1)]

    def last_number(self, midnight_ms: Array) -> Array:
        """How many days are worked before these midnights, since the calendar began."""
        numbers: Array = self._numbers[np.searchsorted(self._midnights, midnight_ms // 1000) - 1]
        return numbers

    def numbered_days(self, number: Array) -> Array:
        """The worked days of these numbers, the first for smaller ones: the midnights (epoch seconds) they begin at."""
        begins: Array = self._midnights[self._working_days[np.maximum(number, 1) - 1]]
        return begins
