"""A dossier folded from its events. The result does not depend on the order in which the events come.

Every field is decided by a minimum or a maximum over (event time, event id): the attributes come from the first
`received` and the first `settled` event, the due date from the last event that carries one, the close from the first
event that closes.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from streams.core.calendar import Calendar
from streams.core.expressions import Value

CLOSING = {"filings.settled": "settled", "filings.refused": "refused", "filings.withdrawn": "withdrawn"}
"""What closes a dossier, and the outcome it gives."""

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

Stamp = tuple[int, str]
"""(event time in epoch ms, event id): orders the events of a dossier, without ties."""


class Change(NamedTuple):
    """What one event says about a dossier; `attributes` are the values of the columns that indicators use."""

    kind: str
    stamp: Stamp
    due_at: int | None
    attributes: tuple[Value, ...]


class Dossier(msgspec.Struct, array_like=True, gc=False):
    """The state kept per dossier; see the module for how each field is decided."""

    received: Stamp | None = None
    received_attributes: tuple[Value, ...] = ()
    settled: Stamp | None = None
    settled_attributes: tuple[Value, ...] = ()
    due: Stamp | None = None
    due_at: int | None = None
    closed: Stamp | None = None
    outcome: str | None = None
    supplements: tuple[Stamp, ...] = ()

    def apply(self, change: Change) -> None:
        """Take in one event; taking it in again changes nothing."""
        stamp = change.stamp
        if change.due_at is not None and (self.due is None or stamp > self.due):
            self.due, self.due_at = stamp, change.due_at
        match change.kind:
            case "filings.received" if self.received is None or stamp < self.received:
                self.received, self.received_attributes = stamp, change.attributes
            case "filings.settled" if self.settled is None or stamp < self.settled:
                self.settled, self.settled_attributes = stamp, change.attributes
            case "filings.supplement_asked" if stamp not in self.supplements:
                self.supplements = (*self.supplements, stamp)
        if change.kind in CLOSING and (self.closed is None or stamp < self.closed):
            self.closed, self.outcome = stamp, CLOSING[change.kind]


class Life(NamedTuple):
    """The columns derived from a dossier's state; instants in epoch ms, null where it has not happened."""

    received_at: int | None
    due_at: int | None
    overdue_from: int | None
    settled_at: int | None
    closed_at: int | None
    outcome: str | None
    on_time: bool | None
    elapsed_ms: int | None
    supplements: int


def life(dossier: Dossier, calendar: Calendar) -> Life:
    """Derive the columns. On time and overdue are by local date: due today is on time until midnight."""
    received_at = dossier.received[0] if dossier.received else None
    settled_at = dossier.settled[0] if dossier.settled else None
    overdue_from = None if dossier.due_at is None else calendar.next_day_start(dossier.due_at) * 1000
    return Life(
        received_at=received_at,
        due_at=dossier.due_at,
        overdue_from=overdue_from,
        settled_at=settled_at,
        closed_at=dossier.closed[0] if dossier.closed else None,
        outcome=dossier.outcome,
        on_time=None if settled_at is None or overdue_from is None else settled_at < overdue_from,
        elapsed_ms=None if settled_at is None or received_at is None else settled_at - received_at,
        supplements=len(dossier.supplements),
    )
