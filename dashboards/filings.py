"""Panels on dossiers: what came in, what is overdue."""

from __future__ import annotations

from dashboards import channels, panels
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query
from dashboards.sql import sql

_RECEIVED = """
    WITH @grouped, @out_of
    SELECT concat('@online ', out_of(online, total)) AS "@of_which", total AS "@dossiers"
    FROM
    (
        SELECT sum(numerator) AS total, sumIf(numerator, dims = 'channel=online') AS online
        FROM indicator_buckets
        WHERE indicator = 'dossiers_received' AND unit = @province
          AND @in_period
    )
"""


def received(number: int, grid: Grid, say: Say) -> Panel:
    """How many dossiers came in, and how many of them online."""
    query = sql(
        _RECEIVED,
        say,
        online=say("trực tuyến", "online"),
        of_which=say("Trong đó", "Of which"),
        dossiers=say("Hồ sơ", "Dossiers"),
    )
    return panels.stat(
        number,
        say("Hồ sơ tiếp nhận", "Dossiers received"),
        grid,
        Query(query),
        Field(unit="locale", decimals=0),
        description=say("Trong khoảng thời gian đã chọn.", "In the chosen period."),
    )


_OVERDUE = """
    WITH @grouped
    SELECT concat('@of ', grouped(open), ' @in_work') AS "@open", overdue AS "@overdue"
    FROM
    (
        SELECT
            sumIf(numerator, indicator = 'overdue_backlog') AS overdue,
            sumIf(numerator, indicator = 'open_backlog') AS open
        FROM indicator_buckets
        WHERE indicator IN ('overdue_backlog', 'open_backlog') AND unit = @province
          AND @until_end
    )
"""


def overdue(number: int, grid: Grid, say: Say) -> Panel:
    """How many dossiers are past their due date, of how many that are open."""
    query = sql(
        _OVERDUE,
        say,
        of=say("trên", "of"),
        in_work=say("đang giải quyết", "open"),
        open=say("Đang giải quyết", "Open"),
        overdue=say("Quá hạn", "Overdue"),
    )
    return panels.stat(
        number,
        say("Hồ sơ quá hạn", "Overdue dossiers"),
        grid,
        Query(query),
        Field(unit="locale", decimals=0),
        description=say(
            "Chưa giải quyết và đã quá ngày hẹn trả, tại cuối khoảng thời gian.",
            "Unsettled and past the due date, at the end of the period.",
        ),
    )


_OVER_TIME = """
    SELECT
        bucket AS time,
        @channels
    FROM indicator_buckets
    WHERE indicator = 'dossiers_received' AND unit = @province
      AND @in_steps
    GROUP BY time
    ORDER BY time
"""


def over_time(number: int, grid: Grid, say: Say) -> Panel:
    """What came in per step of time, by channel."""
    query = sql(_OVER_TIME, say, {"channels": channels.columns(say)})
    return panels.time_series(
        number,
        say("Hồ sơ tiếp nhận theo thời gian", "Dossiers received over time"),
        grid,
        Query(query, "time_series"),
        Field(unit="locale", decimals=0),
        overrides=channels.colors(say),
        stacked_bars=True,
        description=say(
            "Mỗi cột là 1 phút (đến 2 giờ), 1 giờ (đến 8 ngày) hoặc 1 ngày.",
            "A bar is a minute (up to 2 hours), an hour (up to 8 days) or a day.",
        ),
    )
