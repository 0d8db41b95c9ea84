"""Panels on an index of points: who stands where, what of, and what can still be gained or lost.

All figures are of the chosen period to date; points are shown with the cases that they come from.
"""

from __future__ import annotations

from dataclasses import replace

from dashboards import panels
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query, Variable
from dashboards.sql import sql

# The parameters of the views are the viewer's choices; of the definition counts what came with the newest indicators.
_CHOSEN = "(index = ${index:sqlstring}, province = ${province:sqlstring}, period = ${period:sqlstring})"
_EXPRESSIONS = {
    "index": "${index:sqlstring}",
    "totals": f"index_totals{_CHOSEN}",
    "row_scores": f"index_points{_CHOSEN}",
    "others": """(
        SELECT unit, measure, toNullable(score) AS score, numerator, denominator
        FROM index_published FINAL
        WHERE index_id = ${index:sqlstring} AND period = ${period:sqlstring} AND unit = ${unit:sqlstring})""",
    "loaded": "loaded_at >= (SELECT max(loaded_at) FROM indicators)",
    "definition": """(
        SELECT * FROM index_rows FINAL
        WHERE index_id = ${index:sqlstring} AND loaded_at >= (SELECT max(loaded_at) FROM indicators))""",
    "classes": """(
        SELECT * FROM index_classes FINAL
        WHERE index_id = ${index:sqlstring} AND loaded_at >= (SELECT max(loaded_at) FROM indicators))""",
}


def _points(width: int) -> Field:
    return Field(unit="none", decimals=2, custom={"align": "right", "width": width})


def _count(width: int) -> Field:
    return Field(unit="locale", decimals=0, custom={"align": "right", "width": width})


_INDICES = """
    SELECT id, @name
    FROM indices FINAL
    WHERE @loaded
    ORDER BY id
"""

_PERIODS = """
    SELECT
        id,
        multiIf(
            kind = 'month', concat('@month ', formatDateTime(first, '%m/%Y')),
            kind = 'quarter', concat('@quarter ', toString(toQuarter(first)), '/', toString(toYear(first))),
            concat('@year ', id)
        )
    FROM index_periods
    WHERE (first, last) IN
    (
        SELECT p.first, p.last
        FROM index_periods AS p
        CROSS JOIN
        (
            SELECT min(day) AS oldest, least(max(day), today()) AS newest
            FROM indicator_values
            WHERE unit = @province AND grain = 'day'
              AND indicator IN (SELECT term FROM index_terms WHERE index_id = @index)
        ) AS known
        WHERE p.first <= known.newest AND p.last >= known.oldest
    )
    ORDER BY kind = 'year', kind = 'quarter', first DESC
"""


def index(say: Say) -> Variable:
    """One of the configured indices."""
    return Variable("index", say("Chỉ số", "Index"), sql(_INDICES, say, _EXPRESSIONS), "decision-766")


def period(say: Say) -> Variable:
    """A month, a quarter or a year in which the province has figures, the newest month first."""
    words = {"month": say("Tháng", "Month"), "quarter": say("Quý", "Quarter"), "year": say("Năm", "Year")}
    return Variable("period", say("Kỳ", "Period"), sql(_PERIODS, say, _EXPRESSIONS, **words), "newest")


_STANDING = """
    SELECT
        concat(
            c.@name,
            if(s.rank IS NULL, ' · @unranked', concat(' · @rank ', toString(ifNull(s.rank, 0)), '/', toString(s.peers)))
        ) AS "@class",
        s.total / 100 AS "@total"
    FROM @totals AS s
    LEFT JOIN @classes AS c ON s.class_id = c.class_id
    WHERE s.unit = @unit
"""


def standing(number: int, grid: Grid, say: Say) -> Panel:
    """The chosen unit's total, with class and rank."""
    words = {"total": say("Tổng điểm", "Total"), "class": say("Xếp loại", "Class")}
    query = sql(
        _STANDING,
        say,
        _EXPRESSIONS,
        rank=say("hạng", "rank"),
        unranked=say("chưa xếp hạng", "not ranked"),
        **words,
    )
    return panels.stat(
        number,
        say("Điểm của đơn vị", "Points of the unit"),
        grid,
        Query(query),
        Field(unit="none", decimals=2),
        description=say(
            "Tính đến hiện tại của kỳ; xếp hạng giữa các đơn vị cùng cấp có đủ số hồ sơ tối thiểu.",
            "The period to date; ranked among the units of a level that have enough cases.",
        ),
    )


_CHANGES = """
    SELECT
        s.since_yesterday / 100 AS "@since_yesterday",
        s.since_period_before / 100 AS "@since_period",
        p.score / 100 AS "@published",
        (s.total - p.score) / 100 AS "@difference"
    FROM (SELECT * FROM @totals WHERE unit = @unit) AS s
    LEFT JOIN (SELECT * FROM @others WHERE measure = 'total') AS p ON s.unit = p.unit
"""


