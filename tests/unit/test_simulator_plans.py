"""Tasks and pilot models stand on reported days as they were reported."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from config.loader import load
from ioc.settings import Settings
from producers.calibration import Dated, read_calibration
from producers.plans import planned

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
UNITS = [unit for unit in load(Settings().config).units.units.values() if unit.province == "40"]
PLANNED = list(planned(UNITS, ZONE))


@pytest.mark.parametrize("dated", read_calibration().dated, ids=lambda dated: f"{dated.row} {dated.day}")
def test_tasks_are_in_the_states_that_were_reported(dated: Dated) -> None:
    end = datetime.combine(date.fromisoformat(dated.day), time(23, 59, 59), ZONE)
    happened = [one for one in PLANNED if one.at <= end]
    due = {
        one.data["task"]: one.data["due_at"]
        for one in happened
        if one.kind == "tasks.assigned" and one.data["task_kind"] == dated.task_kind
    }
    begun, done = (
        {one.data["task"] for one in happened if one.kind == kind} & due.keys()
        for kind in ("tasks.started", "tasks.finished")
    )
    found = {
        "done": len(done),
        "running": len(begun - done),
        "not_begun": len(due.keys() - begun - done),
        "overdue": sum(due_at <= end for task, due_at in due.items() if task not in done),
    }
    reported = {name: getattr(dated, name) for name in found}
    assert {name: found[name] for name, value in reported.items() if value is not None} == {
        name: value for name, value in reported.items() if value is not None
    }


def test_a_task_goes_through_its_steps_in_one_unit() -> None:
    order = ["tasks.assigned", "tasks.started", "tasks.finished"]
    for task in {one.data["task"] for one in PLANNED}:
        steps = [one for one in PLANNED if one.data["task"] == task]
        assert [one.kind for one in steps] == order[: len(steps)]
        assert [one.at for one in steps] == sorted(one.at for one in steps)
        assert len({one.unit for one in steps}) == 1
