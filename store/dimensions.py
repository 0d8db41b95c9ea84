"""The configuration as tables, so that dashboards can show names, levels and targets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from clickhouse_connect.driver.client import Client

from streams.core.indicators import Indicator
from streams.core.units import Units

_UNITS = ["code", "name_vi", "name_en", "level", "parent", "province", "time_zone", "live", "loaded_at"]
_INDICATORS = ["id", "name_vi", "name_en", "kind", "format", "target", "better", "source", "loaded_at"]


def fill(client: Client, units: Units, indicators: Mapping[str, Indicator]) -> None:
    """Replace the dimension tables' rows by the configuration's; a province is a unit of level `province`."""
    now = _later_than_all(client, datetime.now(UTC))
    rows = [
        [p.code, p.name.vi, p.name.en, "province", "", p.code, p.time_zone, p.live, now]
        for p in units.provinces.values()
    ]
    for unit in units.units.values():
        province = units.province_of(unit.code)
        rows.append(
            [
                unit.code,
                unit.name.vi,
                unit.name.en,
                unit.level,
                unit.parent,
                unit.province,
                province.time_zone,
                province.live,
                now,
            ]
        )
    client.insert("units", rows, _UNITS)
    client.insert(
        "indicators",
        [
            [i.id, i.name.vi, i.name.en, i.kind, i.format, i.target, i.better, i.source, now]
            for i in indicators.values()
        ],
        _INDICATORS,
    )


def _later_than_all(client: Client, now: datetime) -> datetime:
    """Of two rows the one loaded later counts: a clock that went back must not let the old configuration win."""
    [(newest,)] = client.query(
        "SELECT max(loaded_at) FROM (SELECT loaded_at FROM units UNION ALL SELECT loaded_at FROM indicators)"
    ).result_rows
    later: datetime = newest.replace(tzinfo=UTC) + timedelta(milliseconds=1)
    return max(now, later)
