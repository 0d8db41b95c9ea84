"""Dashboards from their declarations: each row is its figures, their course over time, and the units side by side."""

from __future__ import annotations

from collections.abc import Iterator

from dashboards import row_counts, row_shares
from dashboards.declaration import Declaration, Row
from dashboards.frame import of_unit
from dashboards.language import Say
from dashboards.model import Dashboard, Grid, Panel

_HEIGHT = 9
_FROM = {"today": "now/d", "month": "now/M", "quarter": "now/fQ", "year": "now/y"}


def uid(declaration: Declaration) -> str:
    """The plain uid."""
    return f"ioc-{declaration.id}"


def declared(declaration: Declaration, say: Say) -> Dashboard:
    """The dashboard in one language."""
    return of_unit(
        say,
        uid(declaration),
        declaration.name.in_language(say.language),
        declaration.description.in_language(say.language),
        tuple(panel for at, row in enumerate(declaration.rows) for panel in _row(at, row, say)),
        _FROM[declaration.period],
    )


def _row(at: int, row: Row, say: Say) -> Iterator[Panel]:
    """A panel's id says its row and its place: 21 is the first panel of the second row."""
    kind = row_shares if row.is_share else row_counts
    first, top = 10 * (at + 1) + 1, at * _HEIGHT
    yield kind.now(first, row, Grid(0, top, 6, _HEIGHT), say)
    yield kind.over_time(first + 1, row, Grid(6, top, 9, _HEIGHT), say)
    yield kind.by_unit(first + 2, row, Grid(15, top, 9, _HEIGHT), say)
