"""Units in generated SQL: which there are, and who belongs to whom."""

from __future__ import annotations

import msgspec

from streams.core.units import Province, Units


def codes(province: Province, units: Units) -> list[str]:
    """A province and all units of it."""
    return [province.code, *(code for code, unit in units.units.items() if unit.province == province.code)]


def links(province: Province, units: Units, of: frozenset[str] = frozenset()) -> str:
    """A SELECT of (code, parent): every unit of a province with itself and with each one above it.

    Args:
        province: whose units.
        units: all of them.
        of: only these parents; none means all.
    """
    pairs = [
        (code, parent)
        for code in codes(province, units)
        for parent in (code, *units.ancestors[code])
        if not of or parent in of
    ]
    # One literal, for ten thousand units would be more elements than ClickHouse parses.
    return (
        f"SELECT link.1 AS code, link.2 AS parent FROM (SELECT arrayJoin(JSONExtract({text(_json(pairs))},"
        " 'Array(Tuple(String, String))')) AS link)"
    )


def below(units: Units, code: str) -> list[str]:
    """A unit and all below it."""
    return [code, *(one for one, above in units.ancestors.items() if code in above)]


def text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
