"""The tasks and pilot models of a simulated province: dated by the reports, the same in every world."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from producers.profiles import LOCALITIES
from streams.core.units import Unit

_MODELS_FROM, _TASKS_FROM = date(2023, 6, 1), date(2024, 1, 15)
_MODELS_DUE = date(2026, 12, 31)
_MODELS, _TASKS, _GROUPS, _BEHIND = 38, 51, 10, 18
_FINISHED = ((6, date(2023, 12, 1), date(2024, 3, 20)), (16, date(2024, 5, 1), date(2024, 10, 20)))
"""So many models are done in the end of a time; those before them earlier."""
_BEGUN = ((26, date(2023, 7, 1), date(2024, 2, 20)), (37, date(2024, 4, 10), date(2024, 9, 20)))
_BEHIND_DUE, _TASKS_DUE = date(2024, 9, 30), date(2027, 6, 30)


class Planned(NamedTuple):
    """Something that happens to a task of a unit; `data` is the event's."""

    at: datetime
    unit: str
    kind: str
    data: dict[str, Any]


def planned(units: Sequence[Unit], zone: ZoneInfo) -> Iterator[Planned]:
    """All that ever happens to tasks and pilot models, task by task in order; departments take turns."""
    charged = [unit.code for unit in units if unit.level not in LOCALITIES] or [unit.code for unit in units]
    for number in range(_MODELS if charged else 0):
        task = {"task": f"MH-{number + 1:02}"}
        assigned = {"task_kind": "pilot_model", "plan": "pilot-models", "due_at": _noon(_MODELS_DUE, zone)}
        unit = charged[number % len(charged)]
        yield Planned(_noon(_MODELS_FROM, zone), unit, "tasks.assigned", task | assigned)
        for kind, dates in (("tasks.started", _BEGUN), ("tasks.finished", _FINISHED)):
            if day := _dated(number, dates):
                yield Planned(_noon(day, zone), unit, kind, dict(task))
    for number in range(_TASKS if charged else 0):
        task = {"task": f"KH87-{number + 1:02}"}
        behind = (number % 3 == 0 and number // 3 < _BEHIND) or number == _TASKS - 1
        due = _noon(_BEHIND_DUE if behind else _TASKS_DUE, zone)
        group = {"task_kind": "task", "plan": "KH87", "task_group": f"N{number % _GROUPS + 1:02}"}
        unit = charged[(7 * number) % len(charged)]
        yield Planned(_noon(_TASKS_FROM, zone), unit, "tasks.assigned", task | group | {"due_at": due})
        yield Planned(_noon(_TASKS_FROM + timedelta(days=number), zone), unit, "tasks.started", dict(task))
        if not behind and number % 2:
            finished = _TASKS_FROM + timedelta(days=60 + 4 * number)
            yield Planned(_noon(finished, zone), unit, "tasks.finished", dict(task))


def _dated(number: int, dates: Sequence[tuple[int, date, date]]) -> date | None:
    """The day of what is one of so many that are spread over times; none for those after the last."""
    before = 0
    for upto, first, last in dates:
        if number < upto:
            return first + (last - first) * (number - before) // (upto - before)
        before = upto
    return None


def _noon(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(10), zone)
