"""What part of the figures an audit looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from store.horizon import Horizon
from store.recompute import Extent, Span
from streams.core.buckets import GRAINS
from streams.core.calendar import Calendar
from streams.core.indicators import Indicator
from streams.core.units import Province, Units
from streams.core.windows import Window, span


class Selection(NamedTuple):
    """Indicators and units (none: all), and local days, both included (None: without end).

    `window` stands for the days of a window that ends now, in each province's own calendar.
    """

    indicators: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    first: date | None = None
    last: date | None = None
    window: Window | None = None
    grains: tuple[str, ...] = GRAINS

    def chosen(self, indicators: Mapping[str, Indicator]) -> list[Indicator]:
        """Those of the indicators."""
        return [one for one in indicators.values() if not self.indicators or one.id in self.indicators]

    def extents(
        self, provinces: Mapping[str, Province], units: Units, horizon: Horizon, now_ms: int
    ) -> Iterator[Extent]:
        """What it is of each of these provinces. Sums of minutes and hours are left out where some may be removed."""
        for province in provinces.values():
            mine = frozenset(code for code in self.units if units.province_of(code) == province)
            if self.units and not mine:
                continue
            calendar = Calendar(units.zone_of(province.code))
            first, last = self._days(calendar, now_ms)
            spans = {}
            for grain in self.grains:
                removed = horizon.of_sums(grain) if grain != "day" else None
                begin = max(
                    (day for day in (first, removed and removed + timedelta(days=2)) if day), default=None
                )
                spans[grain] = _span(calendar, begin, last)
            yield Extent(province, spans, mine)

    def _days(self, calendar: Calendar, now_ms: int) -> tuple[date | None, date | None]:
        if not self.window:
            return self.first, self.last
        inside = span(self.window, now_ms, calendar)
        return calendar.date(inside.first * 1000), calendar.date(inside.last * 1000)


def _span(calendar: Calendar, first: date | None, last: date | None) -> Span:
    whole = Span()
    return Span(
        calendar.midnight(first) * 1000 if first else whole.first_ms,
        calendar.midnight(last + timedelta(days=1)) * 1000 if last else whole.end_ms,
    )
