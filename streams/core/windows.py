"""Windows: which buckets make up "the last hour" or "this month" at an instant.

The view indicator_windows of ClickHouse says the same in SQL; a contract test holds the two together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

from streams.core.buckets import DAY, MINUTE
from streams.core.calendar import Calendar

Window = Literal["15m", "1h", "today", "7d", "month", "quarter", "year", "now"]
"""`now` is for stocks: every day until today."""

WINDOWS: tuple[Window, ...] = get_args(Window)
ROLLING_SECONDS: Mapping[str, int] = {"15m": 900, "1h": 3600}
"""The windows of minutes; all others are of days."""


class Span(NamedTuple):
    """The buckets of a window: of this grain, first and last start included (epoch seconds)."""

    grain: str
    first: int
    last: int

    def holds(self, grain: str, bucket: int) -> bool:
        """Whether a bucket belongs to the window."""
        return grain == self.grain and self.first <= bucket <= self.last


def span(window: Window, now_ms: int, calendar: Calendar) -> Span:
    """The buckets of a window that ends now."""
    if window in ROLLING_SECONDS:
        now = now_ms // 1000
        return Span(MINUTE, now - ROLLING_SECONDS[window] + 1, now)
    if window == "now":
        return Span(DAY, -(2**62), now_ms // 1000)
    return Span(DAY, calendar.midnight(_first_day(window, calendar.date(now_ms))), calendar.day_start(now_ms))


def _first_day(window: Window, today: dt.date) -> dt.date:
    match window:
        case "7d":
            return today - dt.timedelta(days=6)
        case "month":
            return today.replace(day=1)
        case "quarter":
            return today.replace(month=today.month - (today.month - 1) % 3, day=1)
        case "year":
            return today.replace(month=1, day=1)
        case _:
            return today
