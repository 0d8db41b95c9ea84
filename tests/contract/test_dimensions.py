"""The configuration in ClickHouse is the one that was loaded last, whatever the clock says."""

from __future__ import annotations

import pytest
from clickhouse_connect.driver.client import Client

from store.dimensions import fill
from store.migrate import migrate
from streams.core.units import Province, Text, Units

pytestmark = pytest.mark.clickhouse


def named(name: str) -> Units:
    return Units([Province("40", Text(name, name), "Asia/Ho_Chi_Minh")], [])


def test_the_configuration_loaded_last_counts_though_the_clock_went_back(
    clickhouse_client: Client, clickhouse_database: str
) -> None:
    migrate(clickhouse_client, clickhouse_database)
    fill(clickhouse_client, named("old"), {})
    clickhouse_client.command(
        "INSERT INTO units SELECT * REPLACE (loaded_at + INTERVAL 9 HOUR AS loaded_at) FROM units"
    )
    fill(clickhouse_client, named("new"), {})
    assert clickhouse_client.query("SELECT name_vi FROM units FINAL").result_rows == [("new",)]
