"""The audit: what the stream has computed against a recomputation from the raw events, difference by difference.

While events flow, the two sides are read at slightly different moments. So a difference counts only if it is still
there, unchanged, a little later.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from clickhouse_connect.driver.client import Client

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
    """What was compared, and what did not agree."""

    buckets: int
    differences: list[Difference]


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
    return Audit(second.buckets, [difference for difference in second.differences if difference in lasting])


def _compare(
    client: Client, units: Units, indicators: Mapping[str, Indicator], fields: list[EventFields]
) -> Audit:
    buckets, differences = 0, []
    active = _active_provinces(client, units)
    for indicator in indicators.values():
        for province in active:
            sql = _comparison(indicator, province, units, fields)
            rows = client.query(
                sql, parameters={"indicator": indicator.id, "province": province.code}
            ).result_rows
            for unit, dims, day, stream_n, stream_d, raw_n, raw_d, agreeing in rows:
                buckets += agreeing
                if unit:
                    stream, raw = Sums(stream_n, stream_d), Sums(raw_n, raw_d)
                    differences.append(Difference(indicator.id, unit, dims, day, stream, raw))
                    buckets += 1
    return Audit(buckets, differences)


def _active_provinces(client: Client, units: Units) -> list[Province]:
    """Those that have events or values."""
    rows = client.query(
        "SELECT DISTINCT unit FROM events UNION DISTINCT SELECT DISTINCT unit FROM indicator_values"
    )
    codes = {units.province_of(unit).code for (unit,) in rows.result_rows if unit in units}
    return [province for code, province in units.provinces.items() if code in codes]


def _comparison(indicator: Indicator, province: Province, units: Units, fields: list[EventFields]) -> str:
    """Rows that differ, and one row (unit empty) that counts those that agree."""
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
(stream_n = raw_n AND stream_d = raw_d) AS agree
SELECT if(agree, '', unit) AS unit, if(agree, '', dims) AS dims, if(agree, toDate32(0), day) AS day,
       if(agree, 0, stream_n), if(agree, 0, stream_d), if(agree, 0, raw_n), if(agree, 0, raw_d), countIf(agree)
FROM both GROUP BY ALL ORDER BY unit, day, dims"""
