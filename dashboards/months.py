"""Panels on the life of dossiers by month, by channel and by unit; imported history is shown like today's."""

from __future__ import annotations

from dataclasses import replace

from dashboards import channels, panels
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query
from dashboards.sql import sql

_FIGURES = """
        sumIf(numerator, indicator = 'dossiers_received') AS received,
        sumIf(numerator, indicator = 'dossiers_settled') AS settled,
        sumIf(numerator, indicator = 'on_time_settlement') AS on_time,
        sumIf(numerator, indicator = 'dossiers_late') AS late,
        if(on_time + late = 0, NULL, on_time / (on_time + late)) AS share,
        sumIf(numerator, indicator = 'settlement_days') AS elapsed_ms,
        sumIf(denominator, indicator = 'settlement_days') AS timed,
        if(timed = 0, NULL, elapsed_ms / timed / 86400000) AS mean_days
"""
_FLOWS = "('dossiers_received', 'dossiers_settled', 'on_time_settlement', 'dossiers_late', 'settlement_days')"
_STOCKS = "('open_backlog', 'overdue_backlog')"
_QUANTILES = """
        quantilesExactWeighted(0.5, 0.9)(value, cases) AS found,
        if(count() = 0, NULL, found[1]) / 86400000 AS median_days,
        if(count() = 0, NULL, found[2]) / 86400000 AS p90_days
"""
_EXPRESSIONS = {
    "figures": _FIGURES.strip(),
    "quantiles": _QUANTILES.strip(),
    "flows": _FLOWS,
    "stocks": _STOCKS,
    # Of the flows the period's days, of the stocks every day until its end.
    "in_days": f"""grain = 'day' AND (
              indicator IN {_FLOWS} AND $__timeFilter(bucket)
              OR indicator IN {_STOCKS} AND bucket <= least($__toTime, now())
          )""",
    "bins": "indicator_bins WHERE indicator = 'settlement_time' AND grain = 'day'",
}

_WITHIN = ("Trung vị và P90 có sai số đến 2 %.", "Median and P90 are within 2 %.")


def _columns(say: Say) -> dict[str, str]:
    """The words of the figures, which are the columns' names in every table."""
    return {
        "received": say("Tiếp nhận", "Received"),
        "settled": say("Giải quyết", "Settled"),
        "on_time": say("Đúng hạn", "On time"),
        "late": say("Trễ hạn", "Late"),
        "share": say("Tỷ lệ đúng hạn", "On-time rate"),
        "open": say("Đang giải quyết", "Open"),
        "overdue": say("Quá hạn", "Overdue"),
        "mean": say("TB (ngày)", "Mean (days)"),
        "median": say("Trung vị (ngày)", "Median (days)"),
        "p90": say("P90 (ngày)", "P90 (days)"),
    }


def _fields(say: Say, *without: str) -> dict[str, Field]:
    words = _columns(say)
    count = Field(unit="locale", decimals=0, custom={"align": "right"})
    days = Field(unit="none", decimals=1, custom={"align": "right"})
    fields = {words[name]: count for name in ("received", "settled", "on_time", "late", "open", "overdue")}
    fields |= {words[name]: days for name in ("mean", "median", "p90")}
    fields[words["share"]] = Field(unit="percentunit", decimals=1, custom={"align": "right"})
    for name in without:
        del fields[words[name]]
    return fields


