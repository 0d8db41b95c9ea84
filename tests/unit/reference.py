"""A plain, slow, obviously right computation of what the stream must arrive at: the model of the property tests.

It looks at all events at once, sorted, and knows nothing of buckets, batches, retractions or state.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from ddsketch.mapping import LogarithmicMapping

from streams.core.seen import digests
from tests.unit.reference_course import counts, course, due_within, overdue_from

DayKey = tuple[str, str, str, date]
"""(indicator, unit, dims, local day)"""


@dataclass(frozen=True)
class FakeEvent:
    """What compute reads of a decoded event."""

    kind: str
    id: str
    subject: str
    time: datetime
    fields: dict[str, Any] = field(hash=False)
    source: str = "test"

    @property
    def stream(self) -> str:
        return self.kind.split(".")[0]

    @property
    def data(self) -> SimpleNamespace:
        return SimpleNamespace(**self.fields)


def identity(event: FakeEvent) -> bytes:
    """What orders events of the same instant."""
    (one,) = digests(event.kind, [event.subject], [event.source], [event.id])
    return one


def dossiers(events: Iterable[FakeEvent]) -> list[tuple[str, dict[str, Any]]]:
    """(unit, columns) of every dossier."""
    by_dossier: defaultdict[tuple[str, str], list[FakeEvent]] = defaultdict(list)
    for event in events:
        if event.stream == "filings":
            by_dossier[event.subject, event.fields["dossier"]].append(event)
    result = []
    for (unit, _), history in by_dossier.items():
        history.sort(key=lambda event: (event.time, identity(event)))
        received = next((e for e in history if e.kind == "filings.received"), None)
        settled = next((e for e in history if e.kind == "filings.settled"), None)
        due = [e for e in history if e.fields.get("due_at")]
        row = {
            "channel": received.fields.get("channel") if received else None,
            "received_at": received.time if received else None,
            "settled_at": settled.time if settled else None,
            "due_at": due[-1].fields["due_at"] if due else None,
            **course(history),
        }
        row |= overdue_from(row, due[-1].time if due else None)
        result.append((unit, row))
    return result


def bin_of(value: int) -> str:
    """The lowest number that the library's sketch cannot tell from this one."""
    key = LogarithmicMapping(0.02).key
    return f"bin={bisect_left(range(value + 1), key(value), lo=1, key=key) if value > 0 else 0}"


def day_sums(
    events: list[FakeEvent], arrived: list[datetime], zone: ZoneInfo, above: dict[str, list[str]]
) -> dict[DayKey, tuple[int, int]]:
    """Day buckets of the indicators that tests/unit/test_compute_model.py defines; zero sums left out."""
    sums: defaultdict[DayKey, list[int]] = defaultdict(lambda: [0, 0])

    def add(indicator: str, unit: str, dims: str, at: datetime, numerator: int, denominator: int) -> None:
        for code in above[unit]:
            sums[indicator, code, dims, at.astimezone(zone).date()][0] += numerator
            sums[indicator, code, dims, at.astimezone(zone).date()][1] += denominator

    distinct = list({(event.source, event.id): event for event in reversed(events)}.values())
    for unit, row in dossiers(distinct):
        dims = f"channel={row['channel']}" if row["channel"] else ""
        if row["received_at"]:
            add("online", unit, dims, row["received_at"], int(row["channel"] == "online"), 1)
        if row["settled_at"] and row["received_at"]:
            elapsed = row["settled_at"] - row["received_at"]
            elapsed_ms = elapsed // timedelta(milliseconds=1)
            add("elapsed", unit, "", row["settled_at"], elapsed_ms, 1)
            add("elapsed_bins", unit, f"{dims},{bin_of(elapsed_ms)}", row["settled_at"], 1, 0)
            for begin, end in row["suspensions"]:
                elapsed -= max(min(end or row["settled_at"], row["settled_at"]) - begin, timedelta())
            add("processing", unit, "", row["settled_at"], elapsed // timedelta(milliseconds=1), 1)
        if row["settled_at"] and row["overdue_from"]:
            add("on_time", unit, "", row["settled_at"], int(row["settled_at"] < row["overdue_from"]), 1)
        if row["first_supplement_at"]:
            add("asked", unit, "", row["first_supplement_at"], row["supplements"], 0)
        if row["irregular_at"]:
            add("irregular", unit, f"irregularity={row['irregularity']}", row["irregular_at"], 1, 0)
    for event in distinct:
        if event.kind == "payments.paid":
            add("amount", event.subject, "", event.time, event.fields["amount"], 0)
            add("amount_bins", event.subject, bin_of(event.fields["amount"]), event.time, 1, 0)
    first = {
        (event.source, event.id): at for event, at in zip(reversed(events), reversed(arrived), strict=True)
    }
    for event in distinct:
        at = first[event.source, event.id]
        delay = at - event.time
        if delay > timedelta(minutes=15):
            add("late", event.subject, f"type={event.kind}", at, delay // timedelta(milliseconds=1), 1)
    return {key: (n, d) for key, (n, d) in sums.items() if n or d}


def stocks_at(
    events: list[FakeEvent], unit: str, day: date, zone: ZoneInfo, above: dict[str, list[str]]
) -> dict[str, int]:
    """Dossiers overdue, and due within some working days, at the first instant of a local day."""
    distinct = list({(event.source, event.id): event for event in reversed(events)}.values())
    now = datetime(day.year, day.month, day.day, tzinfo=zone)
    rows = [row for code, row in dossiers(distinct) if unit in above[code]]
    return {
        "overdue": sum(counts(now, row["overdue_from"], row["closed_at"]) for row in rows),
        **{f"due_{days}": sum(due_within(row, days, day) for row in rows) for days in (1, 3)},
    }
