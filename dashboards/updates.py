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


_OLDEST = """
    SELECT u.@name AS "@unit_name", heard.newest AS "@newest", dateDiff('second', heard.newest, now64(3)) AS "@age"
    FROM
    (
        SELECT unit, max(newest) AS newest
        FROM arrivals
        WHERE kind = 'updates.records_cleaned' AND @within_unit
        GROUP BY unit
    ) AS heard
    INNER JOIN (SELECT * FROM units FINAL WHERE level != 'province') AS u ON heard.unit = u.code
    ORDER BY heard.newest, u.code
"""


def oldest(number: int, grid: Grid, say: Say) -> Panel:
    """When each unit last cleaned records, the one that has not for longest on top."""
    words = {
        "unit_name": say("Đơn vị", "Unit"),
        "newest": say("Cập nhật gần nhất", "Newest update"),
        "age": say("Đã qua", "Age"),
    }
    return panels.table(
        number,
        say("Lâu chưa làm sạch dữ liệu", "Longest without cleaned records"),
        grid,
        Query(sql(_OLDEST, say, **words)),
        {
            words["unit_name"]: Field(custom={"minWidth": 150}),
            words["newest"]: Field(unit="time:DD/MM/YYYY HH:mm", custom={"align": "right", "width": 165}),
            words["age"]: Field(unit="s", decimals=0, custom={"align": "right", "width": 110}),
        },
        description=say(
            "Lần cuối nhận kết quả làm sạch dữ liệu của từng đơn vị, lâu nhất trước.",
            "When results of cleaning last came from each unit, the oldest first.",
        ),
    )
