"""The figures of an imported register, asked of ClickHouse as the dashboards do."""

from __future__ import annotations

from typing import Any

from clickhouse_connect.driver.client import Client

_MONTH = "formatDateTime(toStartOfMonth(day), '%Y-%m')"


def monthly(client: Client, indicator: str, unit: str = "receipt") -> dict[str, int]:
    """Numerators by month (of a flow)."""
    return _pairs(
        client.query(
            f"SELECT {_MONTH}, sum(numerator) AS n FROM indicator_buckets WHERE grain = 'day'"
            " AND indicator = {indicator:String} AND unit = {unit:String} GROUP BY 1 HAVING n != 0",
            parameters={"indicator": indicator, "unit": unit},
        ).result_rows
    )


def by_channel(client: Client, indicator: str) -> dict[str, int]:
    """Numerators of the whole register by channel."""
    return _pairs(
        client.query(
            "SELECT replaceOne(dims, 'channel=', ''), sum(numerator) AS n FROM indicator_buckets WHERE grain = 'day'"
            " AND indicator = {indicator:String} AND unit = 'receipt' GROUP BY 1 HAVING n != 0",
            parameters={"indicator": indicator},
        ).result_rows
    )


def by_officer(client: Client, indicator: str) -> dict[str, int]:
    """Numerators by officer, named as in the register."""
    return _pairs(
        client.query(
            "SELECT replaceOne(unit, 'receipt.', ''), sum(numerator) AS n FROM indicator_buckets"
            " WHERE grain = 'day' AND indicator = {indicator:String} AND unit LIKE 'receipt.%'"
            " GROUP BY 1 HAVING n != 0",
            parameters={"indicator": indicator},
        ).result_rows
    )


def stock_at(client: Client, indicator: str, epoch_seconds: int) -> int:
    """A stock of the whole register at an instant."""
    rows = client.query(
        "SELECT sum(numerator) FROM indicator_buckets WHERE grain = 'day' AND indicator = {indicator:String}"
        " AND unit = 'receipt' AND bucket <= toDateTime64({at:Int64}, 0, 'UTC')",
        parameters={"indicator": indicator, "at": epoch_seconds},
    ).result_rows
    return int(rows[0][0])


def days_to_settle(client: Client) -> dict[str, tuple[float, float, float]]:
    """Median, p90 (both by linear interpolation) and mean of the days to settle, by month of settlement."""
    rows = client.query(
        "SELECT formatDateTime(toStartOfMonth(toTimeZone(settled_at, 'Europe/Amsterdam')), '%Y-%m') AS month,"
        " quantileExactInclusive(0.5)(days), quantileExactInclusive(0.9)(days), avg(days) FROM"
        " (SELECT settled_at, elapsed_ms / 86400000 AS days FROM settlements WHERE unit LIKE 'receipt.%')"
        " GROUP BY month"
    ).result_rows
    return {month: (median, p90, mean) for month, median, p90, mean in rows}


def _pairs(rows: Any) -> dict[str, int]:
    return {str(name): int(number) for name, number in rows}
