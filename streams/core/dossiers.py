"""Cases folded from their events, as columns. The result does not depend on the order in which the events come.

A dossier here is a case of any kind: a stream's declaration says which of its events are which step of its life.

Every field is decided by a minimum or a maximum over (event time, digest of the event's identity): the attributes come
from the first `received` and the first `settled` event, the due date from the last event that carries one. So most
dossiers are a few numbers: received once, closed once. Of the others (supplements, pauses, a second close, a reopening)
all events that change a dossier's state are kept, and its course is walked whenever it is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np

from streams.core.calendars import Calendars
from streams.core.columns import NULL, Array, Chosen, Codes, Columns, first_of, renumbered
from streams.core.course import MOST_STEPS, STEPS, Course, walk
from streams.core.life import CLOSING, CLOSING_STEPS, NEVER, OUTCOMES, lives
from streams.core.stream import Cases

_RECEIVED = STEPS.index("received")
_STAMPS = {"received": NEVER, "settled": NEVER, "closed": NEVER, "due": NULL}
"""Events that decide, with the instant that any other is before (or, for the due date, after)."""

Attributes = tuple[str | bool | None, ...]
"""Values of the fields of an event that tell dossiers apart."""

_BLANK: dict[str, tuple[str, int]] = {
    "unit": ("<i4", 0),
    "due_at": ("<i8", NULL),
    "outcome": ("<i1", 0),
    "walked": ("<i1", 0),
}
"""Columns that every dossier has besides its stamps, with their types and what stands in them at first. `closed` and
`outcome` are of the first close; they hold unless the dossier is one of those that are `walked`."""

_COURSES = 20_000
"""So many courses are remembered."""

_Trace = tuple[int, int, int]
"""(event time in epoch ms, position in STEPS, tie) of an event that changes a dossier's state."""


class DossierRows(msgspec.Struct, array_like=True):
    """Some dossiers, as they are written to the state's log: each column as bytes, little-endian.

    Attributes are numbered within these rows, so that they mean the same to whoever reads them.
    """

    units: list[str] = []
    names: list[str] = []
    columns: dict[str, bytes] = {}
    fields: dict[str, tuple[str, ...]] = {}
    attributes: dict[str, list[Attributes]] = {}
    traces: dict[int, list[tuple[int, str, int]]] = {}


