"""How busy public services are through the day and the week."""

from __future__ import annotations

from datetime import datetime

# Relative to each other only: nights are never empty, because portals are open, and so a wall moves at any hour.
_WORKDAY = (2, 2, 2, 2, 2, 3, 6, 14, 20, 20, 18, 11, 6, 12, 17, 17, 13, 7, 6, 7, 7, 6, 4, 3)
_WEEKEND = (2, 2, 2, 2, 2, 2, 3, 5, 6, 6, 6, 5, 4, 4, 5, 5, 5, 4, 5, 6, 6, 5, 4, 3)
_MEAN = (5 * sum(_WORKDAY) + 2 * sum(_WEEKEND)) / (7 * 24)


def intensity(at: datetime) -> float:
    """How many times the mean of a week is begun at this local time."""
    hours = _WORKDAY if at.weekday() < 5 else _WEEKEND
    return hours[at.hour] / _MEAN
