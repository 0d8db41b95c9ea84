"""Indices of points as tables, from which the views of store/ddl/0019_index.sql compute scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from clickhouse_connect.driver.client import Client

from streams.core.index import Index, Row
from streams.core.units import Units

_LINES = ["code", "above", "loaded_at"]
_INDICES = ["id", "name_vi", "name_en", "tolerance", "loaded_at"]
_ROWS = [
    *("index_id", "row_id", "position", "code", "name_vi", "name_en", "source"),
    *("group_id", "group_position", "group_name_vi", "group_name_en"),
    *("most", "full_at", "constant", "empty_full", "ranks", "loaded_at"),
]
_TERMS = ["index_id", "row_id", "kind", "term", "loaded_at"]
_CLASSES = ["index_id", "class_id", "name_vi", "name_en", "least", "loaded_at"]


def fill(client: Client, units: Units, indices: Iterable[Index], now: datetime) -> None:
    """Add the configuration's rows, loaded `now`: they count once indicators were loaded then, earlier ones no more."""
    lines = [[code, one, now] for code, above in units.ancestors.items() for one in (code, *above)]
    if lines:
        client.insert("unit_lines", lines, _LINES)
    for index in indices:
        named = [index.id, index.name.vi, index.name.en, index.tolerance, now]
        client.insert("indices", [named], _INDICES)
        client.insert("index_rows", [[*row, now] for row in _rows(index)], _ROWS)
        terms = [[index.id, row.id, *term, now] for row in index.rows.values() for term in _terms(row)]
        if terms:
            client.insert("index_terms", terms, _TERMS)
        classes = [[index.id, one.id, one.name.vi, one.name.en, one.least, now] for one in index.classes]
        client.insert("index_classes", classes, _CLASSES)


def _rows(index: Index) -> Iterator[tuple[object, ...]]:
    position = 0
    for place, group in enumerate(index.groups):
        for row in group.rows:
            position += 1
            ranks = index.ranking.min_denominator if row.id == index.ranking.row else 0
            yield (
                *(index.id, row.id, position, row.code, row.name.vi, row.name.en, row.source),
                *(group.id, place, group.name.vi, group.name.en),
                *(row.most, row.full_at, row.constant, row.empty == "full", ranks),
            )


def _terms(row: Row) -> Iterator[tuple[str, str]]:
    yield from (("flow", name) for name in row.indicators)
    yield from (("state", name) for name in row.states)
    if row.procedures:
        yield "procedures", row.procedures
