"""A small province, rules on its indicators, and updates as compute would send them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from streams.core.alert_rules import AlertRule, Annotation, Annotations
from streams.core.alerting import Evaluator
from streams.core.indicators import Format, Indicator
from streams.core.lifecycle import AlertTransition
from streams.core.units import Province, Text, Unit, Units
from streams.core.updates import IndicatorUpdate

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
UNITS = Units(
    [
        Province("40", Text("Tỉnh Nghệ An", "Nghe An Province"), "Asia/Ho_Chi_Minh"),
        Province("old", Text("Lưu trữ", "Archive"), "Europe/Amsterdam", live=False),
    ],
    [
        Unit("justice", Text("Sở Tư pháp", "Department of Justice"), "department", "40", "40"),
        Unit("16681", Text("Phường Thành Vinh", "Thanh Vinh Ward"), "commune", "40", "40"),
        Unit("counter", Text("Quầy", "Counter"), "department", "old", "old"),
    ],
)


def indicator(id: str, format: Format, **fields: Any) -> Indicator:
    return Indicator(
        id=id,
        name=Text(f"Chỉ số {id}", f"Indicator {id}"),
        over=("dossiers",),
        source="",
        format=format,
        **fields,
    )


INDICATORS = {
    one.id: one
    for one in (
        indicator("rate", "percent", denominator="true"),
        indicator("backlog", "count", kind="stock"),
        indicator("cleaned", "count"),
        indicator("days", "days", denominator="true"),
        indicator("fees", "vnd"),
        indicator("spread", "days", kind="histogram", value="elapsed_ms"),
    )
}


def rule(indicator: str = "rate", **fields: Any) -> AlertRule:
    words = Annotation("{unit}: {value}", "{numerator}/{denominator}, {threshold}")
    defaults: dict[str, Any] = {
        "alert": "TooLow",
        "window": "today",
        "op": "<",
        "threshold": 0.7,
        "severity": "warning",
        "annotations": Annotations(vi=words, en=words),
        "units": ("province", "department"),
    }
    return AlertRule(indicator=indicator, **defaults | fields)


def evaluator(*rules: AlertRule) -> Evaluator:
    return Evaluator(rules, INDICATORS, UNITS)


def at(text: str) -> int:
    """Epoch ms of a local time in the sample province."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp() * 1000)


Figure = tuple[str, str, str, int, int, int]
"""(indicator, dims, grain, bucket as epoch seconds, numerator, denominator)"""


def update(*values: Figure, unit: str = "justice", part: int = 0, version: int = 1) -> IndicatorUpdate:
    series, buckets = [value[:2] for value in values], [value[2:4] for value in values]
    places = list(range(len(values)))
    sums = [value[4] for value in values], [value[5] for value in values]
    return IndicatorUpdate(
        part, version, 0, [(unit, "40")], series, buckets, ([0] * len(values), places, places, *sums)
    )


def day(text: str, numerator: int, denominator: int = 0, indicator: str = "rate", dims: str = "") -> Figure:
    return (indicator, dims, "day", at(text) // 1000, numerator, denominator)


def minute(text: str, numerator: int, denominator: int = 0, indicator: str = "rate") -> Figure:
    return (indicator, "", "minute", at(text) // 1000, numerator, denominator)


def transition(**fields: Any) -> AlertTransition:
    starts_at = int(datetime(2026, 11, 5, 2, 12, tzinfo=UTC).timestamp() * 1000)  # 09:12 in the province
    labels = {
        "alertname": "TooLow",
        "indicator": "rate",
        "province": "40",
        "severity": "warning",
        "unit": "justice",
    }
    words = Annotation("Sở Tư pháp: mới đạt 45%", "38/84. Hướng dẫn tại quầy.")
    defaults: dict[str, Any] = {
        "fingerprint": "0f3c9a77d1e2b345",
        "alertname": "TooLow",
        "state": "firing",
        "labels": labels | fields.pop("labels", {}),
        "annotations": Annotations(
            vi=words, en=Annotation("Department of Justice: only 45%", "38/84. Help people.")
        ),
        "starts_at": starts_at,
        "ends_at": None,
        "at": starts_at,
        "value": 38 / 84,
        "numerator": 38,
        "denominator": 84,
        "threshold": 0.7,
    }
    return AlertTransition(**defaults | fields)
