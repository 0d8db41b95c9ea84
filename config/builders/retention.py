"""The retention from config/retention.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config.problems import Problem
from config.retention import GROUPS, Period, Retention
from config.shapes import Entry, Sheets
from streams.core.indicators import Indicator

FOREVER = "forever"

_LONGEST = Period(100, "year")

_SHORTEST = {
    "events": (
        Period(30, "day"),
        "Kafka hands in the events of a week again when the store has to be refilled",
    ),
    "minute_sums": (Period(1, "day"), "figures of up to two hours are made of them"),
    "hour_sums": (Period(10, "day"), "panels of up to eight days are made of them"),
    "day_sums": (Period(24, "month"), "figures of a year are made of them"),
    "alerts": (Period(12, "month"), "an alert that fires for longer would no longer be shown"),
    "notifications": (Period(30, "day"), "they are the proof that somebody was told"),
    "dead_letters": (Period(7, "day"), "somebody must have had the time to look at them"),
}
"""By group the shortest period that does no harm, and the harm."""


def build(files: Sheets, indicators: Iterable[Indicator]) -> tuple[Retention, list[Problem]]:
    """The retention, and what the file's schema cannot see; for ever where nothing can be relied on."""
    retention, problems = Retention(), []
    for sheet in files.sheets:
        entry = sheet.entry("retention")
        if entry and entry.sound:
            problems = [*_bounds(entry), *_stocks(entry, indicators)]
            retention = Retention(**{group: _period(entry, group) for group in GROUPS})
    return retention, problems


def _period(entry: Entry, group: str) -> Period | None:
    written = entry.value[group]
    return None if written == FOREVER else Period.parse(written)


def _bounds(entry: Entry) -> Iterator[Problem]:
    for group in GROUPS:
        period = _period(entry, group)
        shortest, harm = _SHORTEST[group]
        if period and period.days < shortest.days:
            message = f"'{group}' cannot be kept for {period} only: {harm}"
            yield entry.problem(message, f"Write {shortest} or longer.", (group,))
        elif period and period.days > _LONGEST.days:
            message = f"'{group}' cannot be kept for {period}"
            yield entry.problem(message, f"Write {FOREVER}, or at most {_LONGEST}.", (group,))


def _stocks(entry: Entry, indicators: Iterable[Indicator]) -> Iterator[Problem]:
    stock = next((indicator.id for indicator in indicators if indicator.kind == "stock"), None)
    if stock and _period(entry, "day_sums"):
        message = f"'day_sums' must be kept: '{stock}' is a stock, the sum of all its days since the first"
        yield entry.problem(message, f"Write {FOREVER}.", ("day_sums",))
