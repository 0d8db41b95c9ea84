"""By which definitions and units the figures of the past were counted, and what has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from clickhouse_connect.driver.client import Client
from xxhash import xxh3_64_intdigest

from streams.core.indicators import Indicator
from streams.core.units import Units

UNITS = ""
"""In place of an indicator's id: who belongs to whom, and when they work."""

_WORDS = {"name", "description", "source", "format", "target", "better"}
"""Fields of an indicator that change no figure."""


def note_first(client: Client, units: Units, indicators: Mapping[str, Indicator]) -> None:
    """If nothing is known, take it that all was counted by this configuration."""
    [(known,)] = client.query("SELECT count() FROM counted_by").result_rows
    if not known:
        note(client, units, indicators)


def note(client: Client, units: Units, indicators: Mapping[str, Indicator]) -> None:
    """All has been counted by this configuration."""
    now = datetime.now(UTC)
    rows = [[what, digest, now] for what, digest in _digests(units, indicators).items()]
    client.insert("counted_by", rows, ["what", "digest", "since"])


def changed(client: Client, units: Units, indicators: Mapping[str, Indicator]) -> list[str]:
    """Indicators, and UNITS, whose past was counted otherwise or not at all; nothing where nothing is known."""
    known: dict[str, int] = dict(client.query("SELECT what, digest FROM counted_by FINAL").result_rows)  # type: ignore[arg-type]  # rows of any width
    if not known:
        return []
    return sorted(what for what, digest in _digests(units, indicators).items() if known.get(what) != digest)


def _digests(units: Units, indicators: Mapping[str, Indicator]) -> dict[str, int]:
    hierarchy = (
        sorted((unit.code, unit.parent, unit.province) for unit in units.units.values()),
        sorted(
            (province.code, province.time_zone, msgspec.json.encode(province.working).decode())
            for province in units.provinces.values()
        ),
    )
    return {UNITS: _digest(hierarchy)} | {name: _digest(_counting(one)) for name, one in indicators.items()}


def _counting(indicator: Indicator) -> dict[str, Any]:
    fields = msgspec.to_builtins(indicator)
    return {name: value for name, value in fields.items() if name not in _WORDS}


def _digest(value: Any) -> int:
    return xxh3_64_intdigest(msgspec.json.encode(value, order="deterministic"))
