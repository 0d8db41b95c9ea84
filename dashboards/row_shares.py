"""The three panels of a declared row whose indicator has a denominator: a percentage, or a mean in days."""

from __future__ import annotations

from dashboards import panels
from dashboards.declaration import Row
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query, Threshold
from dashboards.sql import percent, sql
from streams.core.indicators import Indicator

_DAY_MS = 86_400_000

_NOW = """
    WITH @grouped, @out_of
    SELECT
        multiIf(d = 0, '@nothing', @beyond, concat('@mark', @cases), @cases) AS "@of_cases",
        if(d = 0, NULL, @figure) AS "@name_of"
    FROM
    (
        SELECT sum(numerator) AS n, sum(denominator) AS d
        FROM indicator_buckets
        WHERE indicator = '@indicator' AND unit = @unit
          AND @in_period
    )
"""

_OVER_TIME = """
    SELECT bucket AS time, if(sum(denominator) = 0, NULL, @figure_of_sums) AS "@name_of"
    FROM indicator_buckets
    WHERE indicator = '@indicator' AND unit = @unit
      AND @in_steps
    GROUP BY time
    ORDER BY time
"""

_BY_UNIT = """
    WITH @grouped, @out_of
    SELECT
        u.@name AS "@unit_name",
        if(d = 0, NULL, @figure) AS "@name_of",
        concat(if(@beyond, '@symbol ', ''), @cases) AS "@of_cases"
    FROM
    (
        SELECT unit, sum(numerator) AS n, sum(denominator) AS d
        FROM indicator_buckets
        WHERE indicator = '@indicator' AND @within_unit
          AND @in_period
        GROUP BY unit
        HAVING d > 0
    ) AS f
    INNER JOIN (SELECT * FROM units FINAL WHERE level != 'province') AS u ON f.unit = u.code
    ORDER BY @figure @worst_first, d DESC, u.code
"""


def now(number: int, row: Row, grid: Grid, say: Say) -> Panel:
    """The figure of the period, with its cases; beyond its target it gets a mark, a word and a colour."""
    [(one, _)] = row.shown
    query = Query(sql(_NOW, say, _parts(one, say), nothing=say("chưa có", "none yet"), **_words(one, say)))
    if one.format == "percent":
        field = Field(
            unit="percentunit",
            decimals=1,
            min=0,
            max=1,
            display_name=panels.ROW_TEXT,
            thresholds=_thresholds(one),
            no_value="–",
        )
        return panels.gauge(number, _name(one, say), grid, query, field, description=_about(one, say))
    field = Field(unit="none", decimals=1, thresholds=_thresholds(one), no_value="–")
    return panels.stat(number, _name(one, say), grid, query, field, description=_about(one, say))


def over_time(number: int, row: Row, grid: Grid, say: Say) -> Panel:
    """The figure of each step of the period."""
    [(one, _)] = row.shown
    return panels.time_series(
        number,
        say(f"{_name(one, say)} theo thời gian", f"{_name(one, say)} over time"),
        grid,
        Query(sql(_OVER_TIME, say, _parts(one, say), **_words(one, say)), "time_series"),
        Field(unit=_unit(one), decimals=1),
        description=say(
            "Mỗi điểm là 1 phút (đến 2 giờ), 1 giờ (đến 8 ngày) hoặc 1 ngày.",
            "A point is a minute (up to 2 hours), an hour (up to 8 days) or a day.",
        ),
    )


def by_unit(number: int, row: Row, grid: Grid, say: Say) -> Panel:
    """The units within the chosen one, the worst first."""
    [(one, _)] = row.shown
    words = _words(one, say)
    unit_name = say("Đơn vị", "Unit")
    columns = {
        unit_name: Field(custom={"minWidth": 150}),
        words["name_of"]: Field(
            unit=_unit(one),
            decimals=1,
            color={"mode": "thresholds"},
            thresholds=_thresholds(one),
            custom={"cellOptions": {"type": "color-text"}, "align": "right", "width": 110},
        ),
        words["of_cases"]: Field(custom={"align": "right", "width": 125}),
    }
    return panels.table(
        number,
        say(f"{_name(one, say)} theo đơn vị", f"{_name(one, say)} by unit"),
        grid,
        Query(sql(_BY_UNIT, say, _parts(one, say), unit_name=unit_name, **words)),
        columns,
        description=say("Trong khoảng thời gian đã chọn.", "In the chosen period."),
    )


def _parts(one: Indicator, say: Say) -> dict[str, str]:
    scale = "" if one.format == "percent" else f" / {_DAY_MS}"
    target = None if one.target is None else one.target if one.format == "percent" else one.target / _DAY_MS
    beyond = "false" if target is None else f"n / d{scale} {'<' if one.better == 'higher' else '>'} {target}"
    return {
        "indicator": one.id,
        "figure": f"n / d{scale}",
        "figure_of_sums": f"sum(numerator) / sum(denominator){scale}",
        "cases": "out_of(n, d)" if one.format == "percent" else "grouped(d)",
        "beyond": beyond,
        "worst_first": "ASC" if one.better == "higher" else "DESC",
    }


def _words(one: Indicator, say: Say) -> dict[str, str]:
    symbol = "▼" if one.better == "higher" else "▲"
    beyond = (
        say("dưới mục tiêu", "under the target")
        if one.better == "higher"
        else say("quá mức", "above the limit")
    )
    return {
        "name_of": say("Ngày", "Days") if one.format == "days" else say("Tỷ lệ", "Share"),
        "of_cases": say("Số trường hợp", "Cases"),
        "symbol": symbol,
        "mark": f"{symbol} {beyond} · ",
    }


def _name(one: Indicator, say: Say) -> str:
    return one.name.in_language(say.language)


def _about(one: Indicator, say: Say) -> str:
    about = one.description.in_language(say.language) if one.description else _name(one, say)
    if one.target is None or one.format != "percent":
        return about
    goal = percent(one.target, say)
    return say(f"{about} Mục tiêu {goal}.", f"{about} Target {goal}.")


def _unit(one: Indicator) -> str:
    return "percentunit" if one.format == "percent" else "none"


def _thresholds(one: Indicator) -> tuple[Threshold, ...]:
    if one.target is None:
        return panels.always_neutral()
    target = one.target if one.format == "percent" else one.target / _DAY_MS
    return panels.below(target) if one.better == "higher" else panels.above(target)
