"""The choices of the viewer that several dashboards share."""

from __future__ import annotations

from dashboards.language import Say
from dashboards.model import Variable
from dashboards.sql import TIME_ZONE, sql

DEFAULT_PROVINCE = "40"

_PROVINCES = """
    SELECT code, @name
    FROM units FINAL
    WHERE level = 'province'
    ORDER BY live DESC, code
"""

_UNITS = """
    WITH valid_to IS NOT NULL AND valid_to <= toDate(now('@time_zone')) AS closed
    SELECT
        code,
        multiIf(
            level = 'province', '@whole',
            closed, concat(@name, ' (@until ', formatDateTime(assumeNotNull(valid_to) - 1, '%d/%m/%Y'), ')'),
            @name
        )
    FROM units FINAL
    WHERE province = @province
    ORDER BY level != 'province', closed, level = 'commune', @name
"""


def province(say: Say) -> Variable:
    """One of the configured provinces, archives last."""
    return Variable("province", say("Tỉnh", "Province"), sql(_PROVINCES, say), DEFAULT_PROVINCE)


def unit(say: Say) -> Variable:
    """The chosen province as a whole, or one of its units; those that no longer exist last, with their last day."""
    words = {"whole": say("Toàn tỉnh", "Whole province"), "until": say("đến", "until")}
    query = sql(_UNITS, say, time_zone=TIME_ZONE, **words)
    return Variable("unit", say("Đơn vị", "Unit"), query, DEFAULT_PROVINCE)
