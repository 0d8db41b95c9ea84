"""The three panels of a declared row of counts or amounts: of what happened in the period, or how many there are."""

from __future__ import annotations

from dataclasses import replace

from dashboards import panels
from dashboards.declaration import Row
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query
from dashboards.sql import TIME_ZONE, sql

_FIGURE = Field(unit="locale", decimals=0)
_SHADES = ("#8d96a0", "blue", "purple", "#5794f2", "#b877d9", "#c0c6cc")
"""Of the lines: none of them says that something is wrong."""

_NOW = """
    SELECT
        @figures
    FROM indicator_buckets
    WHERE indicator IN (@indicators) AND unit = @unit
      AND @counted
"""

_FLOWS_OVER_TIME = """
    SELECT
        bucket AS time,
        @figures
    FROM indicator_buckets
    WHERE indicator IN (@indicators) AND unit = @unit
      AND @in_steps
    GROUP BY time
    ORDER BY time
"""

# A stock changes with each of its buckets: what it is at the end of a day is the sum of all until then. A bucket at
# midnight itself belongs to the day before.
_STOCKS_OVER_TIME = """
    SELECT
        toDateTime(day, '@time_zone') AS time,
        @courses
    FROM
    (
        SELECT
            day,
            @running
        FROM
        (
            SELECT
                toDate(toTimeZone(bucket - 1, '@time_zone')) AS day,
                @sums
            FROM indicator_buckets
            WHERE indicator IN (@indicators) AND unit = @unit AND @until_end
            GROUP BY day
            ORDER BY day WITH FILL TO toDate(toTimeZone(least($__toTime, now()), '@time_zone')) + 1
        )
    )
    WHERE time >= toStartOfDay(toTimeZone($__fromTime, '@time_zone'))
    ORDER BY time
"""

_BY_UNIT = """
    SELECT
        u.@name AS "@unit_name",
        @columns
    FROM
    (
        SELECT
            unit,
            @sums
        FROM indicator_buckets
        WHERE indicator IN (@indicators) AND @within_unit
          AND @counted
        GROUP BY unit
        HAVING @any
    ) AS f
    INNER JOIN (SELECT * FROM units FINAL WHERE level != 'province') AS u ON f.unit = u.code
    ORDER BY @ordered, u.code
"""


def now(number: int, row: Row, grid: Grid, say: Say) -> Panel:
    """The figures, one beside the other."""
    panel = panels.stat(
        number,
        row.name.in_language(say.language),
        grid,
        Query(sql(_NOW, say, _parts(row, say))),
        _FIGURE,
        description=_when(row, say),
        orientation="horizontal",
        wide=True,
    )
    return replace(panel, overrides=dict.fromkeys(_names(row, say), _FIGURE))


def over_time(number: int, row: Row, grid: Grid, say: Say) -> Panel:
    """What happened in each step of the period; of stocks how many there were at the end of each day."""
    stocks = row.is_stock
    title = row.name.in_language(say.language)
    shades = zip(_names(row, say), _SHADES, strict=False)
    return panels.time_series(
        number,
        say(f"{title} theo thời gian", f"{title} over time"),
        grid,
        Query(sql(_STOCKS_OVER_TIME if stocks else _FLOWS_OVER_TIME, say, _parts(row, say)), "time_series"),
        _FIGURE,
        overrides={name: Field(color=panels.fixed_color(shade)) for name, shade in shades},
        stacked_bars=not stocks and len(row.shown) == 1,
        description=_when(row, say)
        if stocks
        else say(
            "Mỗi điểm là 1 phút (đến 2 giờ), 1 giờ (đến 8 ngày) hoặc 1 ngày.",
            "A point is a minute (up to 2 hours), an hour (up to 8 days) or a day.",
        ),
    )


def by_unit(number: int, row: Row, grid: Grid, say: Say) -> Panel:
    """The units within the chosen one, those first that have most of the first figure."""
    title = row.name.in_language(say.language)
    unit_name = say("Đơn vị", "Unit")
    narrow = replace(_FIGURE, custom={"align": "right", "width": 105})
    return panels.table(
        number,
        say(f"{title} theo đơn vị", f"{title} by unit"),
        grid,
        Query(sql(_BY_UNIT, say, _parts(row, say), unit_name=unit_name)),
        {unit_name: Field(custom={"minWidth": 150}), **dict.fromkeys(_names(row, say), narrow)},
        description=_when(row, say),
    )


def _parts(row: Row, say: Say) -> dict[str, str]:
    ids = [one.indicator.id for one in row.shown]
    names = _names(row, say)
    return {
        "time_zone": TIME_ZONE,
        "indicators": ", ".join(f"'{one}'" for one in ids),
        "counted": sql("@until_end" if row.is_stock else "@in_period", say),
        "figures": _each("sumIf(numerator, indicator = '{id}') AS \"{name}\"", ids, names),
        "sums": _each("sumIf(numerator, indicator = '{id}') AS n{at}", ids, names),
        "running": _each("sum(n{at}) OVER (ORDER BY day) AS s{at}", ids, names),
        "courses": _each('s{at} AS "{name}"', ids, names),
        "columns": _each('n{at} AS "{name}"', ids, names),
        "any": " OR ".join(f"n{at} != 0" for at in range(len(ids))),
        "ordered": ", ".join(f"n{at} DESC" for at in range(len(ids))),
    }


def _each(expression: str, ids: list[str], names: list[str]) -> str:
    pairs = enumerate(zip(ids, names, strict=True))
    return ", ".join(expression.format(id=one, name=name, at=at) for at, (one, name) in pairs)


def _names(row: Row, say: Say) -> list[str]:
    return [one.title(say.language) for one in row.shown]


def _when(row: Row, say: Say) -> str:
    if row.is_stock:
        return say("Tại cuối khoảng thời gian.", "At the end of the period.")
    return say("Trong khoảng thời gian đã chọn.", "In the chosen period.")
