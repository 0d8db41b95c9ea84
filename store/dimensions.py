"""The configuration as tables, so that dashboards can show names, levels and targets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from clickhouse_connect.driver.client import Client

from store import index_dimensions
from streams.core.index import Index
from streams.core.indicators import Indicator
from streams.core.units import Province, Unit, Units

_UNITS = [
    *("code", "name_vi", "name_en", "level", "parent", "province", "time_zone", "live"),
    *("valid_from", "valid_to", "former_province", "in_charge_vi", "in_charge_en", "contact", "loaded_at"),
]
_INDICATORS = ["id", "name_vi", "name_en", "kind", "format", "target", "better", "source", "loaded_at"]


def fill(
    client: Client, units: Units, indicators: Mapping[str, Indicator], indices: Iterable[Index] = ()
) -> None:
    """Replace the dimension tables' rows by the configuration's; a province is a unit of level `province`."""
    now = _later_than_all(client, datetime.now(UTC))
    index_dimensions.fill(
        client, units, indices, now
    )  # before the indicators, with which they begin to count
    rows = [[*_row(one, units.province_of(one.code)), now] for one in units.everyone]
    client.insert("units", rows, _UNITS)
    client.insert(
        "indicators",
        [
            [i.id, i.name.vi, i.name.en, i.kind, i.format, i.target, i.better, i.source, now]
            for i in indicators.values()
        ],
        _INDICATORS,
    )


def _row(one: Province | Unit, province: Province) -> Iterator[Any]:
    """The columns of a unit; a province is a unit without anything above it."""
    yield from (one.code, one.name.vi, one.name.en)
    if isinstance(one, Unit):
        yield from (one.level, one.parent, one.province, province.time_zone, province.live)
        yield from (_day(one.valid_from), _day(one.valid_to), one.former_province)
    else:
        yield from ("province", "", one.code, one.time_zone, one.live, None, None, "")
    yield from (one.in_charge.vi, one.in_charge.en, one.contact)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _later_than_all(client: Client, now: datetime) -> datetime:
    """Of two rows the one loaded later counts: a clock that went back must not let the old configuration win."""
    [(newest,)] = client.query(
        "SELECT max(loaded_at) FROM (SELECT loaded_at FROM units UNION ALL SELECT loaded_at FROM indicators)"
    ).result_rows
    later: datetime = newest.replace(tzinfo=UTC) + timedelta(milliseconds=1)
    return max(now, later)
