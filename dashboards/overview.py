"""Overview of the province: what a leader sees from six metres, nine figures first."""

from __future__ import annotations

from collections.abc import Iterable

from dashboards import filings, shares, units, updates, watch
from dashboards.language import Say
from dashboards.links import links
from dashboards.model import Dashboard, Grid
from dashboards.sql import TIME_ZONE
from dashboards.targets import Targets
from dashboards.variables import province
from streams.core.stream import Stream

UID = "ioc-overview"


def overview(say: Say, targets: Targets, streams: Iterable[Stream]) -> Dashboard:
    """The dashboard in one language, judged by these targets."""
    online = say("Tỷ lệ hồ sơ trực tuyến", "Online filing rate")
    on_time = say("Giải quyết đúng hạn", "Settled on time")
    paid = say("Tỷ lệ thanh toán trực tuyến", "Online payment rate")
    return Dashboard(
        uid=say.uid(UID),
        title=say("Tổng quan tỉnh", "Overview of the province"),
        description=say(
            "Hồ sơ, thanh toán và dữ liệu trong khoảng thời gian đã chọn; màu chỉ báo điều bất thường.",
            "Filings, payments and records in the chosen period; colour means abnormal.",
        ),
        tags=("ioc", "overview", say.language),
        time_zone=TIME_ZONE,
        time_from="now/d",
        time_to="now",
        refresh="5s",
        variables=(province(say),),
        links=links(say, UID),
        panels=(
            shares.rate(1, "online_filing_rate", online, Grid(0, 0, 6, 7), say, targets, of="province"),
            shares.rate(2, "on_time_settlement", on_time, Grid(6, 0, 6, 7), say, targets, of="province"),
            shares.rate(3, "online_payment_rate", paid, Grid(12, 0, 6, 7), say, targets, of="province"),
            watch.firing(4, Grid(18, 0, 6, 7), say),
            filings.received(5, Grid(0, 7, 5, 5), say),
            filings.overdue(6, Grid(5, 7, 5, 5), say),
            updates.cleaned(7, Grid(10, 7, 4, 5), say),
            watch.refused(8, Grid(14, 7, 4, 5), say),
            watch.age(9, Grid(18, 7, 6, 5), say, streams),
            filings.over_time(10, Grid(0, 12, 8, 14), say),
            units.most_overdue(11, Grid(8, 12, 5, 14), say),
            units.ranking(12, Grid(13, 12, 11, 14), say, targets),
        ),
    )
