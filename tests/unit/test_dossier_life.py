"""The life of a single dossier, of events on few instants in any order and any groups: as the reference has it.

And what the calendar gives at its edges.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.calendar import epoch_ms
from streams.core.columns import NULL
from streams.core.course import Suspension, deadline
from streams.core.life import CLOSING, IRREGULARITIES, OUTCOMES
from streams.core.working import WorkingCalendar
from tests.fixtures.lives import CALENDAR, STATING, at, folded
from tests.fixtures.streams import DOSSIERS
from tests.unit.reference import FakeEvent, cases
from tests.unit.reference_course import ORDER, ZONE, due_within

# around a leap day that is a holiday, and a Saturday that is worked
instants = st.builds(
    at,
    st.sampled_from(["02-27", "02-28", "02-29", "03-01", "03-02", "03-03", "03-04", "03-08"]),
    st.sampled_from(["00:00", "07:30", "10:00", "12:00", "17:00", "23:00"]),
)


@st.composite
def histories(draw: st.DrawFn) -> list[FakeEvent]:
    events = []
    for number in range(draw(st.integers(1, 8))):
        what = draw(st.sampled_from(ORDER))
        due = draw(st.none() | instants) if what in STATING else None
        events.append(
            FakeEvent(f"filings.{what}", f"e{number}", "a", draw(instants), {"dossier": "d", "due_at": due})
        )
    events += draw(st.lists(st.sampled_from(events), max_size=2))
    return draw(st.permutations(events))


@given(histories(), st.lists(st.integers(0, 10), max_size=3))
def test_a_life_is_what_the_reference_tells(events: list[FakeEvent], cuts: list[int]) -> None:
    bounds = [0, *sorted(min(cut, len(events)) for cut in cuts), len(events)]
    life = folded([events[a:b] for a, b in pairwise(bounds) if a < b])
    [(_, row)] = cases({event.id: event for event in events}.values(), DOSSIERS)
    for name in ("received_at", "due_at", "settled_at", "closed_at", "overdue_from", "irregular_at"):
        assert life[name] == (NULL if row[name] is None else epoch_ms(row[name])), name
    for name in ("first_supplement_at", "second_supplement_at"):
        assert life[name] == (NULL if row[name] is None else epoch_ms(row[name])), name
    assert life["supplements"] == row["supplements"]
    assert IRREGULARITIES[life["irregularity"]] == row["irregularity"]
    closed_by: set[str | None] = {
        event.kind.removeprefix("filings.")
        for event in events
        if event.time == row["closed_at"] and event.kind.removeprefix("filings.") in CLOSING
    }
    assert OUTCOMES[life["outcome"]] in (closed_by or {None})
    if row["settled_at"] and row["overdue_from"]:
        assert life["on_time"] == (row["settled_at"] < row["overdue_from"])
    else:
        assert life["on_time"] == -1


@given(histories(), st.sampled_from(["02-27", "02-28", "02-29", "03-01", "03-02", "03-04", "03-05", "03-06"]))
def test_few_days_are_left_when_the_reference_counts_few(events: list[FakeEvent], day: str) -> None:
    life = folded([events])
    [(_, row)] = cases({event.id: event for event in events}.values(), DOSSIERS)
    now = epoch_ms(at(day))
    ends = [end for name in ("overdue_from", "closed_at") if (end := life[name]) != NULL]
    for days in (1, 2, 3):
        begins = life[f"due_within_{days}_from"]
        counts = begins != NULL and begins <= now < min(ends) and begins < min(ends)
        assert counts == due_within(row, days, at(day).date())


@pytest.mark.parametrize(
    ("due", "hours", "overdue"),
    [
        (at("02-28", "17:00"), 0, at("02-29")),  # nothing is added: the stated day, whatever day it is
        (at("03-03", "17:00"), 0, at("03-04")),
        (at("02-28", "17:00"), 7.5, at("03-02")),  # a whole working day: the holiday is passed over
        (at("02-28", "17:00"), 15, at("03-03")),  # the Saturday is worked
        (at("02-28", "17:00"), 22.5, at("03-05")),
        (at("02-28", "10:00"), 5, at("02-29")),  # at 17:00 of the same day
        (at("02-28", "10:00"), 5.01, at("03-02")),
        (at("03-03", "12:00"), 0.5, at("03-05")),  # due on a Sunday: half an hour of Monday
        (at("03-02", "23:00"), 0.001, at("03-05")),
    ],
)
def test_a_deadline_is_moved_by_working_time(due: datetime, hours: float, overdue: datetime) -> None:
    assert CALENDAR.overdue_from(epoch_ms(due), int(hours * 3_600_000)) == epoch_ms(overdue)


def test_a_suspension_from_the_midnight_of_being_overdue_on_adds_nothing() -> None:
    due, midnight = epoch_ms(at("02-27", "17:00")), epoch_ms(at("02-28"))
    until = epoch_ms(at("03-02"))
    assert deadline(due, 0, [Suspension(midnight, until)], CALENDAR) == midnight
    assert deadline(due, 0, [Suspension(midnight - 1, until)], CALENDAR) == epoch_ms(at("03-02"))
    assert deadline(due, 0, [Suspension(midnight, None)], CALENDAR) == midnight
    assert deadline(due, 0, [Suspension(midnight - 1, None)], CALENDAR) is None


def test_a_calendar_without_hours_counts_whole_days() -> None:
    calendar = WorkingCalendar(ZONE)
    friday = epoch_ms(at("03-01", "12:00"))
    assert calendar.overdue_from(friday, 24 * 3_600_000) == epoch_ms(at("03-05"))
    assert calendar.elapsed_ms(epoch_ms(at("03-04"))) - calendar.elapsed_ms(friday) == timedelta(
        hours=12
    ) // timedelta(milliseconds=1)
