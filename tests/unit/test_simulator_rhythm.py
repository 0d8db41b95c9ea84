"""The rhythm of a year: hours, weeks, ends of months, Tet."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config.loader import load
from ioc.settings import Settings
from producers.rhythm import Rhythm

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
WORKING = load(Settings().config).units.provinces["40"].working
RHYTHM = Rhythm(WORKING, ZONE, "test")


def of_day(day: date) -> float:
    year, begin = RHYTHM.year(day.year), RHYTHM.minute(day)
    return year.share(begin + 1440) - year.share(begin) if begin + 1440 < year.last else 1 - year.share(begin)


def test_a_year_rises_from_nothing_to_all_without_a_dead_minute() -> None:
    year = RHYTHM.year(2026)
    shares = year.shares(year.first, year.last)
    assert (shares[0], shares[-1]) == (0, 1)
    assert np.diff(shares).min() > 0
    assert year.last - year.first == 365 * 1440
    assert RHYTHM.year(2027).first == year.last
    assert [RHYTHM.year_of(minute) for minute in (year.first - 1, year.first, year.last)] == [
        2025,
        2026,
        2027,
    ]


def test_days_differ_as_they_do_in_offices() -> None:
    workday, weekend = date(2026, 10, 14), date(2026, 10, 17)
    month_end, tet, before = date(2026, 10, 30), date(2026, 2, 17), date(2026, 2, 12)
    assert of_day(workday) > 1.5 * of_day(weekend)
    assert of_day(month_end) > 1.2 * of_day(workday)
    assert of_day(tet) < 0.5 * of_day(weekend)
    assert of_day(before) > of_day(workday)
    assert of_day(date(2026, 9, 1)) < of_day(workday)  # a holiday, but no Tet
    assert of_day(date(2026, 9, 1)) > 2 * of_day(tet)


def test_the_morning_is_busier_than_the_night() -> None:
    year, begin = RHYTHM.year(2026), RHYTHM.minute(date(2026, 10, 14))
    hours = np.diff(year.shares(begin, begin + 1440)[::60])
    assert hours[9] > 5 * hours[2]


def test_worlds_are_restless_in_their_own_way() -> None:
    assert np.array_equal(
        RHYTHM.year(2026).shares(0 + RHYTHM.year(2026).first, RHYTHM.year(2026).first + 600),
        Rhythm(WORKING, ZONE, "test")
        .year(2026)
        .shares(RHYTHM.year(2026).first, RHYTHM.year(2026).first + 600),
    )
    other = Rhythm(WORKING, ZONE, "other").year(2026)
    assert other.share(other.first + 600) != pytest.approx(
        RHYTHM.year(2026).share(other.first + 600), rel=1e-6
    )


def test_a_zone_with_summer_time_has_whole_years() -> None:
    rhythm = Rhythm(WORKING, ZoneInfo("Europe/Amsterdam"), "test")
    assert rhythm.year(2027).first == rhythm.year(2026).last
