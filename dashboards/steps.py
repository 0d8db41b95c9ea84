"""The steps of interconnected procedures: how many were on time, in the order in which a family goes through them."""

from __future__ import annotations

from dashboards import panels
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query
from dashboards.sql import sql
from dashboards.values import VALUES, in_words

_BY_STEP = """
    WITH @grouped, @out_of
    SELECT
        concat(step, ' · ', out_of(n, d)) AS "@step",
        n / d AS "@on_time"
    FROM
    (
        SELECT
            {step} AS step,
            indexOf([{order}], extract(dims, 'interconnected_step=([^,]+)')) AS place,
            sum(numerator) AS n,
            sum(denominator) AS d
        FROM indicator_buckets
        WHERE indicator = 'interconnected_on_time' AND unit = @unit
          AND @in_period
        GROUP BY step, place
        HAVING d > 0
    )
    ORDER BY place
"""


def on_time_by_step(number: int, grid: Grid, say: Say) -> Panel:
    """A bar for each step that was settled in the period."""
    text = _BY_STEP.format(
        step=in_words("interconnected_step", say),
        order=", ".join(f"'{step}'" for step in VALUES["interconnected_step"]),
    )
    query = sql(text, say, step=say("Bước", "Step"), on_time=say("Đúng hạn", "On time"))
    field = Field(
        unit="percentunit",
        decimals=1,
        min=0,
        max=1,
        color=panels.fixed_color("#8d96a0"),
        no_value=say("chưa phát sinh", "none yet"),
    )
    return panels.bar_gauge(
        number,
        say("Liên thông đúng hạn theo bước", "Interconnected steps on time"),
        grid,
        Query(query),
        field,
        description=say(
            "Hồ sơ giải quyết đúng hạn trên số hồ sơ của bước đã giải quyết trong khoảng thời gian đã chọn.",
            "Dossiers settled on time out of those of the step that were settled in the chosen period.",
        ),
    )
