"""Facilities that take part in a service: how many should, how many do, how many of these are silent."""

from __future__ import annotations

from dashboards import panels
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query
from dashboards.sql import sql
from dashboards.values import VALUES

INDICATORS = {
    "tuition": "schools_without_cash",
    "hospital_fee": "hospitals_without_cash",
    "health_certificate": "certificate_facilities",
    "insurance_lookup": "insurance_facilities",
    "accommodation_notice": "accommodation_facilities",
}
"""The indicator of each service that counts its facilities."""

_CONNECTED = """
    SELECT
        transform(service, [{services}], [{words}], service) AS "@service",
        sum(connected) AS "@connected",
        sum(facilities) AS "@facilities",
        sum(silent) AS "@silent"
    FROM
    (
        SELECT
            if(indicator = 'silent_facilities', extract(dims, 'service=([^,]+)'),
               transform(indicator, [{indicators}], [{services}], '')) AS service,
            if(indicator = 'silent_facilities', 0, numerator) AS connected,
            denominator AS facilities,
            if(indicator = 'silent_facilities', numerator, 0) AS silent
        FROM indicator_buckets
        WHERE indicator IN ('silent_facilities', {indicators}) AND unit = @unit
          AND @until_end
    )
    GROUP BY service
    ORDER BY sum(facilities) DESC, service
"""


def connected(number: int, grid: Grid, say: Say) -> Panel:
    """A row a service."""
    words = {
        "service": say("Nội dung", "Service"),
        "connected": say("Kết nối", "Connected"),
        "facilities": say("Cơ sở", "Facilities"),
        "silent": say("Im lặng", "Silent"),
    }
    text = _CONNECTED.format(
        services=", ".join(f"'{service}'" for service in INDICATORS),
        indicators=", ".join(f"'{indicator}'" for indicator in INDICATORS.values()),
        words=", ".join(f"'{say(*VALUES['service'][service])}'" for service in INDICATORS),
    )
    count = Field(unit="locale", decimals=0, custom={"align": "right", "width": 95})
    return panels.table(
        number,
        say("Cơ sở kết nối", "Facilities connected"),
        grid,
        Query(sql(text, say, **words)),
        {
            words["service"]: Field(custom={"minWidth": 150}),
            **dict.fromkeys((words["connected"], words["facilities"], words["silent"]), count),
        },
        description=say(
            "Tại cuối khoảng thời gian; im lặng là đã kết nối nhưng lâu không gửi dữ liệu.",
            "At the end of the period; silent are those that take part but have long sent nothing.",
        ),
    )
