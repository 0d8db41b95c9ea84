"""Panels on `ioc audit --watch`: how often the figures were compared with the raw events, and what differed."""

from __future__ import annotations

from dataclasses import replace

from dashboards import panels
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query
from dashboards.sql import sql

_FOUND = """
    WITH @grouped
    SELECT
        multiIf(
            audits = 0, '@never',
            found = 0, concat('✓ @equal ', grouped(audits), ' @times'),
            concat('⚠ @differ ', grouped(audits), ' @times')
        ) AS "@state",
        if(audits = 0, NULL, found) AS "@differences"
    FROM
    (
        SELECT
            sumIf(numerator, indicator = 'audits') AS audits,
            sumIf(numerator, indicator = 'audit_differences') AS found
        FROM indicator_buckets
        WHERE indicator IN ('audits', 'audit_differences') AND unit = @province
          AND @in_period
    )
"""


def found(number: int, grid: Grid, say: Say) -> Panel:
    """How many differences the period's audits found, and that there were audits at all."""
    query = sql(
        _FOUND,
        say,
        never=say("chưa đối soát trong kỳ", "not audited in the period"),
        equal=say("khớp qua", "equal in"),
        differ=say("sai lệch qua", "differ in"),
        times=say("lần đối soát", "audits"),
        state=say("Tình trạng", "State"),
        differences=say("Sai lệch", "Differences"),
    )
    return panels.stat(
        number,
        say("Số liệu sai lệch khi đối soát", "Differences found by audits"),
        grid,
        Query(query),
        Field(
            unit="locale",
            decimals=0,
            thresholds=panels.above(1, panels.CRITICAL),
            mappings=(panels.mapped_nothing("–"),),
        ),
        description=say(
            "Số tổng không khớp với kết quả tính lại từ sự kiện gốc; `ioc audit --watch` đối soát thường xuyên.",
            "Sums that are not what the raw events give; `ioc audit --watch` compares them all the time.",
        ),
    )


_OVER_TIME = """
    SELECT
        bucket AS time,
        sumIf(numerator, indicator = 'audits') AS "@audits",
        sumIf(numerator, indicator = 'audit_differences') AS "@differences"
    FROM indicator_buckets
    WHERE indicator IN ('audits', 'audit_differences') AND unit = @province
      AND @in_steps
    GROUP BY time
    ORDER BY time
"""


def over_time(number: int, grid: Grid, say: Say) -> Panel:
    """Audits per step of time, and the differences that they found."""
    audits, differences = say("Lần đối soát", "Audits"), say("Sai lệch", "Differences")
    count = Field(unit="locale", decimals=0)
    return panels.time_series(
        number,
        say("Đối soát theo thời gian", "Audits over time"),
        grid,
        Query(sql(_OVER_TIME, say, audits=audits, differences=differences), "time_series"),
        count,
        overrides={
            audits: replace(count, color=panels.fixed_color("#8d96a0")),
            differences: replace(count, color=panels.fixed_color(panels.CRITICAL)),
        },
        stacked_bars=True,
        description=say(
            "Mỗi cột là 1 phút (đến 2 giờ), 1 giờ (đến 8 ngày) hoặc 1 ngày.",
            "A bar is a minute (up to 2 hours), an hour (up to 8 days) or a day.",
        ),
    )
