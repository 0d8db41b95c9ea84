"""The figures of an imported register, asked of ClickHouse as the dashboards do."""

from __future__ import annotations

from typing import Any, NamedTuple

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


class Spread(NamedTuple):
    """Days to settle: by linear interpolation, as the register's truth has them, and the values that occur there."""

    median: float
    p90: float
    middle: float
    ninth_of_ten: float


_SETTLEMENTS = """
    SELECT unit,
           minIf(time, kind = 'filings.received') AS received_at,
           minIf(time, kind = 'filings.settled') AS settled_at,
           dateDiff('millisecond', received_at, settled_at) / 86400000 AS days,
           formatDateTime(toStartOfMonth(toTimeZone(settled_at, 'Europe/Amsterdam')), '%Y-%m') AS month
    FROM events FINAL
    WHERE kind IN ('filings.received', 'filings.settled') AND unit LIKE 'receipt.%'
    GROUP BY unit, dossier
    HAVING uniqExact(kind) = 2
"""


def days_to_settle(client: Client, by: str = "''") -> dict[str, Spread]:
    """From the raw events, without indicators; by `month` of settlement, by `unit`, or all."""
    rows = client.query(
        f"SELECT {by}, quantileExactInclusive(0.5)(days), quantileExactInclusive(0.9)(days),"
        f" quantileExactWeighted(0.5)(days, 1), quantileExactWeighted(0.9)(days, 1) FROM ({_SETTLEMENTS}) GROUP BY 1"
    ).result_rows
    return {str(name): Spread(*figures) for name, *figures in rows}


def shown_days_to_settle(client: Client) -> dict[str, tuple[float, float, float]]:
    """Median, p90 and mean by month, from the sums."""
    rows = client.query(
        f"SELECT {_MONTH}, quantileExactWeighted(0.5)(value, cases) / 86400000 AS median,"
        " quantileExactWeighted(0.9)(value, cases) / 86400000 AS p90, any(mean.days) FROM indicator_bins"
        f" INNER JOIN (SELECT {_MONTH} AS month, sum(numerator) / sum(denominator) / 86400000 AS days"
        " FROM indicator_buckets WHERE indicator = 'settlement_days' AND grain = 'day' AND unit = 'receipt'"
        f" GROUP BY month) AS mean ON mean.month = {_MONTH}"
        " WHERE indicator = 'settlement_time' AND unit = 'receipt' GROUP BY 1"
    ).result_rows
    return {str(month): (median, p90, mean) for month, median, p90, mean in rows}


def _pairs(rows: Any) -> dict[str, int]:
    return {str(name): int(number) for name, number in rows}
