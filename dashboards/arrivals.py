"""Panels on events that arrive late: how many, by how much, from whom."""

from __future__ import annotations

from dataclasses import replace

from dashboards import panels
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query
from dashboards.sql import sql

_MEAN_DELAY = """sumIf(numerator, indicator = 'late_events') AS late,
            sumIf(numerator, indicator = 'late_event_delay') AS delay_ms,
            sumIf(denominator, indicator = 'late_event_delay') AS delayed,
            if(delayed = 0, NULL, delay_ms / delayed) AS mean_ms"""
_EXPRESSIONS = {"mean_delay": _MEAN_DELAY}
_COUNT = Field(unit="locale", decimals=0)
_DELAY = Field(unit="ms", decimals=1)


def _columns(say: Say) -> dict[str, str]:
    return {"late": say("Sự kiện", "Events"), "mean": say("Chậm trung bình", "Mean delay")}


_LATE = """
    SELECT late AS "@late", mean_ms AS "@mean"
    FROM
    (
        SELECT
            @mean_delay
        FROM indicator_buckets
        WHERE indicator IN ('late_events', 'late_event_delay') AND unit = @province
          AND @in_period
    )
"""


def late(number: int, grid: Grid, say: Say) -> Panel:
    """How many events of the period's arrivals were late, and how late in the mean."""
    words = _columns(say)
    panel = panels.stat(
        number,
        say("Dữ liệu đến muộn", "Late events"),
        grid,
        Query(sql(_LATE, say, _EXPRESSIONS, **words)),
        Field(unit="locale", decimals=0, no_value="–"),
        description=say(
            "Sự kiện đến sau khi xảy ra hơn 15 phút, tính theo lúc nhận được; số liệu liên quan đã được tính lại.",
            "Events that arrived more than 15 minutes after they happened, by arrival; figures have been corrected.",
        ),
        orientation="vertical",
    )
    return replace(panel, overrides={words["late"]: _COUNT, words["mean"]: _DELAY})


_OVER_TIME = """
    SELECT bucket AS time, sum(numerator) AS "@late"
    FROM indicator_buckets
    WHERE indicator = 'late_events' AND unit = @province
      AND @in_steps
    GROUP BY time
    ORDER BY time
"""


def over_time(number: int, grid: Grid, say: Say) -> Panel:
    """When the late ones arrived."""
    words = _columns(say)
    return panels.time_series(
        number,
        say("Dữ liệu đến muộn theo thời gian", "Late events over time"),
        grid,
        Query(sql(_OVER_TIME, say, late=words["late"]), "time_series"),
        replace(_COUNT, color=panels.fixed_color("#8d96a0")),
        stacked_bars=True,
        description=say(
            "Theo lúc nhận được; mỗi cột là 1 phút (đến 2 giờ), 1 giờ (đến 8 ngày) hoặc 1 ngày.",
            "By arrival; a bar is a minute (up to 2 hours), an hour (up to 8 days) or a day.",
        ),
    )


_BY_UNIT = """
    SELECT u.@name AS "@unit_name", f.late AS "@late", f.mean_ms AS "@mean"
    FROM
    (
        SELECT
            unit,
            @mean_delay
        FROM indicator_buckets
        WHERE indicator IN ('late_events', 'late_event_delay')
          AND unit IN (SELECT code FROM units WHERE province = @province AND level != 'province')
          AND @in_period
        GROUP BY unit
        HAVING late > 0
    ) AS f
    INNER JOIN (SELECT * FROM units FINAL) AS u ON f.unit = u.code
    ORDER BY f.late DESC, f.unit
"""


def by_unit(number: int, grid: Grid, say: Say) -> Panel:
    """The units whose events came late, the most first."""
    words = _columns(say) | {"unit_name": say("Đơn vị", "Unit")}
    return panels.table(
        number,
        say("Đơn vị có dữ liệu đến muộn", "Units with late events"),
        grid,
        Query(sql(_BY_UNIT, say, _EXPRESSIONS, **words)),
        {
            words["unit_name"]: Field(custom={"minWidth": 150}),
            words["late"]: replace(_COUNT, custom={"align": "right", "width": 90}),
            words["mean"]: replace(_DELAY, custom={"align": "right", "width": 135}),
        },
        description=say(
            "Trong khoảng thời gian đã chọn; đơn vị có nhiều sự kiện đến muộn nhất đứng trước.",
            "In the chosen period; the unit with the most late events first.",
        ),
    )
