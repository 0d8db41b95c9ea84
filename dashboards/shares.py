"""A ratio on a scale, beside its numerator and denominator; where it misses its target it gets a mark and a colour."""

from __future__ import annotations

from typing import Literal

from dashboards import panels
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query
from dashboards.sql import percent, sql
from dashboards.targets import Targets

_JUST_ABOVE = 1e-6
"""A threshold's colour holds from its value on; the target itself is not abnormal."""

_RATE = """
    WITH @grouped, @out_of
    SELECT
        multiIf(d = 0, '@nothing', n / d @bad @target, concat('@mark', out_of(n, d)), out_of(n, d)) AS "@cases",
        if(d = 0, NULL, n / d) AS "@rate"
    FROM
    (
        SELECT sum(numerator) AS n, sum(denominator) AS d
        FROM indicator_buckets
        WHERE indicator = '@indicator' AND unit = {of}
          AND {when}
    )
"""


def rate(
    number: int,
    indicator: str,
    title: str,
    grid: Grid,
    say: Say,
    targets: Targets,
    *,
    of: Literal["province", "unit"] = "unit",
    stock: bool = False,
    lower: bool = False,
) -> Panel:
    """A ratio of the period, or of a stock at its end; `lower` says that the target is not to be exceeded."""
    target = targets.get(indicator)
    words = (
        say("Tử số / mẫu số tại cuối khoảng thời gian.", "Numerator / denominator at the end of the period.")
        if stock
        else say(
            "Tử số / mẫu số trong khoảng thời gian đã chọn.", "Numerator / denominator in the chosen period."
        )
    )
    mark = ""
    if target is not None:
        goal = percent(target, say)
        words += say(f" Mục tiêu {goal}.", f" Target {goal}.")
        mark = (
            say(f"▲ trên mức {goal} · ", f"▲ above {goal} · ")
            if lower
            else say(f"▼ dưới mục tiêu {goal} · ", f"▼ under the target of {goal} · ")
        )
    query = sql(
        _RATE.format(of=f"@{of}", when="@until_end" if stock else "@in_period"),
        say,
        indicator=indicator,
        bad=">" if lower else "<",
        target=str((target if target is not None else 1) if lower else target or 0),
        mark=mark,
        nothing=say("chưa phát sinh", "no cases yet"),
        cases=say("Số lượng", "Cases"),
        rate=say("Tỷ lệ", "Rate"),
    )
    field = Field(
        unit="percentunit",
        decimals=1,
        min=0,
        max=1,
        display_name=panels.ROW_TEXT,
        thresholds=panels.above(target + _JUST_ABOVE)
        if lower and target is not None
        else panels.below(target),
        no_value="–",
    )
    return panels.gauge(number, title, grid, Query(query), field, description=words)
