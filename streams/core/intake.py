"""What a group's events bring, gathered as columns: one intake for each kind of event.

Whatever is done for each event is done here, and by columns too; the rest is done for whole groups.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any

import numpy as np

from streams.core.arrivals import Arrivals
from streams.core.calendar import epoch_ms_column
from streams.core.columns import NULL, Array, Codes, Columns
from streams.core.definitions import LATE_MS, EventFields, EventPlan, Picked
from streams.core.dossiers import Dossiers

_MOST_CODES = 50_000


class New:
    """Events that came for the first time: their units' codes as numbers, and the digests of their identities."""

    def __init__(self, came: Arrivals, units: Array, identities: Sequence[bytes]) -> None:
        self.came = came
        self.units = units
        self._identities = identities

    def __len__(self) -> int:
        return len(self.came.events)

    def chosen(self, rows: Sequence[int]) -> New:
        """Some of them."""
        return New(self.came.chosen(rows), self.units[rows], [self._identities[row] for row in rows])

    @cached_property
    def data(self) -> list[Any]:
        """Their data."""
        return [event.data for event in self.came.events]

    @cached_property
    def ties(self) -> Array:
        """What orders events of the same instant: the first half of each digest, as a number."""
        return np.frombuffer(b"".join(self._identities), ">u8")[::2].astype("u8")

    def numbers(self, picked: Picked) -> Columns:
        """The columns of numbers that are picked."""
        return {
            name: self.instants(name) if name in picked.instants else self._integers(name)
            for name in picked.numbers
        }

    def instants(self, name: str) -> Array:
        """A field of the data that is an instant, as epoch ms."""
        return epoch_ms_column([getattr(data, name) for data in self.data])

    def _integers(self, name: str) -> Array:
        values = [getattr(data, name) for data in self.data]
        if None in values:
            values = [NULL if value is None else value for value in values]
        return np.array(values, np.int64)

    def codes(self, picked: Picked, known: Codes[Any]) -> Array:
        """A column of codes: of the combination of the values that are picked and are no numbers."""
        if picked.category is None:
            return np.zeros(len(self.data), np.int64)
        return np.array([known[values] for values in map(picked.category, self.data)], np.int64)


Take = Callable[[New], None]
"""Gathers new events of a kind."""


class _Gathered:
    """Columns that come in pieces."""

    def __init__(self) -> None:
        self._pieces: list[Columns] = []

    def add(self, piece: Columns) -> None:
        """Another piece, of at least one row."""
        self._pieces.append(piece)

    def __len__(self) -> int:
        return len(self._pieces)

    def drain(self) -> Columns:
        """All since the last call; there is at least one piece."""
        pieces, self._pieces = self._pieces, []
        return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


class CountedEvents:
    """Events of one kind on their way to the sums."""

    def __init__(self, plan: EventPlan) -> None:
        self._plan = plan
        self.kind = plan.kind
        self._gathered = _Gathered()
        self._codes: Codes[Any] = Codes(())
        self.tallies = plan.tallies(self._codes)

    def take(self, new: New) -> None:
        """Gather events."""
        if self._plan.only_late:
            late = np.flatnonzero(new.came.arrived_ms - new.came.time_ms > LATE_MS)
            if len(late) < len(new):
                new = new.chosen(late.tolist())
        if not len(new):
            return
        picked = self._plan.picked
        self._gathered.add(
            {
                "unit": new.units,
                "time": new.came.time_ms,
                "arrived": new.came.arrived_ms,
                "code": new.codes(picked, self._codes),
                **new.numbers(picked),
            }
        )

    def __len__(self) -> int:
        return len(self._gathered)

    def drain(self) -> Columns:
        """The events since the last call: unit, arrived, when they count (`at`), and what their plan looks at."""
        rows = self._gathered.drain()
        delay_ms = np.maximum(rows["arrived"] - rows["time"], 0)
        at = rows["time" if self._plan.at == "time" else "arrived"]
        return {**rows, "at": at, "delay_ms": delay_ms, "late": (delay_ms > LATE_MS).view(np.int8)}

    def forget(self) -> None:
        """Number categories anew when there are very many; only when nothing is gathered."""
        if len(self._codes) > _MOST_CODES:
            self._codes = Codes(())
            self.tallies = self._plan.tallies(self._codes)


class DossierEvents:
    """Events of one kind on their way into their dossiers.

    `step` is what such an event is in a dossier's course, if anything, `picked` are the fields that the dossier keeps.
    """

    def __init__(self, step: str, fields: EventFields, picked: Picked, dossiers: Dossiers) -> None:
        self._picked = picked
        self._name: Callable[[Any], str] = attrgetter(fields.cases.field)
        self._codes = dossiers.attributes.get(step, Codes(()))
        self._rows_of = dossiers.rows_of
        self._states_due = fields.states_due
        self._gathered = _Gathered()

    def take(self, new: New) -> None:
        """Gather events."""
        self._gathered.add(
            {
                "row": self._rows_of(new.units, list(map(self._name, new.data))),
                "at": new.came.time_ms,
                "arrived": new.came.arrived_ms,
                "due_at": new.instants("due_at") if self._states_due else np.full(len(new), NULL),
                "code": new.codes(self._picked, self._codes),
                "tie": new.ties,
                **new.numbers(self._picked),
            }
        )

    def __len__(self) -> int:
        return len(self._gathered)

    def drain(self) -> Columns:
        """The events since the last call: row of the dossier, at, arrived, due_at, code, numbers, tie."""
        return self._gathered.drain()
