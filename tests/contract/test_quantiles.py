"""`streams.core.sketch` and ClickHouse agree: the audit on bins, the views on quantiles."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from clickhouse_connect.driver.client import Client

from store.dimensions import fill
from store.migrate import migrate
from store.recompute import _bins, _slots
from streams.core.buckets import DAY
from streams.core.calendar import Calendar
from streams.core.indicators import Indicator
from streams.core.sketch import BINS, bins_of, quantile
from streams.core.units import Province, Text, Unit, Units
from streams.core.windows import WINDOWS, span
from streams.rows import COLUMNS

pytestmark = pytest.mark.clickhouse

NAME = Text("x", "x")
UNITS = Units([Province("40", NAME, "Asia/Ho_Chi_Minh")], [Unit("a", NAME, "commune", "40", "40")])
HISTOGRAM = Indicator("spread", NAME, ("dossiers",), "test", "days", kind="histogram", value="elapsed_ms")
CALENDAR = Calendar(ZoneInfo("Asia/Ho_Chi_Minh"))
CHANNELS = ("", "channel=online,", "channel=post,")
SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}


def clock_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


@pytest.fixture
def client(clickhouse_client: Client, clickhouse_database: str) -> Client:
    migrate(clickhouse_client, clickhouse_database)
    fill(clickhouse_client, UNITS, {HISTOGRAM.id: HISTOGRAM})
    return clickhouse_client


def test_the_audit_finds_the_stream_s_bin_at_every_edge(clickhouse_client: Client) -> None:
    edges = np.unique(np.concatenate([BINS - 1, BINS, BINS + 1, [2**62, -(2**62)]]))
    found = clickhouse_client.query(
        f"SELECT elapsed_ms{_bins(_slots([HISTOGRAM]))} FROM"
        f" (SELECT 0 AS slot, toNullable(arrayJoin([{', '.join(map(str, edges.tolist()))}])) AS elapsed_ms)"
    ).result_rows
    expected = zip(edges.tolist(), BINS[bins_of(edges)].tolist(), strict=True)
    assert sorted(map(tuple, found)) == list(expected)


def test_quantiles_of_every_window_are_those_of_the_sketch(client: Client) -> None:
    rng = random.Random(5)  # numbers to tell buckets apart
    today = CALENDAR.day_start(clock_ms())
    days = [CALENDAR.day_start((today + 43_200 - 86_400 * back) * 1000) for back in range(0, 400, 3)]
    made = [
        (
            f"{rng.choice(CHANNELS)}bin={rng.choice(BINS[:: rng.choice((1, 40))])}",
            day,
            rng.randrange(4),
            count,
        )
        for day in days
        for count in (rng.randrange(1, 5), rng.randrange(40), 0)
    ]
    added: Counter[tuple[str, int, int]] = Counter()
    for dims, day, part, count in made:
        added[dims, day, part] += count
    rows = [
        ("spread", DAY, "a", dims, day, part, "40", CALENDAR.date(day * 1000), count, 0, 1, 0)
        for (dims, day, part), count in added.items()
    ]
    client.insert("indicator_values", rows, COLUMNS["indicator_values"])

    while True:
        now_ms = clock_ms()
        found = client.query(
            "SELECT dims, window, cases, p50, p90, p99 FROM indicator_quantiles WHERE unit = 'a'"
        ).result_rows
        if CALENDAR.day_start(now_ms) == CALENDAR.day_start(clock_ms()):
            break
    expected = {}
    for window in WINDOWS:
        of_window = span(window, now_ms, CALENDAR)
        for channel in CHANNELS:
            cases: Counter[int] = Counter()
            for dims, day, _, count in made:
                begin, _, low = dims.partition("bin=")
                if begin == channel and of_window.holds(DAY, day) and window != "now":
                    cases[int(low)] += count
            if cases.total():
                figures = [quantile(share, cases) for share in SHARES.values()]
                expected[channel.removesuffix(","), window] = (cases.total(), *figures)
    assert {(dims, window): tuple(figures) for dims, window, *figures in found} == expected

    # and by day, as dashboards ask for them
    online = Counter[int]()
    for dims, _, _, count in made:
        if dims.startswith("channel=online"):
            online[int(dims.partition("bin=")[2])] += count
    (p90,) = client.query(
        "SELECT quantileExactWeighted(0.9)(value, cases) FROM indicator_bins WHERE dims = 'channel=online'"
    ).result_rows[0]
    assert p90 == quantile(0.9, online)
