"""What the doctor says of one part, and the words for amounts and ages."""

from __future__ import annotations

from typing import Literal, NamedTuple

Level = Literal["ok", "warn", "fail", "off"]


class Finding(NamedTuple):
    """One line of the doctor: `advice` says what to do when the level is warn or fail; `off` means not configured."""

    level: Level
    part: str
    what: str
    advice: str = ""


def in_words(seconds: float) -> str:
    """An age or a duration, in the largest unit that leaves a number of at least two: 90 s, 45 min, 30 h, 12 d."""
    for unit, size, limit in (("s", 1, 120), ("min", 60, 120), ("h", 3600, 48)):
        if seconds < limit * size:
            return f"{max(seconds, 0) / size:.0f} {unit}"
    return f"{seconds / 86400:,.0f} d"
