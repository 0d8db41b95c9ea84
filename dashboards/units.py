"""Panels that set the units side by side."""

from __future__ import annotations

from dashboards import panels
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query
from dashboards.sql import sql
from dashboards.targets import Targets

_MOST_OVERDUE = """
    SELECT u.@name AS "@unit_name", f.overdue AS "@overdue"
    FROM
    (
        SELECT unit, sum(numerator) AS overdue
        FROM indicator_buckets
        WHERE indicator = 'overdue_backlog'
          AND unit IN (SELECT code FROM units WHERE province = @province AND level != 'province')
          AND @until_end
        GROUP BY unit
        HAVING overdue > 0
        ORDER BY overdue DESC, unit
        LIMIT 10
    ) AS f
    INNER JOIN (SELECT * FROM units FINAL) AS u ON f.unit = u.code
    ORDER BY f.overdue DESC, f.unit
"""


def most_overdue(number: int, grid: Grid, say: Say) -> Panel:
    """The ten units with the most overdue dossiers."""
    query = sql(_MOST_OVERDUE, say, unit_name=say("Đơn vị", "Unit"), overdue=say("Quá hạn", "Overdue"))
    field = Field(
        unit="locale",
        decimals=0,
        min=0,
        color=panels.fixed_color("#8d96a0"),
        no_value=say("không có hồ sơ quá hạn", "none overdue"),
    )
    return panels.bar_gauge(
        number,
        say("Nhiều hồ sơ quá hạn nhất", "Most overdue dossiers"),
        grid,
        Query(query),
        field,
        description=say("Mười đơn vị, tại cuối khoảng thời gian.", "Ten units, at the end of the period."),
    )


_RANKING = """
    WITH @grouped, @out_of
    SELECT
        if(isNull(f.on_time), NULL, rank() OVER (ORDER BY f.on_time DESC NULLS LAST)) AS "@rank",
        u.@name AS "@unit_name",
        f.on_time AS "@on_time",
        concat(if(f.on_time < @on_time_target, '▼ ', ''), out_of(f.on_time_n, f.on_time_d)) AS "@on_time_cases",
        f.online AS "@online",
        concat(if(f.online < @online_target, '▼ ', ''), out_of(f.online_n, f.online_d)) AS "@online_cases",
        f.overdue AS "@overdue"
    FROM
    (
        SELECT
            unit,
            sumIf(numerator, indicator = 'on_time_settlement') AS on_time_n,
            sumIf(denominator, indicator = 'on_time_settlement') AS on_time_d,
            sumIf(numerator, indicator = 'online_filing_rate') AS online_n,
            sumIf(denominator, indicator = 'online_filing_rate') AS online_d,
            sumIf(numerator, indicator = 'overdue_backlog') AS overdue,
            if(on_time_d = 0, NULL, on_time_n / on_time_d) AS on_time,
            if(online_d = 0, NULL, online_n / online_d) AS online
        FROM indicator_buckets
        WHERE unit IN (SELECT code FROM units WHERE province = @province AND level != 'province')
          AND (
              indicator IN ('on_time_settlement', 'online_filing_rate') AND @in_period
              OR indicator = 'overdue_backlog' AND @until_end
          )
        GROUP BY unit
    ) AS f
    INNER JOIN (SELECT * FROM units FINAL) AS u ON f.unit = u.code
    ORDER BY f.on_time ASC NULLS LAST, f.on_time_d DESC, f.unit
"""


def ranking(number: int, grid: Grid, say: Say, targets: Targets) -> Panel:
    """All units by settlement on time, each ratio beside its numerator and denominator."""
    words = {
        "rank": say("Hạng", "Rank"),
        "unit_name": say("Đơn vị", "Unit"),
        "on_time": say("Đúng hạn", "On time"),
        "on_time_cases": say("/ Giải quyết", "/ Settled"),
        "online": say("Trực tuyến", "Online"),
        "online_cases": say("/ Tiếp nhận", "/ Received"),
        "overdue": say("Quá hạn", "Overdue"),
    }
    columns = {
        words["rank"]: Field(unit="none", decimals=0, custom={"width": 60, "align": "right"}),
        words["unit_name"]: Field(custom={"width": 275}),
        words["on_time"]: panels.judged_column(panels.below(targets.get("on_time_settlement")), width=90),
        words["on_time_cases"]: Field(custom={"width": 115, "align": "right"}),
        words["online"]: panels.judged_column(panels.below(targets.get("online_filing_rate")), width=95),
        words["online_cases"]: Field(custom={"width": 115, "align": "right"}),
        words["overdue"]: Field(unit="locale", decimals=0, custom={"width": 80, "align": "right"}),
    }
    limits = {
        "on_time_target": str(targets.get("on_time_settlement") or 0),
        "online_target": str(targets.get("online_filing_rate") or 0),
    }
    return panels.table(
        number,
        say("Xếp hạng đơn vị, thấp nhất trước", "Units ranked, the lowest first"),
        grid,
        Query(sql(_RANKING, say, **words, **limits)),
        columns,
        description=say(
            "Hạng theo tỷ lệ đúng hạn; mỗi tỷ lệ đi cùng tử số / mẫu số; ▼ là dưới mục tiêu.",
            "Ranked by settlement on time; each ratio with its numerator / denominator; ▼ is under the target.",
        ),
    )
