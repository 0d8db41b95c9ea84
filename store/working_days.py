"""Working time in generated SQL: what streams.core.working says, once more, as expressions of ClickHouse.

The stream looks days up in tables. Here they are counted: so many in a week, less the holidays, more the days worked in
place of others. A query with tables of all days in it takes ClickHouse minutes to analyse.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from streams.core.calendar import FIRST_DAY, LAST_DAY
from streams.core.working import WorkingTime

_EPOCH = date(1970, 1, 1)
_MONDAY = FIRST_DAY - timedelta(days=FIRST_DAY.weekday())
"""Weeks are counted from here."""


class WorkingDays:
    """Expressions over instants (epoch ms, not null) in one time zone."""

    def __init__(self, working: WorkingTime, zone: str) -> None:
        self._working = working
        self._zone = zone
        usual = working.weekdays
        self._before = sum(day < FIRST_DAY.weekday() for day in usual)
        self._off = sorted(day for day in working.holidays - working.worked if day.weekday() in usual)
        self._on = sorted(day for day in working.worked if day.weekday() not in usual)

    def _count(self, last: date) -> int:
        """How many days are worked up to a day, itself included."""
        weeks, rest = divmod((last - _MONDAY).days, 7)
        usual = len(self._working.weekdays) * weeks + sum(day <= rest for day in self._working.weekdays)
        return (
            usual
            - self._before
            - sum(day <= last for day in self._off)
            + sum(day <= last for day in self._on)
        )

    def day(self, at_ms: str) -> str:
        """The local day of an instant."""
        return f"toDate32(fromUnixTimestamp64Milli({at_ms}), '{self._zone}')"

    def midnight(self, day: str) -> str:
        """The instant at which a local day begins."""
        return f"toUnixTimestamp64Milli(toDateTime64({day}, 3, '{self._zone}'))"

    def number(self, day: str) -> str:
        """How many days are worked up to a day, itself included."""
        weekdays = self._working.weekdays
        since = f"(toInt64(toInt32({day})) - {_number(_MONDAY)})"
        in_week = (
            f"[{', '.join(str(sum(day <= last for day in weekdays)) for last in range(7))}][{since} % 7 + 1]"
        )
        off, on = (
            f"arrayCount(d -> d <= toInt32({day}), {_numbers(map(_number, days))})"
            for days in (self._off, self._on)
        )
        return f"({len(weekdays)} * intDiv({since}, 7) + {in_week} - {self._before} - {off} + {on})"

    def worked_day(self, number: str) -> str:
        """The day of this number among the worked ones; the first or the last where there is none."""
        bounded = f"least(greatest({number}, 1), {self._count(LAST_DAY - timedelta(days=1))})"
        off, on = (
            f"arrayCount(n -> n < {bounded}, {_numbers(map(self._count, days))})"
            for days in (self._off, self._on)
        )
        usual = f"({bounded} + {self._before} - 1 + {off} - {on})"  # among the days that are worked in usual weeks
        weekdays = self._working.weekdays
        day = (
            f"{_number(_MONDAY)} + 7 * intDiv({usual}, {len(weekdays)})"
            f" + {_numbers(weekdays)}[{usual} % {len(weekdays)} + 1]"
        )
        if self._on:
            numbers, days = _numbers(map(self._count, self._on)), _numbers(map(_number, self._on))
            day = f"transform(toInt64({bounded}), {numbers}, {days}, toInt64({day}))"
        return f"toDate32(toInt32({day}))"

    def elapsed_ms(self, at_ms: str) -> str:
        """How much working time has passed since the calendar began."""
        day = self.day(at_ms)
        since = f"({at_ms} - {self.midnight(day)})"
        within = " + ".join(
            f"least(greatest({since} - {1000 * start}, 0), {1000 * (end - start)})"
            for start, end in self._working.hours
        )
        whole = self._working.day_ms
        return f"({self.number(f'({day} - 1)')} * {whole} + if({self._is_worked(day)}, {within}, 0))"

    def last_number(self, elapsed_ms: str) -> str:
        """The number of the day on which so much working time has passed; its last instant is still of the day."""
        return f"(intDiv({elapsed_ms} - 1, {self._working.day_ms}) + 1)"

    def _is_worked(self, day: str) -> str:
        usual = ", ".join(str(weekday + 1) for weekday in self._working.weekdays)
        off, on = (f"has({_numbers(map(_number, days))}, toInt32({day}))" for days in (self._off, self._on))
        return f"((toDayOfWeek({day}) IN ({usual}) AND NOT {off}) OR {on})"


def _number(day: date) -> int:
    return (day - _EPOCH).days


def _numbers(numbers: Iterable[int]) -> str:
    return f"[{', '.join(map(str, numbers))}]::Array(Int64)"
