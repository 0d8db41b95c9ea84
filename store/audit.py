"""The audit: what the stream has computed against a recomputation from the raw events, difference by difference.

While events flow, the two sides are read at slightly different moments. So a difference counts only if it is still
there, unchanged, a little later.

Where the retention may have removed what a figure is made of, nothing is compared; `store.horizon` says which days
those are. Their buckets are counted, so that nobody takes them for audited.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from clickhouse_connect.driver.client import Client

from store.horizon import Horizon
from store.recompute import day_sums
from streams.core.definitions import EventFields
from streams.core.indicators import Indicator
from streams.core.units import Province, Units


class Sums(NamedTuple):
    """Numerator and denominator of one bucket."""

    numerator: int
    denominator: int


class Difference(NamedTuple):
    """A day bucket on which the stream and the raw events disagree; absent counts as zero."""

    indicator: str
    unit: str
    dims: str
    day: date
    stream: Sums
    recomputed: Sums

    def how_to_look(self) -> str:
        """SQL that shows the versions of this bucket."""
        return (
            f"SELECT * FROM indicator_values WHERE indicator = '{self.indicator}' AND unit = '{self.unit}'"
            f" AND grain = 'day' AND day = '{self.day}'"
        )


class Audit(NamedTuple):
    """How many buckets were compared, and which of them do not agree.

    `left_out` buckets were not compared, since rows from the day `removed_until` and before may have been removed.
    """

    buckets: int
    differences: list[Difference]
    left_out: int = 0
    removed_until: date | None = None


def audit(
    client: Client,
    units: Units,
    indicators: Mapping[str, Indicator],
    kinds: Iterable[EventFields],
    *,
    settle_seconds: float = 3.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Audit:
    """Compare every day bucket of every indicator and unit."""
    fields = list(kinds)
    first = _compare(client, units, indicators, fields)
    if not first.differences:
        return first
    sleep(settle_seconds)
    second = _compare(client, units, indicators, fields)
    lasting = set(first.differences)
    return second._replace(differences=[one for one in second.differences if one in lasting])


def _compare(
    client: Client, units: Units, indicators: Mapping[str, Indicator], fields: list[EventFields]
) -> Audit:
    buckets, left_out, differences = 0, 0, []
    horizon = Horizon.of(client)
    active = _active_provinces(client, units)
    for indicator in indicators.values():
        for province in active:
            sql = _comparison(indicator, province, units, fields, horizon)
            rows = client.query(
                sql, parameters={"indicator": indicator.id, "province": province.code}
            ).result_rows
            for unit, dims, day, stream_n, stream_d, raw_n, raw_d, agreeing, lost in rows:
                buckets += agreeing
                left_out += lost
                if unit:
                    stream, raw = Sums(stream_n, stream_d), Sums(raw_n, raw_d)
                    differences.append(Difference(indicator.id, unit, dims, day, stream, raw))
                    buckets += 1
    return Audit(buckets, differences, left_out, horizon.latest)


def _active_provinces(client: Client, units: Units) -> list[Province]:
    """Those that have events or values."""
    rows = client.query(
        "SELECT DISTINCT unit FROM events UNION DISTINCT SELECT DISTINCT unit FROM indicator_values"
    )
    codes = {units.province_of(unit).code for (unit,) in rows.result_rows if unit in units}
    return [province for code, province in units.provinces.items() if code in codes]


def _comparison(
    indicator: Indicator, province: Province, units: Units, fields: list[EventFields], horizon: Horizon
) -> str:
    """Rows that differ, and one row (unit empty) that counts those that agree and those that are left out."""
    source, lost = "both", "false"
    if horizon.latest:
        source = f"both LEFT JOIN ({horizon.lost_days(indicator, province, units)}) AS lost ON both.unit = lost.unit"
        lost = "ifNull(day <= lost.last_day, false) OR has(lost.days, day)"
    return f"""
WITH recomputed AS ({day_sums(indicator, province, units, fields)}),
both AS
(
    SELECT unit, dims, day, sum(numerator) AS stream_n, sum(denominator) AS stream_d, sum(n) AS raw_n, sum(d) AS raw_d
    FROM
    (
        SELECT unit, dims, day, toInt64(toUnixTimestamp64Second(bucket)) AS bucket, numerator, denominator,
               0 AS n, 0 AS d
        FROM indicator_buckets
        WHERE indicator = {{indicator:String}} AND grain = 'day' AND province = {{province:String}}
        UNION ALL
        SELECT unit, dims, day, bucket, 0, 0, numerator, denominator FROM recomputed
    )
    GROUP BY unit, dims, day, bucket
),
({lost}) AS is_lost,
(NOT is_lost AND stream_n = raw_n AND stream_d = raw_d) AS agree,
(NOT is_lost AND NOT agree) AS differ
SELECT if(differ, both.unit, '') AS unit_, if(differ, dims, '') AS dims_, if(differ, day, toDate32(0)) AS day_,
       if(differ, stream_n, 0), if(differ, stream_d, 0), if(differ, raw_n, 0), if(differ, raw_d, 0),
       countIf(agree), countIf(is_lost)
FROM {source} GROUP BY ALL ORDER BY unit_, day_, dims_"""
