"""`streams.core.windows` and the view indicator_windows are one definition in two languages: both say the same."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from clickhouse_connect.driver.client import Client

from store.dimensions import fill
from store.migrate import migrate
from streams.core.buckets import DAY, HOUR, MINUTE
from streams.core.calendar import Calendar
from streams.core.indicators import Indicator
from streams.core.units import Province, Text, Unit, Units
from streams.core.windows import WINDOWS, span
from streams.rows import COLUMNS

pytestmark = pytest.mark.clickhouse

NAME = Text("x", "x")
ZONES = {
    "vn": "Asia/Ho_Chi_Minh",
    "nl": "Europe/Amsterdam",
    "east": "Pacific/Kiritimati",
    "west": "Pacific/Pago_Pago",
}
"""At any moment it is yesterday, today or tomorrow in one of them."""

UNITS = Units(
    [Province(code, NAME, zone) for code, zone in ZONES.items()],
    [Unit(f"{code}.unit", NAME, "commune", code, code) for code in ZONES],
)
CALENDARS = {code: Calendar(ZoneInfo(zone)) for code, zone in ZONES.items()}
FLOW = Indicator("flow", NAME, ("dossiers",), "test", "count")
STOCK = Indicator("stock", NAME, ("dossiers",), "test", "count", kind="stock")


class Row(NamedTuple):
    """A row of indicator_values, as far as windows look at it."""

    indicator: str
    unit: str
    province: str
    grain: str
    bucket: int
    numerator: int


def rows(now: int) -> Iterator[Row]:
    """Every bucket near a boundary, and most of those far from any; each has a number of its own to add."""
    rng = random.Random(now)  # numbers to tell buckets apart
    for province, calendar in CALENDARS.items():
        for unit in (province, f"{province}.unit"):
            today = calendar.day_start(now * 1000)
            minute = now - now % 60
            buckets = [(MINUTE, minute + 60 * step) for step in range(-70, 2)]
            buckets += [(HOUR, minute - 3600 * step) for step in range(30)]
            days = {calendar.day_start((today + 43_200 + 86_400 * step) * 1000) for step in range(-420, 4)}
            buckets += [(DAY, day) for day in sorted(days)]
            for grain, bucket in buckets:
                yield Row("flow", unit, province, grain, bucket, rng.randrange(1, 10**9))
            for day in sorted(days):
                yield Row("stock", unit, province, DAY, day, rng.randrange(-(10**9), 10**9))
                yield Row("stock", unit, province, DAY, day + 1, rng.randrange(-(10**9), 10**9))


def table_rows(made: list[Row]) -> Iterator[tuple[object, ...]]:
    """In the order of COLUMNS; parts in turn, so that the view has something to add up."""
    for index, row in enumerate(made):
        day = CALENDARS[row.province].date(row.bucket * 1000)
        yield (
            *(row.indicator, row.grain, row.unit, "", row.bucket, index % 4, row.province, day),
            *(row.numerator, 1, 1, 0),
        )


@pytest.fixture
def client(clickhouse_client: Client, clickhouse_database: str) -> Client:
    migrate(clickhouse_client, clickhouse_database)
    fill(clickhouse_client, UNITS, {one.id: one for one in (FLOW, STOCK)})
    return clickhouse_client


def clock(client: Client) -> int:
    return int(client.query("SELECT toUnixTimestamp(now())").result_rows[0][0])


def test_the_view_and_the_stream_add_up_the_same_buckets(client: Client) -> None:
    made = list(rows(clock(client)))
    client.insert("indicator_values", list(table_rows(made)), COLUMNS["indicator_values"])
    while True:
        now = clock(client)
        seen = client.query(
            "SELECT indicator, unit, window, numerator, denominator FROM indicator_windows"
        ).result_rows
        if now == clock(client):
            break

    expected: defaultdict[tuple[str, str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in made:
        for window in WINDOWS:
            if (window == "now") == (row.indicator == "stock") and span(
                window, now * 1000, CALENDARS[row.province]
            ).holds(row.grain, row.bucket):
                numerator, denominator = expected[row.indicator, row.unit, window]
                expected[row.indicator, row.unit, window] = numerator + row.numerator, denominator + 1
    assert {(i, u, w): (n, d) for i, u, w, n, d in seen} == expected
    assert len(expected) == len(ZONES) * 2 * len(WINDOWS)
