"""The audit: what the stream has computed against a recomputation from the raw events, difference by difference.

While events flow, the two sides are read at slightly different moments. So a difference counts only if it is still
there, unchanged, a little later; a bucket that changes all the time is judged when it has come to rest. If compute is
far behind what is stored, as after `ioc rebuild`, it is waited for before the two are compared again.

Where the retention may have removed what a figure is made of, nothing is compared; `store.horizon` says which days
those are. Their buckets are counted, so that nobody takes them for audited. Sums of minutes and hours are compared of
indicators over events only, see `store.recompute.Pass.grains`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

from clickhouse_connect.driver.client import Client

from store.horizon import Horizon
from store.lineage import text
from store.recompute import GRAIN_NUMBERS, Extent, Pass, passes, sums
from store.selection import Selection
from streams.core.buckets import DAY
from streams.core.definitions import EventFields
from streams.core.indicators import Indicator
from streams.core.units import Province, Units

_GRAINS = {number: grain for grain, number in GRAIN_NUMBERS.items()}

_SECOND = "toInt64(toUnixTimestamp64Second(v.bucket))"

_SETTINGS = {"max_query_size": 64 * 1024 * 1024}
"""Ten thousand units with those above them make long statements."""


class Sums(NamedTuple):
    """Numerator and denominator of one bucket."""

    numerator: int
    denominator: int


class Difference(NamedTuple):
    """A bucket on which the stream and the raw events disagree; absent counts as zero.

    `bucket` is epoch seconds, `day` its local date.
    """

    indicator: str
    grain: str
    unit: str
    dims: str
    bucket: int
    day: date
    stream: Sums
    recomputed: Sums

    def in_words(self) -> str:
        """On one line."""
        dims = f" {self.dims}" if self.dims else ""
        stream, raw = (f"{sums.numerator}/{sums.denominator}" for sums in (self.stream, self.recomputed))
        instant = datetime.fromtimestamp(self.bucket, UTC)
        when = str(self.day) if self.grain == DAY else f"{self.grain} {instant:%Y-%m-%dT%H:%MZ}"
        return f"{when} {self.indicator} {self.unit}{dims}: the stream says {stream}, the events say {raw}"


class Audit(NamedTuple):
    """How many buckets were compared, and which of them do not agree.

    `left_out` buckets were not compared, since rows from the day `removed_until` and before may have been removed.
    `by_province` are the buckets of each, differences among them. `behind` records had not been read by compute or the
    store when they were no longer waited for: differences may be no more than that.
    """

    buckets: int
    differences: list[Difference]
    left_out: int = 0
    removed_until: date | None = None
    by_province: Mapping[str, int] = {}
    behind: int = 0


class _Task(NamedTuple):
    wanted: Pass
    extent: Extent


class _Found(NamedTuple):
    agreeing: int
    left_out: int
    differences: list[Difference]

    def lasting(self, later: _Found) -> _Found:
        """What a later comparison found, without the differences that were not there before."""
        before = set(self.differences)
        differences = [one for one in later.differences if one in before]
        return later._replace(
            agreeing=later.agreeing + len(later.differences) - len(differences), differences=differences
        )


def audit(
    client: Client,
    units: Units,
    indicators: Mapping[str, Indicator],
    kinds: Iterable[EventFields],
    selection: Selection | None = None,
    *,
    catch_up: Callable[[], int] | None = None,
    settle_seconds: float = 3.0,
    sleep: Callable[[float], None] = time.sleep,
    now_ms: int | None = None,
) -> Audit:
    """Compare every bucket of a selection, by default of every indicator and unit.

    Args:
        client: of the monitor's database.
        units: all of them.
        indicators: all of them.
        kinds: the event kinds and their fields.
        selection: what to look at.
        catch_up: called if there are differences: waits until the figures count all events that there are now, and
            returns how many records it has not waited for.
        settle_seconds: how long a difference must last.
        sleep: waits so long.
        now_ms: when the selection's window ends.
    """
    fields = list(kinds)
    wanted = selection or Selection()
    horizon = Horizon.of(client)
    extents = list(
        wanted.extents(
            _active_provinces(client, units), units, horizon, now_ms or time.time_ns() // 1_000_000
        )
    )
    tasks = [
        _Task(one, extent)
        for one in passes(wanted.chosen(indicators))
        for extent in extents
        if not set(one.grains).isdisjoint(extent.spans)
    ]

    def again(found: list[_Found]) -> list[_Found]:
        return [
            _compare(client, task, units, fields, horizon) if one.differences else one
            for task, one in zip(tasks, found, strict=True)
        ]

    found = [_compare(client, task, units, fields, horizon) for task in tasks]
    behind = 0
    if catch_up and _differ(found):
        behind = catch_up()
        found = again(found)
    if _differ(found):
        sleep(settle_seconds)
        found = [one.lasting(later) for one, later in zip(found, again(found), strict=True)]
    by_province: dict[str, int] = {}
    for task, one in zip(tasks, found, strict=True):
        code = task.extent.province.code
        by_province[code] = by_province.get(code, 0) + one.agreeing + len(one.differences)
    return Audit(
        sum(by_province.values()),
        [difference for one in found for difference in one.differences],
        sum(one.left_out for one in found),
        horizon.latest,
        by_province,
        behind if _differ(found) else 0,
    )


def _differ(found: Iterable[_Found]) -> bool:
    return any(one.differences for one in found)


def _compare(
    client: Client, task: _Task, units: Units, fields: list[EventFields], horizon: Horizon
) -> _Found:
    agreeing, left_out, differences = 0, 0, []
    rows = client.query(_comparison(task, units, fields, horizon), settings=_SETTINGS).result_rows
    for indicator, grain, unit, dims, bucket, day, stream_n, stream_d, raw_n, raw_d, equal, lost in rows:
        agreeing += equal
        left_out += lost
        if unit:
            stream, raw = Sums(stream_n, stream_d), Sums(raw_n, raw_d)
            differences.append(Difference(indicator, _GRAINS[grain], unit, dims, bucket, day, stream, raw))
    return _Found(agreeing, left_out, differences)


def _active_provinces(client: Client, units: Units) -> dict[str, Province]:
    """Those that have events or values."""
    rows = client.query(
        "SELECT DISTINCT unit FROM events UNION DISTINCT SELECT DISTINCT unit FROM indicator_values"
    )
    codes = {units.province_of(unit).code for (unit,) in rows.result_rows if unit in units}
    return {code: province for code, province in units.provinces.items() if code in codes}


def _comparison(task: _Task, units: Units, fields: list[EventFields], horizon: Horizon) -> str:
    """Rows that differ, and one row (unit empty) that counts those that agree and those that are left out."""
    wanted, extent = task
    source, lost = "both", "false"
    if horizon.latest:
        lost_days = horizon.lost_days(wanted, extent.province, units, fields)
        source = f"both LEFT JOIN ({lost_days}) AS lost ON both.unit = lost.unit"
        lost = "ifNull(day <= lost.last_day, false) OR has(lost.days, day)"
    indicators = ", ".join(text(one.id) for one in wanted.indicators)
    of_units = f" AND v.unit IN ({', '.join(map(text, sorted(extent.units)))})" if extent.units else ""
    within = " OR ".join(
        f"(v.grain = '{grain}' AND {extent.spans[grain].sql(f'{_SECOND} * 1000')})"
        for grain in wanted.grains
        if grain in extent.spans
    )
    return f"""
