"""How to look at a difference: SQL that shows what the stream said, and the events that say otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from store.audit import Difference
from store.lineage import below, text
from streams.core.buckets import DAY, HOUR
from streams.core.calendar import Calendar
from streams.core.definitions import EventFields, cases_of
from streams.core.indicators import Indicator
from streams.core.units import Units


def of_the_stream(difference: Difference) -> str:
    """A SELECT of all versions of the bucket, one row for each part."""
    return (
        f"SELECT * FROM indicator_values WHERE indicator = {text(difference.indicator)}"
        f" AND grain = '{difference.grain}' AND unit = {text(difference.unit)} AND dims = {text(difference.dims)}"
        f" AND toUnixTimestamp(bucket) = {difference.bucket}"
    )


def of_the_events(
    difference: Difference, indicator: Indicator, units: Units, kinds: Iterable[EventFields]
) -> str:
    """A SELECT of the events that the bucket is made of.

    For an indicator over cases, of all events of those that have an event on the bucket's day, or were due on it or
    on the day before.
    """
    if difference.unit in units.provinces:
        whose = f"unit IN (SELECT code FROM units WHERE province = {text(difference.unit)})"
    else:
        whose = f"unit IN ({_list(below(units, difference.unit))})"
    if indicator.over_cases:
        mine = f"startsWith(kind, {text(cases_of(kinds)[indicator.over[0]].stream + '.')})"
        zone = units.province_of(difference.unit).time_zone
        due = (
            f"toDate(parseDateTime64BestEffortOrNull(JSONExtractString(data, 'due_at'), 3, 'UTC'), '{zone}')"
        )
        days = f"('{difference.day}', '{difference.day - timedelta(days=1)}')"
        return (
            f"SELECT unit, dossier, kind, time, arrived_at, data FROM events FINAL WHERE {mine} AND (unit, dossier) IN"
            f" (SELECT unit, dossier FROM events WHERE {whose} AND {mine}"
            f" AND (toDate(time, '{zone}') = '{difference.day}' OR {due} IN {days})) ORDER BY unit, dossier, time"
        )
    begin, end = (
        f"'{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M:%S}'" for second in _bounds(difference, units)
    )
    return (
        f"SELECT * FROM events FINAL WHERE kind IN ({_list(indicator.over)}) AND {whose}"
        f" AND {indicator.at} >= {begin} AND {indicator.at} < {end} ORDER BY time"
    )


def _bounds(difference: Difference, units: Units) -> tuple[int, int]:
    if difference.grain == DAY:
        calendar = Calendar(units.zone_of(difference.unit))
        return calendar.midnight(difference.day), calendar.midnight(difference.day + timedelta(days=1))
    return difference.bucket, difference.bucket + (3600 if difference.grain == HOUR else 60)


def _list(values: Iterable[str]) -> str:
    return ", ".join(map(text, values))
