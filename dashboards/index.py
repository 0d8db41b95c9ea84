"""An index of points: the ranking of the units, and row by row what makes it."""

from __future__ import annotations

from dashboards import scores
from dashboards.language import Say
from dashboards.links import links
from dashboards.model import Dashboard, Grid
from dashboards.sql import TIME_ZONE
from dashboards.variables import province, unit

UID = "ioc-index"


def index(say: Say) -> Dashboard:
    """The dashboard in one language; a score is nobody's alarm, so nothing is judged by colour."""
    return Dashboard(
        uid=say.uid(UID),
        title=say("Chỉ số phục vụ", "Service index"),
        description=say(
            "Điểm, xếp loại, xếp hạng của từng đơn vị theo tháng, quý, năm; điểm có nguy cơ mất và có thể đạt thêm.",
            "Points, class and rank of every unit by month, quarter and year; points at risk and within reach.",
        ),
        tags=("ioc", "index", say.language),
        time_zone=TIME_ZONE,
        time_from="now/y",
        time_to="now",
        refresh="1m",
        variables=(province(say), scores.index(say), scores.period(say), unit(say)),
        links=links(say, UID),
        panels=(
            scores.standing(1, Grid(0, 0, 6, 5), say),
            scores.changes(2, Grid(6, 0, 18, 5), say),
            scores.ranking(3, Grid(0, 5, 11, 20), say),
            scores.rows(4, Grid(11, 5, 13, 20), say),
            scores.groups(5, Grid(0, 25, 6, 12), say),
            scores.at_risk(6, Grid(6, 25, 9, 12), say),
            scores.within_reach(7, Grid(15, 25, 9, 12), say),
        ),
    )