def changes(number: int, grid: Grid, say: Say) -> Panel:
    """How the chosen unit's total has changed, what others published, and how much more ours is."""
    words = {
        "since_yesterday": say("So với hôm qua", "Since yesterday"),
        "since_period": say("So với kỳ trước", "Since the period before"),
        "published": say("Điểm công bố", "Published"),
        "difference": say("Chênh lệch với công bố", "More than published"),
    }
    figure = Field(unit="none", decimals=2, no_value="–")
    panel = panels.stat(
        number,
        say("Thay đổi và điểm công bố", "Changes, and what was published"),
        grid,
        Query(sql(_CHANGES, say, _EXPRESSIONS, **words)),
        figure,
        description=say(
            "Thay đổi so với cuối ngày hôm qua và so với cả kỳ trước; điểm công bố mới nhất của kỳ.",
            "The change since the end of yesterday, and over the whole period before; the newest published score.",
        ),
        orientation="vertical",
    )
    return replace(panel, overrides=dict.fromkeys(words.values(), figure))


_RANKING = """
    SELECT
        s.rank AS "@rank",
        u.@name AS "@unit_name",
        s.total / 100 AS "@total",
        c.@name AS "@class",
        s.since_yesterday / 100 AS "@since_yesterday",
        s.since_period_before / 100 AS "@since_period",
        s.cases AS "@cases"
    FROM @totals AS s
    INNER JOIN (SELECT * FROM units FINAL) AS u ON s.unit = u.code
    LEFT JOIN @classes AS c ON s.class_id = c.class_id
    WHERE s.level != 'province'
    ORDER BY s.level = 'commune', s.level, s.rank IS NULL, s.rank, s.cases DESC, s.unit
"""


def ranking(number: int, grid: Grid, say: Say) -> Panel:
    """All units, level by level; those with too few cases have no rank and come last."""
    words = {
        "rank": say("Hạng", "Rank"),
        "unit_name": say("Đơn vị", "Unit"),
        "total": say("Điểm", "Points"),
        "class": say("Xếp loại", "Class"),
        "since_yesterday": say("± hôm qua", "± yesterday"),
        "since_period": say("± kỳ trước", "± period"),
        "cases": say("Hồ sơ", "Cases"),
    }
    columns = {
        words["rank"]: _count(60),
        words["unit_name"]: Field(custom={"minWidth": 180}),
        words["total"]: _points(80),
        words["class"]: Field(custom={"width": 100}),
        words["since_yesterday"]: _points(100),
        words["since_period"]: _points(100),
        words["cases"]: _count(80),
    }
    return panels.table(
        number,
        say("Xếp hạng đơn vị cùng cấp", "Units ranked within their level"),
        grid,
        Query(sql(_RANKING, say, _EXPRESSIONS, **words)),
        columns,
        description=say(
            "Đơn vị có ít hồ sơ không được xếp hạng, vì vài hồ sơ làm điểm thay đổi mạnh.",
            "A unit with few cases is not ranked, since a few of them swing its points.",
        ),
    )


_ROWS = """
    WITH @grouped, @out_of
    SELECT
        concat(d.row_id, ' ', d.@name) AS "@row",
        p.points / 100 AS "@points",
        p.most / 100 AS "@most",
        p.ratio AS "@ratio",
        if(p.denominator = 0 AND p.numerator = 0, '–', out_of(p.numerator, p.denominator)) AS "@cases",
        o.score / 100 AS "@published",
        (p.points - o.score) / 100 AS "@difference",
        if(o.denominator IS NULL, '–', out_of(ifNull(o.numerator, 0), ifNull(o.denominator, 0))) AS "@published_cases"
    FROM (SELECT * FROM @row_scores WHERE unit = @unit) AS p
    INNER JOIN @definition AS d ON p.row_id = d.row_id
    LEFT JOIN @others AS o ON p.row_id = o.measure
    ORDER BY p.position
"""


def rows(number: int, grid: Grid, say: Say) -> Panel:
    """Every row of the chosen unit, with numerator and denominator, and what others published beside it."""
    words = {
        "row": say("Tiêu chí", "Row"),
        "points": say("Điểm", "Points"),
        "most": say("Tối đa", "Most"),
        "ratio": say("Tỷ lệ", "Share"),
        "cases": say("Tử số / mẫu số", "Cases"),
        "published": say("Công bố", "Published"),
        "difference": say("Chênh lệch", "Difference"),
        "published_cases": say("Tử / mẫu công bố", "Published cases"),
    }
    columns = {
        words["row"]: Field(custom={"minWidth": 200}),
        words["points"]: _points(70),
        words["most"]: replace(_points(65), decimals=0),
        words["ratio"]: Field(unit="percentunit", decimals=1, custom={"align": "right", "width": 75}),
        words["cases"]: Field(custom={"align": "right", "width": 130}),
        words["published"]: _points(80),
        words["difference"]: _points(90),
        words["published_cases"]: Field(custom={"align": "right", "width": 140}),
    }
    return panels.table(
        number,
        say("Điểm theo tiêu chí của đơn vị", "Points of the unit by row"),
        grid,
        Query(sql(_ROWS, say, _EXPRESSIONS, **words)),
        columns,
        description=say(
            "Mỗi điểm đi cùng tử số và mẫu số; bên phải là điểm được công bố và chênh lệch.",
            "All points with their numerator and denominator; to the right what was published, and the difference.",
        ),
    )


