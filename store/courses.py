"""The course of cases and their deadlines in generated SQL: streams.core.course and streams.core.life, once more.

A case's events are walked in order of time; what follows of the states is read off the path.
"""

from __future__ import annotations

from collections.abc import Sequence

from store.lineage import text
from store.working_days import WorkingDays
from streams.core.course import CLOSED, IRREGULAR, MOST_STEPS, REGULAR, STEPS, SUSPENDED
from streams.core.life import WITHIN_DAYS
from streams.core.stream import Cases


def steps_of_events(cases: Cases) -> str:
    """Aggregates events (`event`, `at_ms`) to numbers: 16 times the time, and the position in STEPS."""
    place = f"indexOf([{', '.join(text(cases.kind_of(step)) for step in STEPS)}], toString(event))"
    return f"arraySlice(arraySort(groupArrayIf(at_ms * 16 + {place} - 1, {place} > 0)), 1, {MOST_STEPS})"


_COURSE = REGULAR | IRREGULAR
_PAIRS = f"[{', '.join(f'toInt64({16 * state + step})' for state, step in _COURSE)}]"
_STATES = f"[{', '.join(f'toInt64({state})' for state in _COURSE.values())}]"
_REGULAR = f"[{', '.join(str(16 * state + step) for state, step in REGULAR)}]"
_SUSPENDED = f"({', '.join(map(str, SUSPENDED))})"
_ASKED = STEPS.index("supplement_asked")

_NEVER = 2**62


def lives(dossiers: str, calendar: WorkingDays, cases: Cases) -> str:
    """A SELECT of dossiers, with the columns of LIFE_COLUMNS.

    `dossiers` is a SELECT with received_at, settled_at and due_at (epoch ms or null), stated_at (when the due date was
    stated, epoch ms) and steps, see steps_of_events.
    """
    course = f"transform(path[-1] * 16 + s % 16, {_PAIRS}, {_STATES}, path[-1])"
    due = "assumeNotNull(due_at)"
    moved = calendar.midnight(f"{calendar.worked_day(calendar.last_number('due_worked + acc.1 + s.3'))} + 1")
    last_day = f"({calendar.day('deadline')} - 1)"
    few_left = (
        f"arrayMap(number -> {calendar.midnight(calendar.worked_day('number'))},"
        f" [{', '.join(f'last_number - {days}' for days in WITHIN_DAYS)}]) AS few_left"
    )
    within = [
        f"if(deadline = 0, NULL, toNullable(greatest(few_left[{place}], ifNull(received_at, 0))))"
        f" AS due_within_{days}_from"
        for place, days in enumerate(WITHIN_DAYS, start=1)
    ]
    late = ["midnight", "second_supplement_at"] if cases.second_supplement_is_late else ["midnight"]
    late_by = "(settled_at - overdue_from)"
    # Each layer names what the next one uses several times: within a layer a name is replaced by its expression.
    layers = [
        [f"arrayFold((path, s) -> arrayPushBack(path, {course}), steps, [toInt64(0)]) AS path"],
        [
            "arrayPopBack(path) AS before",
            "arrayPopFront(path) AS after",
            "arrayMap(s -> intDiv(s, 16), steps) AS times",
            f"path[-1] = {CLOSED} AS is_closed",
            "settled_at - received_at AS elapsed_ms",
            "ifNull(settled_at, 0) AS until",
        ],
        [
            f"arrayLastIndex((b, a) -> b != {CLOSED} AND a = {CLOSED}, before, after) AS closing",
            f"arrayFirstIndex((s, b) -> NOT has({_REGULAR}, b * 16 + s % 16), steps, before) AS odd",
            f"arrayFilter((t, s, b, a) -> s % 16 = {_ASKED} AND a != b, times, steps, before, after) AS asked",
            f"arrayFilter((t, b, a) -> b NOT IN {_SUSPENDED} AND a IN {_SUSPENDED}, times, before, after) AS begins",
            f"arrayFilter((t, b, a) -> b IN {_SUSPENDED} AND a NOT IN {_SUSPENDED}, times, before, after) AS ended",
        ],
        [
            "if(is_closed, toNullable(times[closing]), NULL) AS closed_at",
            f"if(is_closed, toNullable({_named('steps[closing]')}), NULL) AS outcome",
            "if(odd > 0, toNullable(times[odd]), NULL) AS irregular_at",
            f"if(odd > 0, toNullable({_named('steps[odd]')}), NULL) AS irregularity",
            "toInt64(length(asked)) AS supplements",
            "if(length(asked) >= 1, toNullable(asked[1]), NULL) AS first_supplement_at",
            "if(length(asked) >= 2, toNullable(asked[2]), NULL) AS second_supplement_at",
            "arrayResize(ended, length(begins), toInt64(0)) AS ends",
            f"if(due_at IS NULL, 0, {calendar.midnight(f'{calendar.day(due)} + 1')}) AS stated",
        ],
        # of several instants at once, because the expression is long
        [
            f"arrayMap(at_ms -> {calendar.elapsed_ms('at_ms')},"
            " arrayConcat([ifNull(due_at, 0)], begins, ends)) AS worked",
        ],
        [
            "worked[1] AS due_worked",
            "arrayMap((b, e, place) -> (b, e, worked[1 + length(begins) + place] - worked[1 + place]), begins, ends,"
            " arrayEnumerate(begins)) AS suspensions",
        ],
        [
            "elapsed_ms - arraySum(s -> greatest(least(if(s.2 = 0, until, s.2), until) - s.1, 0), suspensions)"
            " AS processing_ms",
            # the working time that is added, and the midnight that comes of it: 0 while the deadline stands still
            "arrayFold((acc, s) -> multiIf(acc.2 = 0 OR s.1 <= stated_at OR s.1 >= acc.2, acc,"
            " s.2 = 0, (acc.1, toInt64(0)),"
            f" (acc.1 + s.3, if(acc.1 + s.3 = 0, acc.2, {moved}))), suspensions, (toInt64(0), stated)).2 AS deadline",
        ],
        [
            "nullIf(deadline, 0) AS midnight",
            f"{calendar.number(last_day)} AS last_number",
        ],
        [
            few_left,
            f"{first(late)} AS overdue_from",
        ],
        [*within, "settled_at < overdue_from AS on_time", f"if({late_by} >= 0, {late_by}, NULL) AS late_ms"],
    ]
    for columns in layers:
        dossiers = f"SELECT *, {', '.join(columns)} FROM ({dossiers})"
    return dossiers


def first(instants: Sequence[str]) -> str:
    """The first of several instants that are not null."""
    if len(instants) == 1:
        return instants[0]
    return f"nullIf(least({', '.join(f'ifNull({one}, {_NEVER})' for one in instants)}), {_NEVER})"


def _named(step: str) -> str:
    """What a number of `steps` says has happened."""
    names = ", ".join(map(text, STEPS))
    return f"[{names}][{step} % 16 + 1]"
