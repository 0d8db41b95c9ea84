"""Dossiers folded from their events, as columns. The result does not depend on the order in which the events come.

Every field is decided by a minimum or a maximum over (event time, digest of the event's identity): the attributes come
from the first `received` and the first `settled` event, the due date from the last event that carries one, the close
from the first event that closes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np

from streams.core.calendar import Calendars
from streams.core.columns import NULL, Array, Codes, Columns, first_of, renumbered

CLOSING = {"filings.settled": "settled", "filings.refused": "refused", "filings.withdrawn": "withdrawn"}
"""What closes a dossier, and the outcome it gives."""

FOLDED = ("received", "supplement_asked", "settled", "refused", "withdrawn")
"""Events that change a dossier, besides any that states a due date."""

LIFE_COLUMNS = {
    "received_at": "timestamp",
    "due_at": "timestamp",
    "overdue_from": "timestamp",
    "settled_at": "timestamp",
    "closed_at": "timestamp",
    "outcome": "string",
    "on_time": "boolean",
    "elapsed_ms": "integer",
    "supplements": "integer",
}
"""Columns that every dossier has, with their types; besides them the fields of its received and settled events."""

OUTCOMES = (None, *CLOSING.values())
"""What the codes of `outcome` say."""

_NEVER = 2**63 - 1
_STAMPS = {"received": _NEVER, "settled": _NEVER, "closed": _NEVER, "due": NULL}
"""Events that decide, with the instant that any other is before (or, for the due date, after)."""

Stamp = tuple[int, int]
"""(event time in epoch ms, tie): orders the events of a dossier."""

Attributes = tuple[str | bool | None, ...]
"""Values of the fields of an event that tell dossiers apart."""

_BLANK: dict[str, tuple[str, int]] = {
    "unit": ("<i4", 0),
    **{event: ("<i8", never) for event, never in _STAMPS.items()},
    **{f"{event}_tie": ("<u8", 0) for event in _STAMPS},
    "due_at": ("<i8", NULL),
    "outcome": ("<i1", 0),
    "supplements": ("<i4", 0),
}
"""The columns that every dossier has, with their types and what stands in them at first."""


class DossierRows(msgspec.Struct, array_like=True):
    """Some dossiers, as they are written to the state's log: each column as bytes, little-endian.

    Attributes are numbered within these rows, so that they mean the same to whoever reads them.
    """

    units: list[str] = []
    names: list[str] = []
    columns: dict[str, bytes] = {}
    fields: dict[str, tuple[str, ...]] = {}
    attributes: dict[str, list[Attributes]] = {}
    supplements: dict[int, list[Stamp]] = {}


class Dossiers:
    """All dossiers of one partition. A dossier is known by its row, which never changes.

    `units` gives each unit's code. `fields` are the names of the attributes kept
    of the `received` and of the `settled` event, `numbers` those among their fields that are numbers. `max_age_ms` is
    how old an event may be, by unit: a closed dossier is forgotten when all that is known of it is older.
    """

    def __init__(
        self,
        units: Mapping[str, int],
        calendars: Calendars,
        fields: Mapping[str, tuple[str, ...]],
        numbers: Mapping[str, tuple[str, ...]],
        max_age_ms: Mapping[str, int],
    ) -> None:
        self._units = units
        self._max_age_ms = np.array([max_age_ms[unit] for unit in units], np.int64)
        self._unit_names = list(units)
        self._calendars = calendars
        self._fields = fields
        self._numbers = {f"{event}.{name}": name for event, names in numbers.items() for name in names}
        self.attributes: dict[str, Codes[Attributes]] = {
            event: Codes((None,) * len(names)) for event, names in fields.items()
        }
        self._rows: list[dict[str, int]] = [{} for _ in units]
        self._names: list[str] = []
        self._new_units: list[int] = []
        self._stamps: dict[int, set[Stamp]] = {}
        self._blank = _BLANK | {f"{event}_code": ("<i4", 0) for event in fields}
        self._blank |= dict.fromkeys(self._numbers, ("<i8", NULL))
        self._columns: dict[str, Array] = {
            name: np.empty(0, dtype) for name, (dtype, _) in self._blank.items()
        }

    def __len__(self) -> int:
        return len(self._names)

    def row(self, unit: int, name: str) -> int:
        """The row of a dossier; a new one has its columns after `settle`."""
        rows = self._rows[unit]
        row = rows.get(name)
        if row is None:
            row = rows[name] = len(self._names)
            self._names.append(name)
            self._new_units.append(unit)
        return row

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
        names, stamps = [self._names[row] for row in kept.tolist()], self._stamps
        self._columns = {name: column[kept] for name, column in self._columns.items()}
        self._names = names
        self._rows = [{} for _ in self._units]
        for row, (unit, name) in enumerate(zip(self._columns["unit"].tolist(), names, strict=True)):
            self._rows[unit][name] = row
        self._stamps = {row: stamps[old] for row, old in enumerate(kept.tolist()) if old in stamps}

    def _is_past(self, rows: Array, now_ms: Array) -> Array:
        columns = self._columns
        newest = np.maximum.reduce(
            [np.where(columns[event][rows] == _NEVER, NULL, columns[event][rows]) for event in _STAMPS]
        )
        limit = now_ms - self._max_age_ms[columns["unit"][rows]]
        past: Array = (columns["closed"][rows] != _NEVER) & (newest < limit)
        return past

    def _blank_rows(self, rows: Array) -> None:
        for name, (_, blank) in self._blank.items():
            if name != "unit":
                self._columns[name][rows] = blank
        for row in rows.tolist():
            self._stamps.pop(row, None)

    def fold(self, kind: str, events: Columns) -> None:
        """Take in events of one kind (row, at, tie and what it carries); taking them in again changes nothing."""
        rows, at, tie = events["row"], events["at"], events["tie"]
        event = kind.removeprefix("filings.")
        if event in self.attributes:
            first = self._keep_first(event, rows, at, tie)
            for column, carried in {f"{event}_code": "code", **self._numbers}.items():
                if column.startswith(event):
                    self._columns[column][rows[first]] = events[carried][first]
        if kind in CLOSING:
            first = self._keep_first("closed", rows, at, tie)
            self._columns["outcome"][rows[first]] = OUTCOMES.index(CLOSING[kind])
        if "due_at" in events:
            stating = np.flatnonzero(events["due_at"] != NULL)
            self._keep_last_due(rows[stating], at[stating], tie[stating], events["due_at"][stating])
        if kind == "filings.supplement_asked":
            for row, *stamp in zip(rows.tolist(), at.tolist(), tie.tolist(), strict=True):
                stamps = self._stamps.setdefault(row, set())
                stamps.add((stamp[0], stamp[1]))
                self._columns["supplements"][row] = len(stamps)

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
        """The columns that indicators look at, for some rows: unit, LIFE_COLUMNS, codes of the attributes, numbers.

        Instants are epoch ms and null where it has not happened. On time and overdue are by local date: due today is on
        time until midnight. `outcome` is a position in OUTCOMES, `on_time` 1, 0 or -1 for null.
        """
        kept = {name: column[rows] for name, column in self._columns.items()}
        received_at, settled_at, closed_at = (
            np.where(kept[event] == _NEVER, NULL, kept[event]) for event in ("received", "settled", "closed")
        )
        due_at = kept["due_at"]
        overdue_from = self._overdue_from(due_at, kept["unit"])
        judged = (settled_at != NULL) & (due_at != NULL)
        timed = (settled_at != NULL) & (received_at != NULL)
        return {
            "unit": kept["unit"],
            "received_at": received_at,
            "due_at": due_at,
            "overdue_from": overdue_from,
            "settled_at": settled_at,
            "closed_at": closed_at,
            "outcome": kept["outcome"],
            "on_time": np.where(judged, settled_at < overdue_from, -1),
            "elapsed_ms": np.where(timed, settled_at - received_at, NULL),
            "supplements": kept["supplements"],
            **{f"{event}_code": kept[f"{event}_code"] for event in self._fields},
            **{name: kept[column] for column, name in self._numbers.items()},
        }

    def _overdue_from(self, due_at: Array, unit: Array) -> Array:
        overdue = np.full(len(due_at), NULL)
        due = np.flatnonzero(due_at != NULL)
        overdue[due] = self._calendars.next_day_starts(unit[due], due_at[due]) * 1000
        return overdue

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
            {at: sorted(self._stamps[row]) for at, row in enumerate(numbers) if row in self._stamps},
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
        rows = np.array(
            [
                self.row(unit, written.names[at])
                for at, unit in zip(there.tolist(), unit_of[there].tolist(), strict=True)
            ],
            np.int64,
        )
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
        for at, stamps in written.supplements.items():
            if at in row_at:
                self._stamps[row_at[at]] = set(stamps)

    def all(self, chunk: int) -> Iterator[DossierRows]:
        """All dossiers, so many at a time."""
        for at in range(0, len(self), chunk):
            yield self.rows(np.arange(at, min(at + chunk, len(self))))


def _arranged(names: Sequence[str], values: Attributes, wanted: Sequence[str]) -> Attributes:
    """Values of these names in the order of others; what an older configuration did not keep is null."""
    if names == wanted:
        return values
    known = dict(zip(names, values, strict=True))
    return tuple(known.get(name) for name in wanted)
