"""The retention on the real engine: what goes, what stays, and that the TTL follows the file."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from config.loader import load
from config.retention import GROUPS, Period, Retention
from ioc.settings import Settings
from store.migrate import migrate
from store.retention import TABLES, apply, removed_before

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

pytestmark = pytest.mark.clickhouse

MONTHS = Retention(**dict.fromkeys(GROUPS, Period(24, "month")))
NOW = datetime.now(UTC).replace(microsecond=0)
LONG_AGO = datetime(1990, 5, 1, tzinfo=UTC)
BEFORE_THE_EPOCH = datetime(1950, 5, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2098, 5, 1, tzinfo=UTC)
OLD = NOW - timedelta(days=800)
YOUNG = NOW - timedelta(days=600)
TIMES = (BEFORE_THE_EPOCH, LONG_AGO, OLD, YOUNG, FAR_AHEAD)


@pytest.fixture
def tables(clickhouse_client: Client, clickhouse_database: str) -> Iterator[Client]:
    migrate(clickhouse_client, clickhouse_database)
    yield clickhouse_client


def ttl(client: Client, table: str) -> str:
    [[shown]] = client.query(
        "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = {table:String}",
        parameters={"table": table},
    ).result_rows
    return str(shown)


def merge(client: Client, table: str) -> None:
    """Wait for the tables' alterations, and let everything go whose time has come."""
    unfinished = "SELECT count() FROM system.mutations WHERE database = currentDatabase() AND NOT is_done"
    while client.query(unfinished).result_rows[0][0]:
        time.sleep(0.05)
    client.command(f"OPTIMIZE TABLE {table} FINAL")


def instants(client: Client, table: str, column: str, condition: str = "1") -> list[datetime]:
    rows = client.query(
        f"SELECT toInt64(toUnixTimestamp64Milli(toDateTime64({column}, 3, 'UTC'))) AS ms FROM {table}"
        f" WHERE {condition} ORDER BY ms"
    ).result_rows
    return [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms) for (ms,) in rows]


def add_sums(client: Client) -> None:
    rows = [
        ["i", grain, "40", "", at, 0, "40", at.date(), 1, 0, 1, NOW]
        for grain in ("minute", "hour", "day")
        for at in TIMES
    ]
    client.insert("indicator_values", rows)


@pytest.mark.parametrize(
    ("table", "column", "columns"),
    [
        ("events", "arrived_at", ["id", "arrived_at"]),
        ("dead_letters", "arrived_at", ["kafka_offset", "arrived_at"]),
        ("notifications", "at", ["attempt", "at"]),
    ],
)
def test_rows_go_when_their_time_has_come_and_others_stay(
    tables: Client, table: str, column: str, columns: list[str]
) -> None:
    kinds = {"id": str, "kafka_offset": int, "attempt": int}
    rows = [[kinds[columns[0]](number), at] for number, at in enumerate(TIMES)]
    tables.insert(table, rows, columns)
    apply(tables, MONTHS)
    merge(tables, table)
    assert instants(tables, table, column) == [YOUNG, FAR_AHEAD]
    tables.insert(table, rows, columns)  # a replay brings old rows back: they go again
    merge(tables, table)
    assert instants(tables, table, column) == [YOUNG, FAR_AHEAD]


def test_history_imported_today_stays_whatever_its_event_time(tables: Client) -> None:
    apply(tables, MONTHS)
    rows = [[str(number), at, NOW] for number, at in enumerate(TIMES)]
    tables.insert("events", rows, ["id", "time", "arrived_at"])
    merge(tables, "events")
    assert instants(tables, "events", "time") == list(TIMES)


def test_sums_of_each_grain_have_a_time_of_their_own(tables: Client) -> None:
    add_sums(tables)
    apply(
        tables,
        Retention(minute_sums=Period(30, "day"), hour_sums=Period(2, "year"), day_sums=Period(100, "year")),
    )
    merge(tables, "indicator_values")
    assert instants(tables, "indicator_values", "bucket", "grain = 'minute'") == [FAR_AHEAD]
    assert instants(tables, "indicator_values", "bucket", "grain = 'hour'") == [YOUNG, FAR_AHEAD]
    assert instants(tables, "indicator_values", "bucket", "grain = 'day'") == list(TIMES)