# A dossier that is overdue from the first midnight of a month on is overdue at the end of the month before.
_BY_MONTH = """
    SELECT
        toDateTime(m.month, 'Asia/Ho_Chi_Minh') AS "@month",
        m.received AS "@received",
        m.settled AS "@settled",
        m.on_time AS "@on_time",
        m.late AS "@late",
        m.share AS "@share",
        m.open AS "@open",
        m.overdue AS "@overdue",
        m.mean_days AS "@mean",
        q.median_days AS "@median",
        q.p90_days AS "@p90"
    FROM
    (
        SELECT
            toStartOfMonth(if(indicator IN @stocks, toDate(toTimeZone(bucket - 1, @zone)), day)) AS month,
            max(bucket) AS newest,
            @figures,
            sum(sumIf(numerator, indicator = 'open_backlog')) OVER (ORDER BY month) AS open,
            sum(sumIf(numerator, indicator = 'overdue_backlog')) OVER (ORDER BY month) AS overdue
        FROM indicator_buckets
        WHERE (indicator IN @flows OR indicator IN @stocks) AND unit = @unit AND @until_end
        GROUP BY month
    ) AS m
    LEFT JOIN
    (
        SELECT toStartOfMonth(day) AS month, @quantiles
        FROM @bins AND unit = @unit
        GROUP BY month
    ) AS q ON m.month = q.month
    WHERE m.newest >= $__fromTime
    ORDER BY m.month DESC
"""


def by_month(number: int, grid: Grid, say: Say) -> Panel:
    """A row a month, the newest first; only months in which something happened."""
    month = say("Tháng", "Month")
    query = sql(_BY_MONTH, say, _EXPRESSIONS, month=month, **_columns(say))
    return panels.table(
        number,
        say("Theo tháng", "By month"),
        grid,
        Query(query),
        {month: Field(unit="time:MM/YYYY", custom={"width": 100}), **_fields(say)},
        description=say(
            f"Tính theo ngày tiếp nhận, ngày giải quyết; đang giải quyết và quá hạn tính cuối tháng. {_WITHIN[0]}",
            f"By date of receipt and date of settlement; open and overdue at the month's end. {_WITHIN[1]}",
        ),
    )


_MONTH_BARS = """
    SELECT
        formatDateTime(toStartOfMonth(day), '%m/%Y') AS "@month",
        sumIf(numerator, indicator = 'dossiers_received') AS "@received",
        sumIf(numerator, indicator = 'on_time_settlement') AS "@on_time",
        sumIf(numerator, indicator = 'dossiers_late') AS "@late"
    FROM indicator_buckets
    WHERE indicator IN @flows AND unit = @unit AND grain = 'day' AND $__timeFilter(bucket)
    GROUP BY toStartOfMonth(day)
    ORDER BY toStartOfMonth(day)
"""


def month_bars(number: int, grid: Grid, say: Say) -> Panel:
    """Received, settled on time and settled late, month beside month."""
    words = _columns(say)
    month = say("Tháng", "Month")
    colors = {
        words["received"]: Field(color=panels.fixed_color("#8d96a0")),
        words["on_time"]: Field(color=panels.fixed_color("blue")),
        words["late"]: Field(color=panels.fixed_color(panels.WARNING)),
    }
    return panels.bar_chart(
        number,
        say("Tiếp nhận và giải quyết theo tháng", "Received and settled by month"),
        grid,
        Query(sql(_MONTH_BARS, say, _EXPRESSIONS, month=month, **words)),
        month,
        overrides=colors,
        description=say("Chỉ các tháng có hồ sơ.", "Only months with dossiers."),
    )


_TOTALS = """
    SELECT
        f.received AS "@received",
        f.settled AS "@settled",
        f.share AS "@share",
        f.late AS "@late",
        f.open AS "@open",
        f.overdue AS "@overdue",
        f.mean_days AS "@mean",
        q.median_days AS "@median",
        q.p90_days AS "@p90"
    FROM
    (
        SELECT
            @figures,
            sumIf(numerator, indicator = 'open_backlog') AS open,
            sumIf(numerator, indicator = 'overdue_backlog') AS overdue
        FROM indicator_buckets
        WHERE unit = @unit AND @in_days
    ) AS f
    CROSS JOIN (SELECT @quantiles FROM @bins AND unit = @unit AND $__timeFilter(bucket)) AS q
"""


