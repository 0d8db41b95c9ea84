"""A plain, slow, obviously right computation of what the stream must arrive at: the model of the property tests.

It looks at all events at once, sorted, and knows nothing of buckets, batches, retractions or state.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from ddsketch.mapping import LogarithmicMapping

from streams.core.seen import digests
from streams.core.stream import Cases
from tests.fixtures.streams import DOSSIERS, ERRANDS
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


def cases(events: Iterable[FakeEvent], told: Cases) -> list[tuple[str, dict[str, Any]]]:
    """(unit, columns) of every case of a stream."""
    by_dossier: defaultdict[tuple[str, str], list[FakeEvent]] = defaultdict(list)
    for event in events:
        if event.stream == told.stream:
            by_dossier[event.subject, event.fields[told.field]].append(event)
    result = []
    for (unit, _), history in by_dossier.items():
        history.sort(key=lambda event: (event.time, identity(event)))
        received, settled, begun = (
            next((e for e in history if e.kind == kind), None)
            for kind in (told.kind_of("received"), told.kind_of("settled"), "errands.begun")
        )
        due = [e for e in history if e.fields.get("due_at")]
        row = {
            "channel": received.fields.get("channel") if received else None,
            "received_at": received.time if received else None,
            "settled_at": settled.time if settled else None,
            "due_at": due[-1].fields["due_at"] if due else None,
            "begun_at": begun.time if begun else None,
            **course(history, told.steps),
        }
        stated_at = due[-1].time if due else None
        row |= overdue_from(row, stated_at, asked_twice_is_late=told.second_supplement_is_late)
        result.append((unit, row))
    return result


def told_cases(events: Iterable[FakeEvent]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(prefix of its indicators' names, unit, columns) of every case of every stream."""
    told = list(events)
    for prefix, one in (("", DOSSIERS), ("errands_", ERRANDS)):
        yield from ((prefix, unit, row) for unit, row in cases(told, one))


def bin_of(value: int) -> str:
    """The lowest number that the library's sketch cannot tell from this one."""
    key = LogarithmicMapping(0.02).key
    return f"bin={bisect_left(range(value + 1), key(value), lo=1, key=key) if value > 0 else 0}"


def day_sums(
    events: list[FakeEvent], arrived: list[datetime], zone: ZoneInfo, above: dict[str, list[str]]
) -> dict[DayKey, tuple[int, int]]:
    """Day buckets of the indicators that tests/unit/test_compute_model.py defines; zero sums left out."""
    sums: defaultdict[DayKey, list[int]] = defaultdict(lambda: [0, 0])

    def add(
        told: str, indicator: str, unit: str, dims: str, at: datetime, numerator: int, denominator: int
    ) -> None:
        for code in above[unit]:
            sums[told + indicator, code, dims, at.astimezone(zone).date()][0] += numerator
            sums[told + indicator, code, dims, at.astimezone(zone).date()][1] += denominator

    distinct = list({(event.source, event.id): event for event in reversed(events)}.values())
    for told, unit, row in told_cases(distinct):
        mine = partial(add, told)
        dims = f"channel={row['channel']}" if row["channel"] else ""
        if row["received_at"]:
            mine("online", unit, dims, row["received_at"], int(row["channel"] == "online"), 1)
        if row["settled_at"] and row["received_at"]:
            elapsed = row["settled_at"] - row["received_at"]
            elapsed_ms = elapsed // timedelta(milliseconds=1)
            mine("elapsed", unit, "", row["settled_at"], elapsed_ms, 1)
            mine("elapsed_bins", unit, f"{dims},{bin_of(elapsed_ms)}", row["settled_at"], 1, 0)
            for begin, end in row["suspensions"]:
                elapsed -= max(min(end or row["settled_at"], row["settled_at"]) - begin, timedelta())
            mine("processing", unit, "", row["settled_at"], elapsed // timedelta(milliseconds=1), 1)
        if row["settled_at"] and row["overdue_from"]:
            mine("on_time", unit, "", row["settled_at"], int(row["settled_at"] < row["overdue_from"]), 1)
            late_by = max(row["settled_at"] - row["overdue_from"], timedelta()) // timedelta(milliseconds=1)
            mine("late_by", unit, "", row["settled_at"], late_by, 0)
        if row["first_supplement_at"]:
            mine("asked", unit, "", row["first_supplement_at"], row["supplements"], 0)
        if row["irregular_at"]:
            mine("irregular", unit, f"irregularity={row['irregularity']}", row["irregular_at"], 1, 0)
    for event in distinct:
        if event.kind == "payments.paid":
            add("", "amount", event.subject, "", event.time, event.fields["amount"], 0)
            without_cash = event.fields["amount"] if event.fields["cash"] is False else 0
            add("", "without_cash", event.subject, "", event.time, without_cash, event.fields["amount"])
            add("", "amount_bins", event.subject, bin_of(event.fields["amount"]), event.time, 1, 0)
    first = {
        (event.source, event.id): at for event, at in zip(reversed(events), reversed(arrived), strict=True)
    }
    for event in distinct:
        at = first[event.source, event.id]
        delay = at - event.time
        if delay > timedelta(minutes=15):
            add("", "late", event.subject, f"type={event.kind}", at, delay // timedelta(milliseconds=1), 1)
    return {key: (n, d) for key, (n, d) in sums.items() if n or d}


def stocks_at(
    events: list[FakeEvent], unit: str, day: date, zone: ZoneInfo, above: dict[str, list[str]]
) -> dict[str, int]:
    """Cases in a state at the first instant of a local day, overdue and so on; and all that was paid until then."""
    distinct = list({(event.source, event.id): event for event in reversed(events)}.values())
    now = datetime(day.year, day.month, day.day, tzinfo=zone)
    stocks: Counter[str] = Counter()
    for told, code, row in told_cases(distinct):
        if unit in above[code]:
            stocks[f"{told}overdue"] += counts(now, row["overdue_from"], row["closed_at"])
            stocks[f"{told}not_begun"] += counts(now, row["received_at"], row["begun_at"], row["closed_at"])
            stocks[f"{told}begun"] += counts(now, row["begun_at"], row["closed_at"])
            stocks[f"{told}done"] += counts(now, row["settled_at"])
            for days in (1, 3):
                stocks[f"{told}due_{days}"] += due_within(row, days, day)
    for event in distinct:
        if event.kind == "payments.paid" and unit in above[event.subject] and event.time <= now:
            stocks["balance"] += event.fields["amount"]
    return stocks
