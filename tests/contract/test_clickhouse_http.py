"""ClickHouse's HTTP interface, as clickhouse-connect, curl and plain HTTP use it.

Every test here would pass on a ClickHouse server too: set IOC_CLICKHOUSE_URL (http://user:password@host:8123) to
run them against one.
"""

from __future__ import annotations

import pytest
from clickhouse_connect.driver.client import Client

pytestmark = pytest.mark.clickhouse


def test_rows_come_back(clickhouse_client: Client) -> None:
    clickhouse_client.command("CREATE TABLE t (x UInt64, s String) ENGINE = MergeTree ORDER BY x")
    clickhouse_client.insert("t", [[1, "một"], [2, "hai"]])
    assert clickhouse_client.query("SELECT * FROM t ORDER BY x").result_rows == [(1, "một"), (2, "hai")]
