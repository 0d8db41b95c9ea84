"""A simulated year comes out as the province's reports say, figure by figure."""

from __future__ import annotations

import re

import pytest

from config.loader import load
from domain.rows import read_rows
from ioc.settings import Settings
from producers.calibration import Figure, read_calibration
from producers.event import Event
from producers.simulator import Options, make_world
from producers.timeline import Timeline
from tests.fixtures.counted import counted, span

UNITS = load(Settings().config).units
CALIBRATION = read_calibration()
ROWS = {row.id: row for row in read_rows().rows}


def year_of(province: str, year: int, rate: float, seed: int) -> list[Event]:
    """All events of a year, lives at their real length."""
    world = make_world(UNITS, Options(province, rate=rate, speed=1, seed=seed))
    begin, end = span(year, UNITS.zone_of(province))
    opening = [event for _, event in world.opening(begin)]
    return opening + list(Timeline(world, begin, begin).until(end))


def reported(province: str, year: int) -> list[Figure]:
    figures = (figure for figure in CALIBRATION.figures if figure.province in ("", province))
    return [figure for figure in figures if figure.of(year) is not None]


def deviations(province: str, year: int, rate: float, seed: int) -> list[str]:
    """What is not as reported, in words."""
    figures = reported(province, year)
    found = counted(year_of(province, year, rate, seed), figures, UNITS)
    return [
        f"{figure.id} of {year}: expected {value} ± {figure.rounding}, found {found[figure.id]}"
        for figure in figures
        if (value := figure.of(year)) is not None and abs(found[figure.id] - value) > figure.rounding + 1e-9
    ]


@pytest.mark.parametrize("year", [2022, 2026])
def test_a_scaled_down_year_comes_out_as_reported(year: int) -> None:
    assert deviations("40", year, rate=0.0038, seed=1) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("province", "year", "seed"),
    [("40", 2022, 2), ("40", 2023, 3), ("40", 2024, 4), ("40", 2026, 5), ("56", 2026, 6), ("58", 2024, 7)],
)
def test_a_larger_year_comes_out_as_reported_for_any_seed(province: str, year: int, seed: int) -> None:
    assert deviations(province, year, rate=0.03, seed=seed) == []


def test_every_row_with_a_number_is_simulated_or_said_not_to_be() -> None:
    named = {figure.row for figure in CALIBRATION.figures} | {dated.row for dated in CALIBRATION.dated}
    named |= {left.row for left in CALIBRATION.not_simulated}
    reported_rows = {row.id for row in ROWS.values() if re.search("[0-9]", " ".join(row.reported))}
    assert reported_rows <= named <= ROWS.keys()