def test_all_versions_of_a_sum_go_together(tables: Client) -> None:
    for version in (1, 2):
        row = ["i", "minute", "40", "", OLD, 0, "40", OLD.date(), 7, 0, version, NOW]
        tables.insert("indicator_values", [row])
    apply(tables, MONTHS)
    merge(tables, "indicator_values")
    assert tables.query("SELECT count() FROM indicator_values").result_rows == [(0,)]


def test_an_alert_s_end_stays_longer_than_its_beginning(tables: Client) -> None:
    just_over = NOW - timedelta(days=740)
    tables.insert(
        "alert_transitions",
        [
            ["over", OLD, "firing", OLD],
            ["over", OLD, "resolved", OLD],
            ["just over", just_over, "firing", just_over],
            ["just over", just_over, "resolved", just_over],
            ["young", YOUNG, "firing", YOUNG],
        ],
        ["fingerprint", "starts_at", "state", "at"],
    )
    apply(tables, MONTHS)
    merge(tables, "alert_transitions")
    left = tables.query("SELECT fingerprint, state FROM alert_transitions ORDER BY ALL").result_rows
    assert left == [("just over", "resolved"), ("young", "firing")]


def test_the_ttl_follows_the_file_and_nothing_happens_where_it_is_the_same(tables: Client) -> None:
    assert apply(tables, Retention()) == []
    assert apply(tables, MONTHS) == list(TABLES)
    assert apply(tables, MONTHS) == []

    days = replace(MONTHS, hour_sums=Period(90, "day"), alerts=Period(3, "year"))
    assert apply(tables, days) == ["indicator_values", "alert_transitions"]
    assert apply(tables, days) == []
    assert "toIntervalDay(90)" in ttl(tables, "indicator_values")

    assert apply(tables, replace(days, hour_sums=None)) == ["indicator_values"]
    assert "'hour'" not in ttl(tables, "indicator_values")
    assert apply(tables, Retention()) == list(TABLES)
    assert not any("TTL" in ttl(tables, table) for table in TABLES)
    assert apply(tables, Retention()) == []


def test_the_shipped_retention_is_applied_once(tables: Client) -> None:
    shipped = load(Settings().config).retention
    assert apply(tables, shipped) == ["events", "indicator_values", "notifications", "dead_letters"]
    assert apply(tables, shipped) == []


def test_a_longer_retention_reaches_the_rows_that_are_there(tables: Client) -> None:
    apply(tables, MONTHS)
    tables.insert("events", [["1", YOUNG]], ["id", "arrived_at"])
    apply(tables, replace(MONTHS, events=Period(50, "year")))
    merge(tables, "events")
    ends = tables.query(
        "SELECT toYear(delete_ttl_info_min), toYear(delete_ttl_info_max) FROM system.parts"
        " WHERE database = currentDatabase() AND table = 'events' AND active"
    ).result_rows
    assert ends == [(YOUNG.year + 50, YOUNG.year + 50)]


def test_a_ttl_changed_by_hand_is_set_back(tables: Client) -> None:
    apply(tables, MONTHS)
    tables.command("ALTER TABLE events MODIFY TTL toDateTime(arrived_at) + INTERVAL 50 YEAR")
    assert apply(tables, MONTHS) == ["events"]
    assert re.search(r"toIntervalMonth\(24\)", ttl(tables, "events"))


def test_what_a_shorter_retention_may_have_removed_is_remembered(tables: Client) -> None:
    assert removed_before(tables, "events") is None
    apply(tables, replace(MONTHS, events=Period(3, "year")))
    three_years = removed_before(tables, "events")
    apply(tables, replace(MONTHS, events=Period(60, "day")))
    sixty_days = removed_before(tables, "events")
    assert three_years is not None
    assert sixty_days is not None
    assert three_years < NOW - timedelta(days=900)
    assert NOW - timedelta(days=60) < sixty_days < NOW - timedelta(days=50)
    apply(tables, replace(MONTHS, events=None))
    remembered = removed_before(tables, "events")
    assert remembered is not None
    assert sixty_days <= remembered < sixty_days + timedelta(days=1)
    assert removed_before(tables, "day_sums") is not None
