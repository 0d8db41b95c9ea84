"""The calendars of many units, for columns of instants between 1970 and 2200."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from streams.core.columns import Array
from streams.core.working import WorkingCalendar


class Calendars:
    """`of` has a calendar for each unit's code."""

    def __init__(self, of: Sequence[WorkingCalendar]) -> None:
        self._calendars = list(dict.fromkeys(of))
        self._of = np.array([self._calendars.index(calendar) for calendar in of], np.int64)

    def of(self, unit: int) -> WorkingCalendar:
        """The calendar of a unit."""
        return self._calendars[int(self._of[unit])]

    def day_starts(self, unit: Array, at_ms: Array) -> Array:
        """The local midnights (epoch seconds) that begin the days of instants."""
        return self._each(WorkingCalendar.day_starts, unit, at_ms)

    def next_day_starts(self, unit: Array, at_ms: Array) -> Array:
        """The local midnights (epoch seconds) that end the days of instants."""
        return self._each(WorkingCalendar.next_day_starts, unit, at_ms)

    def due_within(self, unit: Array, overdue_from_ms: Array, days: Sequence[int]) -> list[Array]:
        """From when (epoch seconds) on no more than so many working days are left before midnights.

        On the last day none is left, on the working day before it one.
        """
        last = self._each(WorkingCalendar.last_number, unit, overdue_from_ms)
        return [self._each(WorkingCalendar.numbered_days, unit, last - few) for few in days]

    def _each(self, of: Callable[[WorkingCalendar, Array], Array], unit: Array, column: Array) -> Array:
        result = np.empty(len(column), np.int64)
        calendar_of = self._of[unit]
        for number, calendar in enumerate(self._calendars):
            mine = calendar_of == number
            if mine.any():
                result[mine] = of(calendar, column[mine])
        return result