_GROUPS = """
    WITH points -> replaceOne(toDecimalString(points / 100, 2), '.', '@mark') AS written
    SELECT
        concat(d.group_name_@language, ' · ', written(sum(p.points)), ' / ', toString(sum(p.most) / 100)) AS "@group",
        sum(p.points) / sum(p.most) AS "@share"
    FROM (SELECT * FROM @row_scores WHERE unit = @unit) AS p
    INNER JOIN @definition AS d ON p.row_id = d.row_id
    GROUP BY d.group_position, d.group_name_@language
    ORDER BY d.group_position
"""


def groups(number: int, grid: Grid, say: Say) -> Panel:
    """The groups of the chosen unit, each out of what it can give."""
    query = sql(
        _GROUPS,
        say,
        _EXPRESSIONS,
        language=say.language,
        mark=say(",", "."),
        group=say("Nhóm", "Group"),
        share=say("Đạt", "Reached"),
    )
    field = Field(unit="percentunit", decimals=1, min=0, max=1, color=panels.fixed_color("#8d96a0"))
    return panels.bar_gauge(
        number,
        say("Điểm theo nhóm", "Points by group"),
        grid,
        Query(query),
        field,
        description=say("Trên số điểm tối đa của nhóm.", "Out of the most that the group can give."),
    )


_RISKS = """
    SELECT
        u.@name AS "@unit_name",
        r.cases_at_risk AS "@cases",
        r.points_at_risk / 100 AS "@points",
        u.in_charge_@language AS "@in_charge"
    FROM @totals AS r
    INNER JOIN (SELECT * FROM units FINAL) AS u ON r.unit = u.code
    WHERE r.level != 'province' AND (r.points_at_risk > 0 OR r.cases_at_risk > 0)
    ORDER BY r.points_at_risk DESC, r.cases_at_risk DESC, r.unit
"""


def at_risk(number: int, grid: Grid, say: Say) -> Panel:
    """Which units have open dossiers that fall due before the period ends, and the points that these would cost."""
    words = {
        "unit_name": say("Đơn vị", "Unit"),
        "cases": say("Hồ sơ", "Dossiers"),
        "points": say("Điểm", "Points"),
        "in_charge": say("Phụ trách", "In charge"),
    }
    columns = {
        words["unit_name"]: Field(custom={"minWidth": 180}),
        words["cases"]: _count(80),
        words["points"]: _points(80),
        words["in_charge"]: Field(custom={"minWidth": 140}),
    }
    return panels.table(
        number,
        say("Điểm có nguy cơ mất đến cuối kỳ", "Points at risk until the period ends"),
        grid,
        Query(sql(_RISKS, say, _EXPRESSIONS, language=say.language, **words)),
        columns,
        description=say(
            "Hồ sơ đang giải quyết sẽ quá hạn trước khi kết thúc kỳ nếu không được giải quyết, và số điểm bị mất.",
            "Open dossiers that will be overdue before the period ends unless they are settled, and what that costs.",
        ),
        no_value="–",
    )


_REACH = """
    WITH @grouped
    SELECT
        concat(d.row_id, ' ', d.@name) AS "@row",
        (p.most - p.points) / 100 AS "@to_full",
        if(p.missing_cases IS NULL, '–', grouped(ifNull(p.missing_cases, 0))) AS "@missing",
        p.percent_gain / 100 AS "@percent_gain"
    FROM (SELECT * FROM @row_scores WHERE unit = @unit) AS p
    INNER JOIN @definition AS d ON p.row_id = d.row_id
    WHERE p.points < p.most
    ORDER BY p.most - p.points DESC, p.position
"""


def within_reach(number: int, grid: Grid, say: Say) -> Panel:
    """Which rows would gain the chosen unit most, and what it takes."""
    words = {
        "row": say("Tiêu chí", "Row"),
        "to_full": say("Còn thiếu", "To full"),
        "missing": say("Cần thêm", "Cases more"),
        "percent_gain": say("+1 % được", "+1 % gains"),
    }
    columns = {
        words["row"]: Field(custom={"minWidth": 200}),
        words["to_full"]: _points(95),
        words["missing"]: Field(custom={"align": "right", "width": 100}),
        words["percent_gain"]: _points(100),
    }
    return panels.table(
        number,
        say("Điểm có thể đạt thêm của đơn vị", "Points within the unit's reach"),
        grid,
        Query(sql(_REACH, say, _EXPRESSIONS, **words)),
        columns,
        description=say(
            "Điểm còn thiếu để đạt tối đa, số trường hợp cần thêm, và điểm được thêm nếu tỷ lệ tăng 1 điểm phần trăm.",
            "What is missing to full points, how many cases that takes, and what one more percentage point gains.",
        ),
    )
