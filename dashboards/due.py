"""Panels on deadlines that can still be kept, beside those that were missed. All are stocks at the end of the period.

Whoever is due within one day is also due within two and three: the figures are not to be added up.
"""

from __future__ import annotations

from dataclasses import replace

from dashboards import panels
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query
from dashboards.sql import sql

_STOCKS = """sumIf(numerator, indicator = 'overdue_backlog') AS overdue,
            sumIf(numerator, indicator = 'due_within_1_day') AS due_1,
            sumIf(numerator, indicator = 'due_within_2_days') AS due_2,
            sumIf(numerator, indicator = 'due_within_3_days') AS due_3"""
_INDICATORS = "'overdue_backlog', 'due_within_1_day', 'due_within_2_days', 'due_within_3_days'"
_EXPRESSIONS = {"stocks": _STOCKS, "indicators": _INDICATORS}
_COUNT = Field(unit="locale", decimals=0)


def _columns(say: Say) -> dict[str, str]:
    return {
        "due_1": say("≤ 1 ngày", "≤ 1 day"),
        "due_2": say("≤ 2 ngày", "≤ 2 days"),
        "due_3": say("≤ 3 ngày", "≤ 3 days"),
        "overdue": say("Quá hạn", "Overdue"),
    }


_SOON = """
    SELECT due_1 AS "@due_1", due_2 AS "@due_2", due_3 AS "@due_3", overdue AS "@overdue"
    FROM
    (
        SELECT
            @stocks
        FROM indicator_buckets
        WHERE indicator IN (@indicators) AND unit = @unit
          AND @until_end
    )
"""


def soon(number: int, grid: Grid, say: Say) -> Panel:
    """How many open dossiers have at most 1, 2, 3 working days left, and how many none."""
    words = _columns(say)
    panel = panels.stat(
        number,
        say("Sắp đến hạn (ngày làm việc)", "Due soon (working days)"),
        grid,
        Query(sql(_SOON, say, _EXPRESSIONS, **words)),
        _COUNT,
        description=say(
            "Hồ sơ đang giải quyết còn nhiều nhất 1, 2, 3 ngày làm việc, số sau gồm cả số trước; và số đã quá hạn.",
            "Open dossiers with at most 1, 2, 3 working days left, each figure within the next; and the overdue.",
        ),
        orientation="vertical",
    )
    return replace(panel, overrides=dict.fromkeys(words.values(), _COUNT))


_SUPPLEMENTED = """
    WITH @grouped
    SELECT concat('@of ', grouped(open), ' @in_work') AS "@open", supplemented AS "@supplemented"
    FROM
    (
        SELECT
            sumIf(numerator, indicator = 'supplemented_once') AS supplemented,
            sumIf(numerator, indicator = 'open_backlog') AS open
        FROM indicator_buckets
        WHERE indicator IN ('supplemented_once', 'open_backlog') AND unit = @unit
          AND @until_end
    )
"""


def supplemented(number: int, grid: Grid, say: Say) -> Panel:
    """How many open dossiers must not be asked for a supplement again."""
    query = sql(
        _SUPPLEMENTED,
        say,
        of=say("trên", "of"),
        in_work=say("đang giải quyết", "open"),
        open=say("Đang giải quyết", "Open"),
        supplemented=say("Đã yêu cầu một lần", "Asked once"),
    )
    return panels.stat(
        number,
        say("Đã yêu cầu bổ sung một lần", "Supplement asked for once"),
        grid,
        Query(query),
        _COUNT,
        description=say(
            "Hồ sơ đang giải quyết; yêu cầu bổ sung lần thứ hai làm hồ sơ thành trễ hạn.",
            "Open dossiers; a second request would make them late.",
        ),
    )


# Five stocks of all units since the beginning: adding up their parts at once, not bucket by bucket as the view does,
# takes a fifteenth of the time.
_BY_UNIT = """
    SELECT
        u.@name AS "@unit_name",
        f.due_1 AS "@due_1",
        f.due_2 AS "@due_2",
        f.due_3 AS "@due_3",
        f.overdue AS "@overdue",
        f.supplemented AS "@supplemented"
    FROM
    (
        SELECT
            unit,
            @stocks,
            sumIf(numerator, indicator = 'supplemented_once') AS supplemented
        FROM indicator_values FINAL
        WHERE indicator IN (@indicators, 'supplemented_once') AND @within_unit
          AND @until_end
        GROUP BY unit
        HAVING due_3 > 0 OR overdue > 0 OR supplemented > 0
    ) AS f
    INNER JOIN (SELECT * FROM units FINAL WHERE level != 'province') AS u ON f.unit = u.code
    ORDER BY f.due_1 DESC, f.due_2 DESC, f.due_3 DESC, f.overdue DESC, u.code
"""


def by_unit(number: int, grid: Grid, say: Say) -> Panel:
    """The units, those first that have most to do at once."""
    words = _columns(say) | {
        "unit_name": say("Đơn vị", "Unit"),
        "supplemented": say("Bổ sung 1 lần", "Asked once"),
    }
    # Narrow, so that a phone shows the first figure beside the unit.
    narrow, wide = (replace(_COUNT, custom={"align": "right", "width": width}) for width in (85, 115))
    columns = dict.fromkeys(_columns(say).values(), narrow) | {words["supplemented"]: wide}
    return panels.table(
        number,
        say("Đơn vị có nhiều hồ sơ đến hạn nhất", "Units with most dossiers due"),
        grid,
        Query(sql(_BY_UNIT, say, _EXPRESSIONS, **words)),
        {words["unit_name"]: Field(custom={"minWidth": 150}), **columns},
        description=say(
            "Xếp theo số hồ sơ còn nhiều nhất 1 ngày làm việc; tại cuối khoảng thời gian.",
            "Ordered by the dossiers with at most one working day left; at the end of the period.",
        ),
    )


_COMING = """
    SELECT
        formatDateTime(bucket - 1, '%d/%m', @zone) AS "@last_day",
        sum(numerator) AS "@dossiers"
    FROM indicator_buckets
    WHERE indicator = 'overdue_backlog' AND unit = @unit
      AND grain = 'day' AND bucket > now() AND bucket <= now() + INTERVAL 14 DAY
    GROUP BY bucket
    HAVING sum(numerator) > 0
    ORDER BY bucket
"""


def coming(number: int, grid: Grid, say: Say) -> Panel:
    """How many open dossiers have their last day on which of the coming days."""
    last_day = say("Ngày hẹn trả", "Due on")
    dossiers = say("Hồ sơ", "Dossiers")
    return panels.bar_chart(
        number,
        say("Đến hạn trong 14 ngày tới", "Due in the next 14 days"),
        grid,
        Query(sql(_COMING, say, last_day=last_day, dossiers=dossiers)),
        last_day,
        overrides={dossiers: replace(_COUNT, color=panels.fixed_color("#8d96a0"))},
        description=say(
            "Hồ sơ đang giải quyết theo ngày cuối cùng còn đúng hạn, tính từ bây giờ; không gồm hồ sơ đang tạm dừng.",
            "Open dossiers by the last day on which they are on time, from now on; without those that are suspended.",
        ),
    )
