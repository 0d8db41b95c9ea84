"""What is known of dossiers, as the columns that indicators look at, derived from what is kept of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from streams.core.calendars import Calendars
from streams.core.columns import NULL, Array, Columns, earliest
from streams.core.course import STEPS, Course, deadline, suspended_ms
from streams.core.stream import Cases
from streams.core.working import WorkingCalendar

NEVER = 2**63 - 1
"""In place of the instant of a first event that has not happened."""

CLOSING = ("settled", "refused", "withdrawn")
"""The steps that close a case; each is an outcome."""

WITHIN_DAYS = (1, 2, 3)
"""Of how many working days before a deadline the columns tell when they begin."""

LIFE_COLUMNS = {
    "received_at": "timestamp",
    "due_at": "timestamp",
    **{f"due_within_{days}_from": "timestamp" for days in WITHIN_DAYS},
    "overdue_from": "timestamp",
    "first_supplement_at": "timestamp",
    "second_supplement_at": "timestamp",
    "settled_at": "timestamp",
    "closed_at": "timestamp",
    "outcome": "string",
    "on_time": "boolean",
    "late_ms": "integer",
    "elapsed_ms": "integer",
    "processing_ms": "integer",
    "supplements": "integer",
    "irregular_at": "timestamp",
    "irregularity": "string",
}
"""Columns that every case has, with their types; besides them the fields of its received and settled events."""


def life_columns(cases: Cases) -> dict[str, str]:
    """LIFE_COLUMNS, and the instants that these cases have besides."""
    return LIFE_COLUMNS | dict.fromkeys(cases.instants.values(), "timestamp")


OUTCOMES = (None, *CLOSING)
"""What the codes of `outcome` say."""

IRREGULARITIES = (None, *STEPS)
"""What the codes of `irregularity` say: which event came out of turn first."""

CLOSING_STEPS = [STEPS.index(outcome) for outcome in CLOSING]

_OUTCOME_IRREGULARITIES = np.array([0, *(step + 1 for step in CLOSING_STEPS)])


def lives(
    kept: Columns, walked: Mapping[int, Course], calendars: Calendars, cases: Cases
) -> dict[str, Array]:
    """LIFE_COLUMNS of some dossiers, from their columns as streams.core.dossiers keeps them.

    `walked` has, by their place, the courses of those that need one. Instants are epoch ms and null where it has not
    happened. On time and overdue are by local date: due today is on time until midnight. `outcome` is a position in
    OUTCOMES, `irregularity` in IRREGULARITIES, `on_time` 1, 0 or -1 for null.
    """
    unit, due_at = kept["unit"], kept["due_at"]
    received_at, settled_at, closed_at = (
        np.where(kept[event] == NEVER, NULL, kept[event]) for event in ("received", "settled", "closed")
    )
    irregular = kept["closed"] < kept["received"]  # also where it has not been received
    elapsed_ms = np.where((settled_at == NULL) | (received_at == NULL), NULL, settled_at - received_at)
    life = {
        "received_at": received_at,
        "due_at": due_at,
        "overdue_from": _midnights_after(due_at, unit, calendars),
        "first_supplement_at": np.full(len(unit), NULL),
        "second_supplement_at": np.full(len(unit), NULL),
        "settled_at": settled_at,
        "closed_at": closed_at,
        "outcome": kept["outcome"].copy(),
        "elapsed_ms": elapsed_ms,
        "processing_ms": elapsed_ms.copy(),
        "supplements": np.zeros(len(unit), np.int64),
        "irregular_at": np.where(irregular, closed_at, NULL),
        "irregularity": np.where(irregular, _OUTCOME_IRREGULARITIES[kept["outcome"]], 0),
    }
    if walked:
        rows = np.array(list(walked), np.int64)
        columns = [column[rows].tolist() for column in (unit, due_at, kept["due"], settled_at, elapsed_ms)]
        told = [
            _walked(course, _Times(*times), calendars.of(of))
            for course, of, *times in zip(walked.values(), *columns, strict=True)
        ]
        for name, values in zip(_Walked._fields, zip(*told, strict=True), strict=True):
            life[name][rows] = [NULL if value is None else value for value in values]
    midnight = life["overdue_from"]
    life |= _due_within(midnight, received_at, unit, calendars)
    # of a dossier whenever it is due (Decision 766/QĐ-TTg, settlement progress)
    bounds = [midnight, life["second_supplement_at"]] if cases.second_supplement_is_late else [midnight]
    overdue_from = life["overdue_from"] = earliest(bounds)
    judged = (settled_at != NULL) & (overdue_from != NULL)
    life["on_time"] = np.where(judged, settled_at < overdue_from, -1)
    late = judged & (settled_at >= overdue_from)
    life["late_ms"] = np.where(late, settled_at - overdue_from, NULL)
    return life


class _Times(NamedTuple):
    """Of a dossier, epoch ms or NULL."""

    due_at: int
    stated_at: int
    settled_at: int
    elapsed_ms: int


class _Walked(NamedTuple):
    """What of a dossier's columns its course makes other than they would be without; None is null."""

    first_supplement_at: int | None
    second_supplement_at: int | None
    supplements: int
    closed_at: int | None
    outcome: int
    irregular_at: int | None
    irregularity: int
    overdue_from: int | None
    processing_ms: int | None


def _walked(course: Course, times: _Times, calendar: WorkingCalendar) -> _Walked:
    due_at, stated_at, settled_at, elapsed_ms = times
    suspensions = course.suspensions
    first, second, *_ = (*course.asked, None, None)
    return _Walked(
        first,
        second,
        len(course.asked),
        course.closed_at,
        0 if course.outcome is None else CLOSING_STEPS.index(course.outcome) + 1,
        course.irregular_at,
        0 if course.irregularity is None else course.irregularity + 1,
        None if due_at == NULL else deadline(due_at, stated_at, suspensions, calendar),
        None if elapsed_ms == NULL else elapsed_ms - suspended_ms(suspensions, settled_at),
    )


def _midnights_after(at_ms: Array, unit: Array, calendars: Calendars) -> Array:
    midnights = np.full(len(at_ms), NULL)
    there = np.flatnonzero(at_ms != NULL)
    midnights[there] = calendars.next_day_starts(unit[there], at_ms[there]) * 1000
    return midnights


def _due_within(midnight: Array, received_at: Array, unit: Array, calendars: Calendars) -> dict[str, Array]:
    """From when on few working days are left until a midnight; never before a dossier was received."""
    due = np.flatnonzero(midnight != NULL)
    columns = {}
    for days, within in zip(
        WITHIN_DAYS, calendars.due_within(unit[due], midnight[due], WITHIN_DAYS), strict=True
    ):
        begins = columns[f"due_within_{days}_from"] = np.full(len(midnight), NULL)
        begins[due] = np.maximum(within * 1000, received_at[due])
    return columns
