"""What dashboards of a chosen unit have in common."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.language import Say
from dashboards.links import links
from dashboards.model import Dashboard, Panel
from dashboards.sql import TIME_ZONE
from dashboards.variables import province, unit


def of_unit(
    say: Say, uid: str, title: str, description: str, panels: Sequence[Panel], time_from: str = "now/d"
) -> Dashboard:
    """A dashboard of a province or one of its units, in one language; `uid` is the plain one, such as ioc-payments."""
    return Dashboard(
        uid=say.uid(uid),
        title=title,
        description=description,
        tags=("ioc", uid.removeprefix("ioc-"), say.language),
        time_zone=TIME_ZONE,
        time_from=time_from,
        time_to="now",
        refresh="10s",
        variables=(province(say), unit(say)),
        links=links(say, uid),
        panels=tuple(panels),
    )
