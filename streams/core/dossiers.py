"""A dossier folded from its events. The result does not depend on the order in which the events come.

Every field is decided by a minimum or a maximum over (event time, event id): the attributes come from the first
`received` and the first `settled` event, the due date from the last event that carries one, the close from the first
event that closes.
"""

from __future__ import annotations

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

    def apply(self, kind: str, stamp: Stamp, due_at: int | None, attributes: tuple[Value, ...]) -> None:
        """Take in one event; taking it in again changes nothing.

        Args:
            kind: of the event, e.g. `filings.settled`.
            stamp: its place among the dossier's events.
            due_at: the due date that it states, epoch ms.
            attributes: the values of its fields that indicators look at.
        """
        if due_at is not None and (self.due is None or stamp > self.due):
            self.due, self.due_at = stamp, due_at
        if kind == "filings.received":
            if self.received is None or stamp < self.received:
                self.received, self.received_attributes = stamp, attributes
        elif kind == "filings.settled":
            if self.settled is None or stamp < self.settled:
                self.settled, self.settled_attributes = stamp, attributes
        elif kind == "filings.supplement_asked" and stamp not in self.supplements:
            self.supplements = (*self.supplements, stamp)
        if kind in CLOSING and (self.closed is None or stamp < self.closed):
            self.closed, self.outcome = stamp, CLOSING[kind]


def life(dossier: Dossier, calendar: Calendar) -> tuple[Value, ...]:
    """The values of LIFE_COLUMNS, in their order; instants in epoch ms, null where it has not happened.

    On time and overdue are by local date: due today is on time until midnight.
    """
    received_at = dossier.received[0] if dossier.received else None
    settled_at = dossier.settled[0] if dossier.settled else None
    due_at = dossier.due_at
    overdue_from = None if due_at is None else calendar.next_day_start(due_at) * 1000
    return (
        received_at,
        due_at,
        overdue_from,
        settled_at,
        dossier.closed[0] if dossier.closed else None,
        dossier.outcome,
        None if settled_at is None or overdue_from is None else settled_at < overdue_from,
        None if settled_at is None or received_at is None else settled_at - received_at,
        len(dossier.supplements),
    )
