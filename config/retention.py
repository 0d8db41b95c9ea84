"""How long the store keeps its rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Literal, get_args

TimeUnit = Literal["day", "month", "year"]

_DAYS: dict[str, int] = {"day": 1, "month": 30, "year": 365}
_WRITTEN = re.compile(rf"([1-9][0-9]{{0,4}}) ({'|'.join(get_args(TimeUnit))})s?")


@dataclass(frozen=True)
class Period:
    """A time by the calendar, such as 24 months."""

    count: int
    unit: TimeUnit

    @classmethod
    def parse(cls, text: str) -> Period:
        """The period that a text such as `90 days`, `1 month` or `3 years` names.

        Raises:
            ValueError: it names none.
        """
        match = _WRITTEN.fullmatch(text)
        if match is None:
            msg = f"{text!r} is no period: write one such as 90 days, 24 months or 3 years"
            raise ValueError(msg)
        unit = next(unit for unit in get_args(TimeUnit) if unit == match[2])
        return cls(int(match[1]), unit)

    @property
    def days(self) -> int:
        """About how long it is, to compare it with others."""
        return self.count * _DAYS[self.unit]

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'s' if self.count > 1 else ''}"


@dataclass(frozen=True)
class Retention:
    """How long rows of each group are kept; None is for ever."""

    events: Period | None = None
    minute_sums: Period | None = None
    hour_sums: Period | None = None
    day_sums: Period | None = None
    alerts: Period | None = None
    notifications: Period | None = None
    dead_letters: Period | None = None

    def of(self, group: str) -> Period | None:
        """The period of a group of `GROUPS`."""
        period: Period | None = getattr(self, group)
        return period


GROUPS = tuple(field.name for field in fields(Retention))
"""What has a period of its own: the keys of config/retention.yaml."""