def totals(number: int, grid: Grid, say: Say) -> Panel:
    """The whole period in nine figures; open and overdue at its end."""
    words = _columns(say)
    fields = _fields(say, "on_time")
    query = sql(_TOTALS, say, _EXPRESSIONS, **words)
    panel = panels.stat(
        number,
        say("Trong khoảng thời gian đã chọn", "In the chosen period"),
        grid,
        Query(query),
        Field(unit="locale", decimals=0, no_value="–"),
        description=say(
            f"Đang giải quyết và quá hạn tính tại cuối khoảng thời gian. {_WITHIN[0]}",
            f"Open and overdue at the end of the period. {_WITHIN[1]}",
        ),
        orientation="vertical",
    )
    # A colour in an override that bears a column's name would be taken for the row's own fixed colour.
    return replace(
        panel, overrides={name: replace(field, custom={}, color=None) for name, field in fields.items()}
    )


_BY_CHANNEL = """
    SELECT
        transform(dims, @channel_keys, @channel_words, '@other') AS "@channel",
        received AS "@received",
        settled AS "@settled",
        on_time AS "@on_time",
        late AS "@late",
        share AS "@share",
        open AS "@open",
        overdue AS "@overdue",
        mean_days AS "@mean"
    FROM
    (
        SELECT
            dims,
            @figures,
            sumIf(numerator, indicator = 'open_backlog') AS open,
            sumIf(numerator, indicator = 'overdue_backlog') AS overdue
        FROM indicator_buckets
        WHERE unit = @unit AND @in_days
        GROUP BY dims
    )
    ORDER BY received DESC, dims
"""


def by_channel(number: int, grid: Grid, say: Say) -> Panel:
    """A row a channel."""
    channel = say("Kênh nộp", "Channel")
    expressions = _EXPRESSIONS | channels.words(say)
    query = sql(_BY_CHANNEL, say, expressions, channel=channel, **_columns(say))
    return panels.table(
        number,
        say("Theo kênh nộp", "By channel"),
        grid,
        Query(query),
        {channel: Field(custom={"width": 100}), **_fields(say, "median", "p90")},
        description=say("Trong khoảng thời gian đã chọn.", "In the chosen period."),
    )


_BY_UNIT = """
    SELECT
        u.@name AS "@unit_name",
        f.received AS "@received",
        f.settled AS "@settled",
        f.on_time AS "@on_time",
        f.late AS "@late",
        f.share AS "@share",
        f.open AS "@open",
        f.overdue AS "@overdue",
        f.mean_days AS "@mean",
        q.median_days AS "@median",
        q.p90_days AS "@p90"
    FROM
    (
        SELECT
            unit,
            @figures,
            sumIf(numerator, indicator = 'open_backlog') AS open,
            sumIf(numerator, indicator = 'overdue_backlog') AS overdue
        FROM indicator_buckets
        WHERE @within_unit AND @in_days
        GROUP BY unit
    ) AS f
    INNER JOIN (SELECT * FROM units FINAL WHERE level != 'province') AS u ON f.unit = u.code
    LEFT JOIN
    (
        SELECT unit, @quantiles
        FROM @bins AND @within_unit AND $__timeFilter(bucket)
        GROUP BY unit
    ) AS q ON f.unit = q.unit
    ORDER BY f.received DESC, u.code
"""


def by_unit(number: int, grid: Grid, say: Say) -> Panel:
    """A row a unit, or, in a register of officers, a row an officer."""
    unit_name = say("Đơn vị, cán bộ", "Unit or officer")
    query = sql(_BY_UNIT, say, _EXPRESSIONS, unit_name=unit_name, **_columns(say))
    return panels.table(
        number,
        say("Theo đơn vị, cán bộ", "By unit or officer"),
        grid,
        Query(query),
        {unit_name: Field(custom={"minWidth": 200}), **_fields(say)},
        description=say(
            f"Trong khoảng thời gian đã chọn. {_WITHIN[0]}", f"In the chosen period. {_WITHIN[1]}"
        ),
    )
