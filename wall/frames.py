"""ClickHouse results as Grafana's data frames (DataFrameJSON), as its ClickHouse data source makes them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal, TypeAlias

from wall.reader import Table

Frame: TypeAlias = dict[str, Any]
FieldType: TypeAlias = Literal["time", "number", "boolean", "string"]

_WRAPPED = re.compile(r"(?:Nullable\(|LowCardinality\(|SimpleAggregateFunction\(\w+, )(.*)\)$")
_NUMBER = re.compile(r"U?Int\d+|B?Float\d+|Decimal")


def table_frame(table: Table, ref_id: str) -> Frame:
    """The rows as they are."""
    types = [field_type(name) for name in table.types]
    columns = [_values(type_, column) for type_, column in zip(types, table.columns, strict=True)]
    fields = [{"name": name, "type": type_} for name, type_ in zip(table.names, types, strict=True)]
    return _frame(ref_id, fields, columns)


def time_series_frame(table: Table, ref_id: str) -> Frame:
    """One time column and a column per series.

    Rows with words beside time and figures (the long form) are spread out: each figure becomes a field for each
    combination of words, which are its labels, with null where a series has no row for an instant.
    """
    frame = table_frame(table, ref_id)
    fields, columns = frame["schema"]["fields"], frame["data"]["values"]
    times = [n for n, field in enumerate(fields) if field["type"] == "time"]
    words = [n for n, field in enumerate(fields) if field["type"] == "string"]
    figures = [n for n, field in enumerate(fields) if field["type"] in ("number", "boolean")]
    if not (times and words and figures):
        return frame
    instants = sorted(set(columns[times[0]]))
    row_of = {instant: row for row, instant in enumerate(instants)}
    series: dict[tuple[Any, ...], list[list[Any]]] = {}
    for row, instant in enumerate(columns[times[0]]):
        labels = tuple(columns[n][row] for n in words)
        spread = series.setdefault(labels, [[None] * len(instants) for _ in figures])
        for position, n in enumerate(figures):
            spread[position][row_of[instant]] = columns[n][row]
    wide_fields = [fields[times[0]]]
    wide_columns: list[list[Any]] = [instants]
    for position, n in enumerate(figures):
        for labels in sorted(series, key=str):
            named = {fields[w]["name"]: label for w, label in zip(words, labels, strict=True)}
            wide_fields.append(fields[n] | {"labels": named})
            wide_columns.append(series[labels][position])
    return _frame(ref_id, wide_fields, wide_columns)


def field_type(clickhouse_type: str) -> FieldType:
    """What Grafana calls a ClickHouse type."""
    name = clickhouse_type
    while match := _WRAPPED.match(name):
        name = match.group(1)
    if name.startswith("Date"):
        return "time"
    if name == "Bool":
        return "boolean"
    return "number" if _NUMBER.match(name) else "string"


def _frame(ref_id: str, fields: Sequence[dict[str, Any]], columns: Sequence[Sequence[Any]]) -> Frame:
    return {"schema": {"refId": ref_id, "fields": list(fields)}, "data": {"values": list(columns)}}


def _values(type_: FieldType, column: Sequence[Any]) -> list[Any]:
    convert = _CONVERSIONS[type_]
    return [None if value is None else convert(value) for value in column]


def _milliseconds(value: date) -> int:
    """Since 1970; a time without a zone is UTC's, a date is its midnight in UTC."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    elif value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return round(value.timestamp() * 1000)


def _number(value: Any) -> int | float | None:
    if isinstance(value, int):
        return value
    number = float(value)
    return number if math.isfinite(number) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


_CONVERSIONS: dict[FieldType, Callable[[Any], Any]] = {
    "time": _milliseconds,
    "number": _number,
    "boolean": bool,
    "string": _text,
}
