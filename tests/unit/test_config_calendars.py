"""Calendars: what they say, and what is wrong with them in plain words."""

from datetime import date
from pathlib import Path

import pytest

from config.loader import load
from ioc.settings import Settings
from tests.fixtures.configuration import REGISTRY, SMALL, edited, problems, write

CALENDAR = """\
calendar:
  id: ours
  weekdays: [monday, saturday]
  hours: ["07:30-11:30", "13:30-24:00"]
  holidays:
    - {from: 2026-09-01, to: 2026-09-03, name: {vi: Lễ, en: Feast}}
  worked: [2026-08-22]
"""
FILES = {
    **edited("units/p.yaml", "  time_zone", "  calendar: ours\n  time_zone"),
    "calendars/ours.yaml": CALENDAR,
}


def test_a_calendar_says_when_is_worked(tmp_path: Path) -> None:
    working = load(write(tmp_path, FILES), REGISTRY).units.provinces["40"].working
    assert working.weekdays == (0, 5)
    assert working.hours == ((27_000, 41_400), (48_600, 86_400))
    assert working.holidays == {date(2026, 9, day) for day in (1, 2, 3)}
    assert working.worked == {date(2026, 8, 22)}
    assert working.day_ms == (4 + 10.5) * 3_600_000


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("saturday", "saterday", "3: entry 2 of 'weekdays' cannot be 'saterday'. Did you mean 'saturday'?"),
        ("07:30-11:30", "11:30-07:30", "4: the hours 11:30-07:30 end before they begin."),
        (
            "13:30-24:00",
            "11:00-24:00",
            "4: the hours 11:00-24:00 begin before those before them end. Hours are in their order and do not overlap.",
        ),
        (
            "07:30-",
            "7.30-",
            "4: entry 1 of 'hours' cannot be '7.30-11:30'. From and to, on a clock of 24 hours.",
        ),
        ("2026-09-03", "2026-09-31", "6: there is no day 2026-09-31."),
        (
            "2026-09-03",
            "2026-08-31",
            "6: the holiday from 2026-09-01 to 2026-08-31 is none."
            " 'to' is the last day off, at most 31 days later; leave it away for a single day.",
        ),
        ("2026-08-22", "2026-09-02", "7: 2026-09-02 is a holiday and worked. Remove one of the two."),
        ("2026-08-22", "2026-02-30", "7: there is no day 2026-02-30."),
        ("2026-08-22", "1926-08-22", "7: entry 1 of 'worked' cannot be '1926-08-22'."),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_do(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    found = problems(tmp_path, {**FILES, "calendars/ours.yaml": CALENDAR.replace(old, new)})
    assert len(found) == 1
    assert found[0].startswith(f"calendars/ours.yaml:{expected}")


def test_a_province_names_a_calendar_that_there_is(tmp_path: Path) -> None:
    files = {**FILES, "units/p.yaml": FILES["units/p.yaml"].replace("ours", "outs")}
    [problem] = problems(tmp_path, files)
    assert problem == "units/p.yaml:4: there is no calendar 'outs'. Did you mean 'ours'?"


def test_without_a_calendar_weekdays_are_worked(tmp_path: Path) -> None:
    working = load(write(tmp_path, SMALL), REGISTRY).units.provinces["40"].working
    assert working.weekdays == (0, 1, 2, 3, 4)
    assert working.day_ms == 86_400_000


def test_the_shipped_calendar_knows_the_holidays_that_were_moved() -> None:
    working = load(Settings().config, REGISTRY).units.provinces["40"].working
    assert date(2026, 8, 31) in working.holidays
    assert working.worked > {date(2025, 4, 26), date(2026, 8, 22)}
    assert date(2026, 2, 17) in working.holidays
