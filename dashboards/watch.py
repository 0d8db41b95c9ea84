"""Panels on the monitor itself: alerts that fire, events that were refused, how old the data is."""

from __future__ import annotations

from collections.abc import Iterable

from dashboards import panels
from dashboards.freshness import LATE_AFTER_SECONDS, SILENT_AFTER_SECONDS
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query, Threshold
from dashboards.sql import sql
from streams.core.stream import Stream

_FIRING = """
    SELECT if(firing = 0, '@none', concat('⚠ @newest: ', newest)) AS "@state", firing AS "@alerts"
    FROM
    (
        SELECT count() AS firing, argMax(summary, starts_at) AS newest
        FROM
        (
            SELECT starts_at, argMax(state, at) AS last_state, argMax(summary_@language, at) AS summary
            FROM alert_transitions
            WHERE at <= $__toTime
              AND unit IN (SELECT code FROM units WHERE province = @province)
            GROUP BY fingerprint, starts_at
        )
        WHERE last_state = 'firing'
    )
"""


def firing(number: int, grid: Grid, say: Say) -> Panel:
    """How many alerts of the province and its units fire, and the newest of them in words."""
    query = sql(
        _FIRING,
        say,
        language=say.language,
        none=say("✓ không có cảnh báo", "✓ no alerts"),
        newest=say("mới nhất", "newest"),
        state=say("Tình trạng", "State"),
        alerts=say("Cảnh báo", "Alerts"),
    )
    return panels.stat(
        number,
        say("Cảnh báo đang mở", "Alerts firing"),
        grid,
        Query(query),
        Field(unit="none", decimals=0, thresholds=panels.above(1, panels.CRITICAL)),
        description=say(
            "Cảnh báo của tỉnh và các đơn vị chưa được giải tỏa.",
            "Alerts of the province and its units, not resolved.",
        ),
    )


_REFUSED = """
    SELECT if(n = 0, '@none', concat('⚠ @mostly: ', main_reason)) AS "@reason", n AS "@events"
    FROM
    (
        SELECT sum(refused) AS n, argMax(reason, refused) AS main_reason
        FROM
        (
            SELECT reason, uniqExact(id) AS refused
            FROM dead_letters
            WHERE $__timeFilter(arrived_at)
            GROUP BY reason
        )
    )
"""


def refused(number: int, grid: Grid, say: Say) -> Panel:
    """How many events went to the dead letters, whatever unit they were about, and the most frequent reason."""
    query = sql(
        _REFUSED,
        say,
        none=say("✓ không có", "✓ none"),
        mostly=say("nhiều nhất", "mostly"),
        reason=say("Lý do", "Reason"),
        events=say("Sự kiện", "Events"),
    )
    return panels.stat(
        number,
        say("Sự kiện bị từ chối", "Refused events"),
        grid,
        Query(query),
        Field(unit="locale", decimals=0, thresholds=panels.above(1)),
        description=say(
            "Sự kiện không hợp lệ nhận trong khoảng thời gian đã chọn, được giữ lại để sửa và gửi lại.",
            "Invalid events that arrived in the chosen period, kept to be mended and sent again.",
        ),
    )


_REASONS = """
    SELECT reason AS "@reason", uniqExact(id) AS "@events"
    FROM dead_letters
    WHERE $__timeFilter(arrived_at)
    GROUP BY reason
    ORDER BY uniqExact(id) DESC, reason
"""


def refused_by_reason(number: int, grid: Grid, say: Say) -> Panel:
    """How many events went to the dead letters for which reason, whatever unit they were about."""
    query = sql(_REASONS, say, reason=say("Lý do", "Reason"), events=say("Sự kiện", "Events"))
    field = Field(
        unit="locale",
        decimals=0,
        min=0,
        color=panels.fixed_color("#8d96a0"),
        no_value=say("không có sự kiện bị từ chối", "none refused"),
    )
    return panels.bar_gauge(
        number,
        say("Lý do từ chối", "Reasons of refusal"),
        grid,
        Query(query),
        field,
        description=say(
            "Sự kiện không hợp lệ nhận trong khoảng thời gian đã chọn; xem bằng `ioc dead-letters`.",
            "Invalid events that arrived in the chosen period; `ioc dead-letters` shows them.",
        ),
    )


_AGE = """
    SELECT
        concat(
            label,
            multiIf(isNull(age), '', age >= @silent_after, ' · @silent', age >= @late_after, ' · @late', '')
        ) AS "@stream",
        age AS "@age"
    FROM
    (
        SELECT
            [@labels][n] AS label,
            if(newest = 0, NULL, greatest(0, dateDiff('second', newest, now64(3)))) AS age
        FROM (SELECT arrayJoin(range(1, @count + 1)) AS n) AS streams
        LEFT JOIN
        (
            SELECT indexOf([@names], splitByChar('.', kind)[1]) AS n, max(newest) AS newest
            FROM arrivals
            WHERE unit IN (SELECT code FROM units WHERE live)
            GROUP BY n
        ) AS heard USING (n)
        ORDER BY n
    )
"""


def age(number: int, grid: Grid, say: Say, streams: Iterable[Stream]) -> Panel:
    """How long ago each stream was last heard of, all live provinces together; an archive's silence is normal."""
    listed = list(streams)
    query = sql(
        _AGE,
        say,
        {
            "labels": ", ".join(f"'{stream.title.in_language(say.language)}'" for stream in listed),
            "names": ", ".join(f"'{stream.name}'" for stream in listed),
            "count": str(len(listed)),
        },
        late_after=str(LATE_AFTER_SECONDS),
        silent_after=str(SILENT_AFTER_SECONDS),
        late=say("chậm", "late"),
        silent=say("im lặng", "silent"),
        stream=say("Nguồn", "Stream"),
        age=say("Độ trễ", "Age"),
    )
    thresholds = (
        Threshold(None, panels.NEUTRAL),
        Threshold(LATE_AFTER_SECONDS, panels.WARNING),
        Threshold(SILENT_AFTER_SECONDS, panels.CRITICAL),
    )
    mappings = (panels.mapped_nothing(say("chưa có", "none yet")),)
    return panels.stat(
        number,
        say("Độ trễ dữ liệu", "Data age"),
        grid,
        Query(query),
        Field(unit="s", decimals=0, thresholds=thresholds, mappings=mappings),
        description=say(
            "Thời gian từ sự kiện mới nhất nhận được của từng nguồn.",
            "Time since the newest event of each stream.",
        ),
        orientation="horizontal",
        wide=True,
    )
