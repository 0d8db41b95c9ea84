"""Dossiers whose events came out of turn, by the event that did; its words are those of the event's schema."""

from __future__ import annotations

from dashboards import panels
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query
from dashboards.sql import sql

EVENTS = {
    "received": ("Tiếp nhận", "Received"),
    "reopened": ("Mở lại", "Reopened"),
    "supplement_asked": ("Yêu cầu bổ sung", "Supplement asked"),
    "paused": ("Tạm dừng", "Paused"),
    "supplement_given": ("Đã bổ sung", "Supplement given"),
    "resumed": ("Tiếp tục xử lý", "Resumed"),
    "refused": ("Từ chối", "Refused"),
    "withdrawn": ("Rút hồ sơ", "Withdrawn"),
    "settled": ("Giải quyết", "Settled"),
}
"""Every event of a dossier's course, in Vietnamese and English."""

_BY_KIND = """
    SELECT transform(dims, [@keys], [@words], dims) AS "@event", sum(numerator) AS "@dossiers"
    FROM indicator_buckets
    WHERE indicator = 'irregular_dossiers' AND unit = @unit
      AND @in_period
    GROUP BY dims
    HAVING sum(numerator) > 0
    ORDER BY sum(numerator) DESC, dims
"""


def by_kind(number: int, grid: Grid, say: Say) -> Panel:
    """A bar for each event that came out of turn; of a dossier the first such event counts."""
    expressions = {
        "keys": ", ".join(f"'irregularity={event}'" for event in EVENTS),
        "words": ", ".join(f"'{say(*words)}'" for words in EVENTS.values()),
    }
    query = sql(_BY_KIND, say, expressions, event=say("Sự kiện", "Event"), dossiers=say("Hồ sơ", "Dossiers"))
    field = Field(
        unit="locale",
        decimals=0,
        min=0,
        color=panels.fixed_color("#8d96a0"),
        no_value=say("không có", "none"),
    )
    return panels.bar_gauge(
        number,
        say("Diễn biến bất thường", "Out of turn"),
        grid,
        Query(query),
        field,
        description=say(
            "Hồ sơ trong kỳ, theo sự kiện đầu tiên không đúng trình tự, chẳng hạn tiếp tục xử lý khi không tạm dừng.",
            "Dossiers of the period by the first event that came out of turn, such as resumed though not paused.",
        ),
    )