class Dossiers:
    """All dossiers of one partition. A dossier is known by its row, which never changes.

    `units` gives each unit's code. `cases` says what is what in their events. `fields` are the names of the attributes
    kept of the `received` and of the `settled` event, `numbers` those among their fields that are numbers. `max_age_ms`
    is how old an event may be, by unit: a closed dossier is forgotten when all that is known of it is older.
    """

    def __init__(
        self,
        units: Mapping[str, int],
        calendars: Calendars,
        cases: Cases,
        fields: Mapping[str, tuple[str, ...]],
        numbers: Mapping[str, tuple[str, ...]],
        max_age_ms: Mapping[str, int],
    ) -> None:
        self._units = units
        self._max_age_ms = np.array([max_age_ms[unit] for unit in units], np.int64)
        self._unit_names = list(units)
        self._calendars = calendars
        self._cases = cases
        self._stamps = _STAMPS | dict.fromkeys(cases.instants.values(), NEVER)
        self._fields = fields
        self._numbers = {f"{event}.{name}": name for event, names in numbers.items() for name in names}
        self.attributes: dict[str, Codes[Attributes]] = {
            event: Codes((None,) * len(names)) for event, names in fields.items()
        }
        self._rows: list[dict[str, int]] = [{} for _ in units]
        self._names: list[str] = []
        self._new_units: list[int] = []
        self._traces: dict[int, set[_Trace]] = {}
        self._courses: dict[int, Course] = {}
        self._blank = _BLANK | {event: ("<i8", never) for event, never in self._stamps.items()}
        self._blank |= {f"{event}_tie": ("<u8", 0) for event in self._stamps}
        self._blank |= {f"{event}_code": ("<i4", 0) for event in fields}
        self._blank |= dict.fromkeys(self._numbers, ("<i8", NULL))
        self._columns: dict[str, Array] = {
            name: np.empty(0, dtype) for name, (dtype, _) in self._blank.items()
        }

    def __len__(self) -> int:
        return len(self._names)

    def rows_of(self, units: Array, names: Sequence[str]) -> Array:
        """The rows of dossiers; new ones have their columns after `settle`."""
        rows, known, count = [], self._rows, len(self._names)
        for unit, name in zip(units.tolist(), names, strict=True):
            row = known[unit].setdefault(name, count)
            if row == count:
                self._names.append(name)
                self._new_units.append(unit)
                count += 1
            rows.append(row)
        return np.array(rows, np.int64)

    def settle(self) -> int:
        """Give new rows their columns, blank; returns how many rows there were before."""
        size = len(self._names)
        old = size - len(self._new_units)
        if size > len(self._columns["unit"]):
            room = max(2 * old, size, 1024)
            for name, (dtype, blank) in self._blank.items():
                grown = np.full(room, blank, dtype)
                grown[:old] = self._columns[name][:old]
                self._columns[name] = grown
        self._columns["unit"][old:size] = self._new_units
        self._new_units.clear()
        return old

    def forget(self, rows: Array, arrived_ms: Array) -> None:
        """Blank those of the rows that are forgotten by then: what comes for them now begins another life."""
        self._blank_rows(rows[self._is_past(rows, arrived_ms)])

    def compact(self, now_ms: int) -> None:
        """Give back the memory of forgotten dossiers if they are many; all rows become others."""
        every = np.arange(len(self))
        past = self._is_past(every, np.full(len(self), now_ms))
        if np.count_nonzero(past) * 4 < len(self):
            return
        kept = every[~past]
        names, traces = [self._names[row] for row in kept.tolist()], self._traces
        self._columns = {name: column[kept] for name, column in self._columns.items()}
        self._names = names
        self._rows = [{} for _ in self._units]
        for row, (unit, name) in enumerate(zip(self._columns["unit"].tolist(), names, strict=True)):
            self._rows[unit][name] = row
        self._courses.clear()
        self._traces = {row: traces[old] for row, old in enumerate(kept.tolist()) if old in traces}

    def _is_past(self, rows: Array, now_ms: Array) -> Array:
        columns = self._columns
        newest = np.maximum.reduce(
            [np.where(columns[event][rows] == NEVER, NULL, columns[event][rows]) for event in self._stamps]
        )
        limit = now_ms - self._max_age_ms[columns["unit"][rows]]
        past: Array = (columns["closed"][rows] != NEVER) & (newest < limit)
        for at in np.flatnonzero(past & (columns["walked"][rows] != 0)).tolist():
            row = int(rows[at])
            past[at] = self._course(row).closed_at is not None and max(self._traces[row])[0] < limit[at]
        return past

    def _blank_rows(self, rows: Array) -> None:
        for name, (_, blank) in self._blank.items():
            if name != "unit":
                self._columns[name][rows] = blank
        for row in rows.tolist():
            self._traces.pop(row, None)
            self._courses.pop(row, None)

    def fold(self, kind: str, events: Columns) -> None:
        """Take in events of one kind (row, at, tie and what it carries); taking them in again changes nothing."""
        rows, at, tie = events["row"], events["at"], events["tie"]
        step, instant = self._cases.steps.get(kind), self._cases.instants.get(kind)
        if step:
            self._trace(step, rows, at, tie)
        if step in self.attributes:
            first = self._keep_first(step, rows, at, tie)
            for column, carried in {f"{step}_code": "code", **self._numbers}.items():
                if column.startswith(step):
                    self._columns[column][rows[first]] = events[carried][first]
        if step in CLOSING:
            first = self._keep_first("closed", rows, at, tie)
            self._columns["outcome"][rows[first]] = OUTCOMES.index(step)
        if instant:
            self._keep_first(instant, rows, at, tie)
        if "due_at" in events:
            stating = np.flatnonzero(events["due_at"] != NULL)
            self._keep_last_due(rows[stating], at[stating], tie[stating], events["due_at"][stating])

    def _trace(self, event: str, rows: Array, at: Array, tie: Array) -> None:
        """Keep the events of which a dossier has more than one receipt and one close; to be done before those are."""
        step = STEPS.index(event)
        kept = "received" if step == _RECEIVED else "closed" if step in CLOSING_STEPS else None
        if kept:
            known, known_tie = self._columns[kept][rows], self._columns[f"{kept}_tie"][rows]
            another = (known != NEVER) & ((known != at) | (known_tie != tie))
            traced = np.flatnonzero(another | (self._columns["walked"][rows] != 0) | _repeated(rows))
            rows, at, tie = rows[traced], at[traced], tie[traced]
        for row, *stamp in zip(rows.tolist(), at.tolist(), tie.tolist(), strict=True):
            if row not in self._traces:
                self._traces[row] = self._begun(row)
                self._columns["walked"][row] = 1
            self._courses.pop(row, None)
            trace = self._traces[row]
            trace.add((stamp[0], step, stamp[1]))
            if len(trace) > MOST_STEPS:
                trace.remove(max(trace))

    def _begun(self, row: int) -> set[_Trace]:
        """The trace of a dossier that was received and closed at most once."""
        columns = self._columns
        steps = {"received": _RECEIVED, "closed": CLOSING_STEPS[columns["outcome"][row] - 1]}
        return {
            (int(columns[event][row]), step, int(columns[f"{event}_tie"][row]))
            for event, step in steps.items()
            if columns[event][row] != NEVER
        }

    def _keep_first(self, event: str, rows: Array, at: Array, tie: Array) -> Array:
        """Keep the stamps that come before those known; returns their positions."""
        first = first_of(rows, at, tie)
        known, known_tie = self._columns[event], self._columns[f"{event}_tie"]
        row, new, new_tie = rows[first], at[first], tie[first]
        better = (new < known[row]) | ((new == known[row]) & (new_tie < known_tie[row]))
        known[row[better]], known_tie[row[better]] = new[better], new_tie[better]
        kept: Array = first[better]
        return kept

    def _keep_last_due(self, rows: Array, at: Array, tie: Array, due_at: Array) -> None:
        last = first_of(rows, -at, ~tie)
        known, known_tie = self._columns["due"], self._columns["due_tie"]
        row, new, new_tie = rows[last], at[last], tie[last]
        better = (new > known[row]) | ((new == known[row]) & (new_tie > known_tie[row]))
        known[row[better]], known_tie[row[better]] = new[better], new_tie[better]
        self._columns["due_at"][row[better]] = due_at[last[better]]

    def life(self, rows: Array) -> dict[str, Array]:
        """What indicators look at of some dossiers: unit, codes of the attributes, numbers, and what `lives` gives."""
        kept = Chosen(self._columns, rows)
        at_walked = np.flatnonzero(kept["walked"])
        courses = map(self._course, rows[at_walked].tolist())
        walked = dict(zip(at_walked.tolist(), courses, strict=True))
        return {
            "unit": kept["unit"],
            **{f"{event}_code": kept[f"{event}_code"] for event in self._fields},
            **{name: kept[column] for column, name in self._numbers.items()},
            **lives(kept, walked, self._calendars, self._cases),
            **{
                name: np.where(kept[name] == NEVER, NULL, kept[name])
                for name in self._cases.instants.values()
            },
        }

    def _course(self, row: int) -> Course:
        """The course of a dossier that is walked; it is looked at before and after each change."""
        course = self._courses.get(row)
        if course is None:
            if len(self._courses) >= _COURSES:
                self._courses.clear()
            course = self._courses[row] = walk((at_ms, step) for at_ms, step, _ in self._traces[row])
        return course

    def rows(self, rows: Array) -> DossierRows:
        """These dossiers, to be written to the log."""
        columns = {name: column[rows] for name, column in self._columns.items()}
        units, columns["unit"] = renumbered(columns["unit"])
        attributes = {}
        for event, codes in self.attributes.items():
            used, columns[f"{event}_code"] = renumbered(columns[f"{event}_code"])
            attributes[event] = [codes.known[code] for code in used]
        numbers = rows.tolist()
        return DossierRows(
            [self._unit_names[unit] for unit in units],
            [self._names[row] for row in numbers],
            {name: column.tobytes() for name, column in columns.items()},
            dict(self._fields),
            attributes,
            {
                at: [(ms, STEPS[step], tie) for ms, step, tie in sorted(self._traces[row])]
                for at, row in enumerate(numbers)
                if row in self._traces
            },
        )

    def restore(self, written: DossierRows) -> None:
        """Overlay dossiers read from the log; those of a unit that is no longer configured are passed over."""
        if not written.names:
            return
        columns = {
            name: np.frombuffer(data, self._blank[name][0])
            for name, data in written.columns.items()
            if name in self._blank
        }
        units = [self._units.get(unit, -1) for unit in written.units]
        unit_of = np.array(units)[columns.pop("unit")]
        there = np.flatnonzero(unit_of >= 0)
        rows = self.rows_of(unit_of[there], [written.names[at] for at in there.tolist()])
        self.settle()
        for event, codes in self.attributes.items():
            known = [
                codes[_arranged(written.fields[event], values, self._fields[event])]
                for values in written.attributes[event]
            ]
            columns[f"{event}_code"] = np.array(known)[columns[f"{event}_code"]]
        for name, column in columns.items():
            self._columns[name][rows] = column[there]
        row_at = dict(zip(there.tolist(), rows.tolist(), strict=True))
        for at, trace in written.traces.items():
            if at in row_at:
                self._courses.pop(row_at[at], None)
                self._traces[row_at[at]] = {(ms, STEPS.index(event), tie) for ms, event, tie in trace}

    def all(self, chunk: int) -> Iterator[DossierRows]:
        """All dossiers, so many at a time."""
        for at in range(0, len(self), chunk):
            yield self.rows(np.arange(at, min(at + chunk, len(self))))


def _repeated(rows: Array) -> Array:
    """Which rows occur more than once."""
    distinct, places, counts = np.unique(rows, return_inverse=True, return_counts=True)
    repeated: Array = counts[places] > 1 if len(distinct) < len(rows) else np.zeros(len(rows), bool)
    return repeated


def _arranged(names: Sequence[str], values: Attributes, wanted: Sequence[str]) -> Attributes:
    """Values of these names in the order of others; what an older configuration did not keep is null."""
    if names == wanted:
        return values
    known = dict(zip(names, values, strict=True))
    return tuple(known.get(name) for name in wanted)
