"""Data and audits: how far the monitor's own figures can be relied on, and who sends late or broken events."""

from __future__ import annotations

from collections.abc import Iterable

from dashboards import arrivals, audits, watch
from dashboards.language import Say
from dashboards.links import links
from dashboards.model import Dashboard, Grid
from dashboards.sql import TIME_ZONE
from dashboards.variables import province
from streams.core.stream import Stream

UID = "ioc-data"


def quality(say: Say, streams: Iterable[Stream]) -> Dashboard:
    """The dashboard in one language."""
    return Dashboard(
        uid=say.uid(UID),
        title=say("Dữ liệu và đối soát", "Data and audits"),
        description=say(
            "Dữ liệu đến muộn, bị từ chối, và số liệu đối soát với sự kiện gốc.",
            "Events that come late or are refused, and figures compared with the raw events.",
        ),
        tags=("ioc", "data", say.language),
        time_zone=TIME_ZONE,
        time_from="now/d",
        time_to="now",
        refresh="10s",
        variables=(province(say),),
        links=links(say, UID),
        panels=(
            audits.found(1, Grid(0, 0, 6, 6), say),
            arrivals.late(2, Grid(6, 0, 8, 6), say),
            watch.refused(3, Grid(14, 0, 4, 6), say),
            watch.age(4, Grid(18, 0, 6, 6), say, streams),
            audits.over_time(5, Grid(0, 6, 12, 9), say),
            arrivals.over_time(6, Grid(12, 6, 12, 9), say),
            arrivals.by_unit(7, Grid(0, 15, 12, 11), say),
            watch.refused_by_reason(8, Grid(12, 15, 12, 11), say),
        ),
    )
