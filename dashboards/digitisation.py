"""Digitisation by registry: what is done, how fast it goes, and how fast it must go to be done with the year."""

from __future__ import annotations

from dashboards import panels
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query
from dashboards.sql import sql
from dashboards.values import in_words

_DAYS_FOR_PACE = 30

# Plans are of years: what is left is divided by the days that are left of the year in which the period ends.
_BY_REGISTRY = """
    SELECT
        registry AS "@registry",
        done AS "@done",
        planned AS "@planned",
        done / nullIf(planned, 0) AS "@share",
        recent / {days} AS "@pace",
        greatest(planned - done, 0) / greatest(dateDiff('day', today, toStartOfYear(today + INTERVAL 1 YEAR)), 1)
            AS "@needed"
    FROM
    (
        SELECT
            {registry} AS registry,
            sumIf(numerator, indicator = 'digitisation_progress') AS done,
            sumIf(denominator, indicator = 'digitisation_progress') AS planned,
            sumIf(numerator, indicator = 'records_digitised'
                             AND bucket > least($__toTime, now()) - INTERVAL {days} DAY) AS recent,
            toDate(least($__toTime, now())) AS today
        FROM indicator_buckets
        WHERE indicator IN ('digitisation_progress', 'records_digitised') AND unit = @unit
          AND @until_end
        GROUP BY registry
    )
    ORDER BY planned DESC, registry
"""


def by_registry(number: int, grid: Grid, say: Say) -> Panel:
    """A row a registry."""
    words = {
        "registry": say("Cơ sở dữ liệu", "Registry"),
        "done": say("Đã số hóa", "Digitised"),
        "planned": say("Phải số hóa", "Planned"),
        "share": say("Tỷ lệ", "Share"),
        "pace": say("Mỗi ngày", "Per day"),
        "needed": say("Cần mỗi ngày", "Needed per day"),
    }
    text = _BY_REGISTRY.format(registry=in_words("registry", say), days=_DAYS_FOR_PACE)
    count = Field(unit="locale", decimals=0, custom={"align": "right", "width": 110})
    wide = Field(unit="locale", decimals=0, custom={"align": "right", "width": 130})
    share = Field(unit="percentunit", decimals=1, custom={"align": "right", "width": 85})
    return panels.table(
        number,
        say("Số hóa theo cơ sở dữ liệu", "Digitisation by registry"),
        grid,
        Query(sql(text, say, **words)),
        {
            words["registry"]: Field(custom={"minWidth": 120}),
            words["done"]: count,
            words["planned"]: count,
            words["share"]: share,
            words["pace"]: count,
            words["needed"]: wide,
        },
        description=say(
            f"Tại cuối khoảng thời gian; mỗi ngày: trung bình {_DAYS_FOR_PACE} ngày; cần: để xong trong năm.",
            f"At the end of the period; per day: mean of {_DAYS_FOR_PACE} days; needed: to be done with the year.",
        ),
    )
