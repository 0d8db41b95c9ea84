"""The choices of the viewer that several dashboards share."""

from __future__ import annotations

from dashboards.language import Say
from dashboards.model import Variable
from dashboards.sql import sql

DEFAULT_PROVINCE = "40"

_PROVINCES = """
    SELECT code, @name
    FROM units FINAL
    WHERE level = 'province'
    ORDER BY live DESC, code
"""

_UNITS = """
    SELECT code, if(level = 'province', '@whole', @name)
    FROM units FINAL
    WHERE province = @province
    ORDER BY level != 'province', level = 'commune', @name
"""


def province(say: Say) -> Variable:
    """One of the configured provinces, archives last."""
    return Variable("province", say("Tỉnh", "Province"), sql(_PROVINCES, say), DEFAULT_PROVINCE)


def unit(say: Say) -> Variable:
    """The chosen province as a whole, or one of its units."""
    query = sql(_UNITS, say, whole=say("Toàn tỉnh", "Whole province"))
    return Variable("unit", say("Đơn vị", "Unit"), query, DEFAULT_PROVINCE)
