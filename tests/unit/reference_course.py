"""The course of a dossier and its deadline, told plainly and slowly: the other half of the property tests' model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo


class Told(Protocol):
    """What is looked at of an event."""

    @property
    def kind(self) -> str: ...

    @property
    def time(self) -> datetime: ...


ORDER = ["received", "reopened", "supplement_asked", "paused", "supplement_given", "resumed"]
ORDER += ["refused", "withdrawn", "settled"]


def course(history: Sequence[Told], steps: Mapping[str, str]) -> dict[str, Any]:
    """What happens to a dossier, one event after the other; `steps` says which kind of event is which step."""
    known = is_open = waiting = paused = False
    asked: list[datetime] = []
    suspensions: list[list[datetime | None]] = []
    closed_at = irregular_at = irregularity = None
    told = [event for event in history if event.kind in steps]
    for event in sorted(told, key=lambda event: (event.time, ORDER.index(steps[event.kind]))):
        what, was_suspended = steps[event.kind], waiting or paused
        fits = known != (what == "received") and {
            "received": True,
            "reopened": not is_open,
            "supplement_asked": is_open and not waiting,
            "supplement_given": waiting,
            "paused": is_open and not paused,
            "resumed": paused,
        }.get(what, is_open)
        if not known:
            known = is_open = True
        if not fits and not irregular_at:
            irregular_at, irregularity = event.time, what
        if what == "reopened" and not is_open:
            is_open, closed_at = True, None
        elif what == "supplement_asked" and is_open and not waiting:
            waiting = True
            asked.append(event.time)
        elif what == "supplement_given":
            waiting = False
        elif what == "paused" and is_open:
            paused = True
        elif what == "resumed":
            paused = False
        elif what in ("refused", "withdrawn", "settled") and is_open:
            is_open, closed_at = False, event.time
            waiting = paused = False
        if (waiting or paused) and not was_suspended:
            suspensions.append([event.time, None])
        elif was_suspended and not (waiting or paused):
            suspensions[-1][1] = event.time
    return {
        "closed_at": closed_at,
        "first_supplement_at": asked[0] if asked else None,
        "second_supplement_at": asked[1] if len(asked) > 1 else None,
        "suspensions": suspensions,
        "supplements": len(asked),
        "irregular_at": irregular_at,
        "irregularity": irregularity,
    }


def overdue_from(
    row: dict[str, Any], stated_at: datetime | None, *, asked_twice_is_late: bool = True
) -> dict[str, datetime | None]:
    """The midnight by which it must be settled, and from when it is late: by then, or since it was asked again."""
    deadline: datetime | None = None
    if row["due_at"] and stated_at:
        added = timedelta()
        deadline = midnight_after(row["due_at"])
        for begin, end in row["suspensions"]:
            if begin > stated_at and deadline and begin < deadline:
                if end is None:
                    deadline = None
                else:
                    added += working_time(begin, end)
                    deadline = max(midnight_after(row["due_at"]), midnight_after(later(row["due_at"], added)))
    asked_again = row["second_supplement_at"] if asked_twice_is_late else None
    late = [at for at in (deadline, asked_again) if at]
    return {"deadline": deadline, "overdue_from": min(late, default=None)}


ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HOURS = ((7.5, 11.5), (13.5, 17))
HOLIDAYS = {date(2024, 2, 29), date(2024, 4, 29), date(2024, 4, 30), date(2024, 5, 1)}
WORKED = {date(2024, 3, 2)}


def is_worked(day: date) -> bool:
    return day in WORKED or (day.weekday() < 5 and day not in HOLIDAYS)


def sessions(day: date) -> list[tuple[datetime, datetime]]:
    """When is worked on a day."""
    start = datetime(day.year, day.month, day.day, tzinfo=ZONE)
    return (
        [(start + timedelta(hours=a), start + timedelta(hours=b)) for a, b in HOURS] if is_worked(day) else []
    )


def days_from(at: datetime) -> Iterator[date]:
    day = at.astimezone(ZONE).date()
    while True:
        yield day
        day += timedelta(days=1)


def working_time(begin: datetime, end: datetime) -> timedelta:
    """How much of a span is worked."""
    worked = timedelta()
    for day in days_from(begin):
        if day > end.astimezone(ZONE).date():
            return worked
        for start, stop in sessions(day):
            worked += max(min(stop, end) - max(start, begin), timedelta())
    raise AssertionError


def later(at: datetime, worked: timedelta) -> datetime:
    """The instant by which so much has been worked since another."""
    if not worked:
        return at
    for day in days_from(at):
        for start, stop in sessions(day):
            part = max(stop - max(start, at), timedelta())
            if worked <= part:
                return max(start, at) + worked
            worked -= part
    raise AssertionError


def midnight_after(at: datetime) -> datetime:
    day = at.astimezone(ZONE).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


def due_within(row: dict[str, Any], days: int, today: date) -> bool:
    """Whether an open dossier, received and not yet overdue, has so few working days left when a day begins."""
    now = datetime(today.year, today.month, today.day, tzinfo=ZONE)
    if row["deadline"] is None or (row["received_at"] and now < row["received_at"]):
        return False
    last = row["deadline"].astimezone(ZONE).date()
    left, day = 0, today + timedelta(days=1)
    while day < last:
        left += is_worked(day)
        day += timedelta(days=1)
    return left <= days and counts(now, now, row["overdue_from"], row["closed_at"])


def counts(now: datetime, begin: datetime | None, *ends: datetime | None) -> bool:
    """Whether what began has not ended; what ends when it begins never was."""
    end = min((one for one in ends if one), default=None)
    return begin is not None and begin <= now and (end is None or (end > now and end > begin))
