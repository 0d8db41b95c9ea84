"""The course of one dossier: its events in order of time, as a walk through states, and what follows for its deadline.

Any event is taken in wherever it comes. One that does not fit the state (a dossier resumed that was not paused, settled
before it was received) leaves the state as it is and is told as an irregularity; nothing is lost by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from streams.core.working import WorkingCalendar

STEPS = (
    "received",
    "reopened",
    "supplement_asked",
    "paused",
    "supplement_given",
    "resumed",
    "refused",
    "withdrawn",
    "settled",
)
"""Events that change a dossier's state, in the order of several at one instant: a register may know the day only."""

MOST_STEPS = 1_000
"""So many events of a dossier count, the earliest. Only a source that gives all its dossiers one number sends more."""

ABSENT, OPEN, WAITING, PAUSED, WAITING_AND_PAUSED, CLOSED = range(6)
"""States: waiting for a supplement and paused are both possible, each ends by its own event."""

SUSPENDED = (WAITING, PAUSED, WAITING_AND_PAUSED)
"""States in which no time of the deadline passes."""

_COURSE: dict[str, dict[int, int]] = {
    "received": {ABSENT: OPEN},
    "reopened": {CLOSED: OPEN},
    "supplement_asked": {OPEN: WAITING, PAUSED: WAITING_AND_PAUSED},
    "paused": {OPEN: PAUSED, WAITING: WAITING_AND_PAUSED},
    "supplement_given": {WAITING: OPEN, WAITING_AND_PAUSED: PAUSED},
    "resumed": {PAUSED: OPEN, WAITING_AND_PAUSED: WAITING},
    **{closing: dict.fromkeys((OPEN, *SUSPENDED), CLOSED) for closing in ("refused", "withdrawn", "settled")},
}

REGULAR = {
    (state, STEPS.index(event)): to for event, course in _COURSE.items() for state, to in course.items()
}
"""What may happen in which state, and the state that it leads to: (state, position in STEPS) to state."""

IRREGULAR = {
    (ABSENT, step): REGULAR.get((OPEN, step), OPEN)
    for step in range(len(STEPS))
    if (ABSENT, step) not in REGULAR
}
"""What happens to a dossier of which no receipt is known makes it known, and is an irregularity. So is every other pair
of state and event; it leads nowhere."""

Step = tuple[int, int]
"""(event time in epoch ms, position in STEPS)"""


class Suspension(NamedTuple):
    """From when until when (epoch ms) the deadline stood still; None: it still does."""

    begin: int
    end: int | None


class Course(NamedTuple):
    """What the walk finds; instants are epoch ms, None where it has not happened.

    `closed_at` and `outcome` (a position in STEPS) are of the close that no reopening undid.
    """

    closed_at: int | None
    outcome: int | None
    asked: Sequence[int]
    suspensions: Sequence[Suspension]
    irregular_at: int | None
    irregularity: int | None


def walk(steps: Iterable[Step]) -> Course:
    """Follow a dossier's events, in any order, through its states."""
    state = ABSENT
    closed_at = outcome = irregular_at = irregularity = began = None
    asked: list[int] = []
    suspensions: list[Suspension] = []
    for at_ms, step in sorted(steps):
        to = REGULAR.get((state, step))
        if to is None:
            if irregular_at is None:
                irregular_at, irregularity = at_ms, step
            to = IRREGULAR.get((state, step), state)
        if to == state:
            continue
        if STEPS[step] == "supplement_asked":
            asked.append(at_ms)
        if (to in SUSPENDED) != (state in SUSPENDED):
            if to in SUSPENDED:
                began = at_ms
            elif began is not None:
                suspensions.append(Suspension(began, at_ms))
                began = None
        if to == CLOSED:
            closed_at, outcome = at_ms, step
        elif state == CLOSED:
            closed_at = outcome = None
        state = to
    if began is not None:
        suspensions.append(Suspension(began, None))
    return Course(closed_at, outcome, asked, suspensions, irregular_at, irregularity)


def deadline(
    due_at: int, stated_at: int, suspensions: Iterable[Suspension], calendar: WorkingCalendar
) -> int | None:
    """From when (epoch ms, a midnight) a dossier is overdue; None while its deadline stands still.

    `due_at` was stated by an event at `stated_at`, which knew of the suspensions that had begun by then. The working
    time of later ones is added. One that begins when the dossier is overdue already adds nothing.
    """
    added_ms = 0
    overdue_from = calendar.overdue_from(due_at, 0)
    for begin, end in suspensions:
        if begin <= stated_at:
            continue
        if begin >= overdue_from:
            break
        if end is None:
            return None
        added_ms += calendar.elapsed_ms(end) - calendar.elapsed_ms(begin)
        overdue_from = calendar.overdue_from(due_at, added_ms)
    return overdue_from


def suspended_ms(suspensions: Iterable[Suspension], until: int) -> int:
    """How much time of the suspensions lies before an instant."""
    return sum(
        (until if end is None else min(end, until)) - begin for begin, end in suspensions if begin < until
    )
