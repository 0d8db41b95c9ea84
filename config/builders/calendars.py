"""Calendars of working days from config/calendars/*.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from config.builders.names import second
from config.problems import Problem
from config.shapes import Entry, Sheets
from streams.core.working import WorkingTime

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LONGEST = timedelta(days=31)


def build(files: Sheets) -> tuple[Mapping[str, WorkingTime], list[Problem]]:
    """Calendars by id, and what the schema of a file cannot see: days and hours that there are not, or twice."""
    calendars: dict[str, WorkingTime] = {}
    problems: list[Problem] = []
    places: dict[str, Entry] = {}
    for sheet in files.sheets:
        entry = sheet.entry("calendar")
        if entry is None:
            continue
        problems += second(entry, "id", places)
        found = [*_hours(entry), *_days(entry)] if entry.sound else []
        problems += found
        if name := entry.value.get("id"):
            # one with mistakes is there all the same: whoever names it makes no mistake
            calendars.setdefault(
                str(name), WorkingTime() if found or not entry.sound else _working_time(entry)
            )
    return calendars, problems


def _working_time(entry: Entry) -> WorkingTime:
    value = entry.value
    return WorkingTime(
        weekdays=tuple(sorted(map(_WEEKDAYS.index, value["weekdays"]))),
        hours=tuple(map(_span, value["hours"])),
        holidays=frozenset(day for one in value.get("holidays", ()) for day in _holiday(one)),
        worked=frozenset(map(date.fromisoformat, value.get("worked", ()))),
    )


def _span(written: str) -> tuple[int, int]:
    """Seconds since midnight."""
    start, end = (
        3600 * int(hours) + 60 * int(minutes)
        for hours, _, minutes in (one.partition(":") for one in written.split("-"))
    )
    return start, end


def _holiday(one: Mapping[str, str]) -> Iterator[date]:
    first = date.fromisoformat(one["from"])
    last = date.fromisoformat(one.get("to", one["from"]))
    for step in range((last - first).days + 1):
        yield first + timedelta(days=step)


def _hours(entry: Entry) -> Iterator[Problem]:
    before = 0
    for index, written in enumerate(entry.value["hours"]):
        start, end = _span(written)
        if end <= start:
            yield entry.problem(f"the hours {written} end before they begin", "", ("hours", index))
        elif start < before:
            hint = "Hours are in their order and do not overlap."
            yield entry.problem(
                f"the hours {written} begin before those before them end", hint, ("hours", index)
            )
        before = max(before, end)


def _days(entry: Entry) -> Iterator[Problem]:
    """Days that the month does not have, spans that go backwards, and days that are off and worked at once."""
    found: list[tuple[str, tuple[str | int, ...]]] = []
    off: set[date] = set()
    for index, holiday in enumerate(entry.value.get("holidays", ())):
        wrong = [key for key in ("from", "to") if key in holiday and not _is_day(holiday[key])]
        found += [(holiday[key], ("holidays", index, key)) for key in wrong]
        if wrong:
            continue
        first, last = (
            date.fromisoformat(holiday["from"]),
            date.fromisoformat(holiday.get("to", holiday["from"])),
        )
        if not first <= last <= first + _LONGEST:
            hint = f"'to' is the last day off, at most {_LONGEST.days} days later; leave it away for a single day."
            yield entry.problem(f"the holiday from {first} to {last} is none", hint, ("holidays", index))
        else:
            off.update(_holiday(holiday))
    for index, written in enumerate(entry.value.get("worked", ())):
        if not _is_day(written):
            found.append((written, ("worked", index)))
        elif date.fromisoformat(written) in off:
            yield entry.problem(
                f"{written} is a holiday and worked", "Remove one of the two.", ("worked", index)
            )
    for written, at in found:
        yield entry.problem(f"there is no day {written}", "", at)


def _is_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True
