"""Panels on record updates."""

from __future__ import annotations

from dashboards import panels
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query
from dashboards.sql import sql

_CLEANED = """
    SELECT '@records' AS "@of_what", sum(numerator) AS "@cleaned"
    FROM indicator_buckets
    WHERE indicator = 'records_cleaned' AND unit = @province
      AND @in_period
"""


def cleaned(number: int, grid: Grid, say: Say) -> Panel:
    """How many records of the population data were cleaned."""
    query = sql(
        _CLEANED,
        say,
        records=say("bản ghi", "records"),
        of_what=say("Đơn vị tính", "Counted in"),
        cleaned=say("Đã làm sạch", "Cleaned"),
    )
    return panels.stat(
        number,
        say("Làm sạch dữ liệu dân cư", "Population records cleaned"),
        grid,
        Query(query),
        Field(unit="locale", decimals=0),
        description=say("Trong khoảng thời gian đã chọn.", "In the chosen period."),
    )
