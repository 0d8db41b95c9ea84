"""History: the figures of any month, today's as easily as those of an imported register."""

from __future__ import annotations

from dashboards import months
from dashboards.language import Say
from dashboards.links import links
from dashboards.model import Dashboard, Grid
from dashboards.sql import TIME_ZONE
from dashboards.variables import province, unit

UID = "ioc-history"


def history(say: Say) -> Dashboard:
    """The dashboard in one language: to look things up, so it judges nothing by colour.

    It opens on everything there is, so that an archive shows its months at once.
    """
    return Dashboard(
        uid=say.uid(UID),
        title=say("Tra cứu theo tháng", "History by month"),
        description=say(
            "Số liệu theo tháng, kênh nộp, đơn vị; chỉ các tháng có hồ sơ.",
            "Figures by month, channel and unit; only months with dossiers.",
        ),
        tags=("ioc", "history", say.language),
        time_zone=TIME_ZONE,
        time_from="now-20y/y",
        time_to="now",
        refresh="1m",
        variables=(province(say), unit(say)),
        links=links(say, UID),
        panels=(
            months.totals(1, Grid(0, 0, 24, 4), say),
            months.by_month(2, Grid(0, 4, 13, 14), say),
            months.month_bars(3, Grid(13, 4, 11, 8), say),
            months.by_channel(4, Grid(13, 12, 11, 6), say),
            months.by_unit(5, Grid(0, 18, 24, 12), say),
        ),
    )
