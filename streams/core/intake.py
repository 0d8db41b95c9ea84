"""What a group's events bring, gathered event by event and handed out as columns: one intake for each kind of event.

Gathering is all that is done for each event; whatever else is to be done is done for columns.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from streams.core.calendar import epoch_ms
from streams.core.columns import NULL, Codes, Columns
from streams.core.definitions import LATE_MS, EventPlan, Picked
from streams.core.dossiers import Dossiers

Take = Callable[[Any, int, int, int, bytes], None]
"""Gathers an event: (data, unit's code, time and arrival in epoch ms, identity)."""

_IDENTITY_BYTES = 16
_MOST_CODES = 50_000


class _Rows:
    """Rows of 64-bit integers, and, where `tied`, the digest of the event's identity.

    As a column named `tie` the digest is its first eight bytes as a number: it orders events of the same instant.
    """

    def __init__(self, names: Sequence[str], *, tied: bool = False) -> None:
        self._names = (*names, "tie") if tied else tuple(names)
        fields = [(name, "<i8") for name in names]
        self._dtype = np.dtype([*fields, ("tie", ">u8"), ("rest", ">u8")] if tied else fields)
        self._rows: list[bytes] = []
        self.pack = struct.Struct(f"<{len(names)}q{_IDENTITY_BYTES}s" if tied else f"<{len(names)}q").pack
        self.append = self._rows.append

    def __len__(self) -> int:
        return len(self._rows)

    def drain(self) -> Columns:
        """The rows since the last call."""
        block = np.frombuffer(b"".join(self._rows), self._dtype)
        self._rows.clear()
        return {name: block[name].astype("u8" if name == "tie" else "i8") for name in self._names}


class CountedEvents:
    """Events of one kind on their way to the sums."""

    def __init__(self, plan: EventPlan) -> None:
        self._plan = plan
        self.kind = plan.kind
        self._category, self._number = plan.picked.category, plan.picked.number
        self._rows = _Rows(["unit", "time", "arrived", "code", *plan.picked.numbers])
        self._codes: Codes[Any] = Codes(())
        self.tallies = plan.tallies(self._codes)

    def take(self, data: Any, unit: int, time_ms: int, arrived_ms: int, identity: bytes) -> None:
        """Gather one event: its data, its unit's code, its time and arrival."""
        if self._plan.only_late and arrived_ms - time_ms <= LATE_MS:
            return
        category, number, rows = self._category, self._number, self._rows
        code = self._codes[category(data)] if category else 0
        rows.append(rows.pack(unit, time_ms, arrived_ms, code, *(number(data) if number else ())))

    def __len__(self) -> int:
        return len(self._rows)

    def drain(self) -> Columns:
        """The events since the last call: unit, arrived, when they count (`at`), and what their plan looks at."""
        rows = self._rows.drain()
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

    `picked` are the fields that the dossier keeps of such an event.
    """

    def __init__(self, kind: str, picked: Picked | None, dossiers: Dossiers, *, states_due: bool) -> None:
        self._category, self._number = (picked.category, picked.number) if picked else (None, None)
        if picked:
            self._codes = dossiers.attributes[kind]
        self._row = dossiers.row
        self._states_due = states_due
        self._rows = _Rows(
            ["row", "at", "arrived", "due_at", "code", *(picked.numbers if picked else ())], tied=True
        )

    def take(self, data: Any, unit: int, time_ms: int, arrived_ms: int, identity: bytes) -> None:
        """Gather one event: its data, its unit's code, its time and arrival, and what orders it among others."""
        category, number, rows = self._category, self._number, self._rows
        due_at = data.due_at if self._states_due else None
        rows.append(
            rows.pack(
                self._row(unit, data.dossier),
                time_ms,
                arrived_ms,
                NULL if due_at is None else epoch_ms(due_at),
                self._codes[category(data)] if category else 0,
                *(number(data) if number else ()),
                identity,
            )
        )

    def __len__(self) -> int:
        return len(self._rows)

    def drain(self) -> Columns:
        """The events since the last call: row of the dossier, at, arrived, due_at, code, numbers, tie."""
        return self._rows.drain()