WITH recomputed AS ({sums(wanted, extent, units, fields)}),
both AS
(
    SELECT indicator, grain, unit, dims, day, bucket,
           sum(numerator) AS stream_n, sum(denominator) AS stream_d, sum(n) AS raw_n, sum(d) AS raw_d
    FROM
    (
        SELECT toString(v.indicator) AS indicator, toUInt8(v.grain) AS grain, toString(v.unit) AS unit,
               toString(v.dims) AS dims, v.day AS day, {_SECOND} AS bucket, numerator, denominator, 0 AS n, 0 AS d
        FROM indicator_values AS v FINAL
        WHERE v.indicator IN ({indicators}) AND v.province = {text(extent.province.code)}{of_units} AND ({within})
        UNION ALL
        SELECT indicator, grain, unit, dims, day, bucket, 0, 0, numerator, denominator FROM recomputed
    )
    GROUP BY indicator, grain, unit, dims, day, bucket
),
({lost}) AS is_lost,
(NOT is_lost AND stream_n = raw_n AND stream_d = raw_d) AS agree,
(NOT is_lost AND NOT agree) AS differ
SELECT if(differ, indicator, '') AS indicator_, if(differ, grain, 0) AS grain_, if(differ, both.unit, '') AS unit_,
       if(differ, dims, '') AS dims_, if(differ, bucket, 0) AS bucket_, if(differ, day, toDate32(0)) AS day_,
       if(differ, stream_n, 0), if(differ, stream_d, 0), if(differ, raw_n, 0), if(differ, raw_d, 0),
       countIf(agree), countIf(is_lost)
FROM {source} GROUP BY ALL ORDER BY indicator_, unit_, grain_, bucket_, dims_"""
