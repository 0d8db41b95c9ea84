"""The configuration in ClickHouse is the one that was loaded last, whatever the clock says."""

from __future__ import annotations

from datetime import date

import pytest
from clickhouse_connect.driver.client import Client

from store.dimensions import fill
from store.migrate import migrate
from streams.core.units import Province, Text, Unit, Units

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


def test_a_unit_is_stored_with_its_term_and_who_answers_for_it(
    clickhouse_client: Client, clickhouse_database: str
) -> None:
    migrate(clickhouse_client, clickhouse_database)
    name, chair = Text("Tỉnh", "Province"), Text("Chủ tịch", "Chairperson")
    province = Province("40", name, "Asia/Ho_Chi_Minh", in_charge=chair, contact="duty")
    unit = Unit("412", name, "district", "40", "40", valid_from="1975-01-01", valid_to="2025-07-01")
    fill(clickhouse_client, Units([province], [unit]), {})
    columns = "code, level, parent, valid_from, valid_to, in_charge_vi, in_charge_en, contact"
    found = clickhouse_client.query(f"SELECT {columns} FROM units FINAL ORDER BY code").result_rows
    assert found == [
        ("40", "province", "", None, None, "Chủ tịch", "Chairperson", "duty"),
        ("412", "district", "40", date(1975, 1, 1), date(2025, 7, 1), "", "", ""),
    ]
