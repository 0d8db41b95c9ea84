"""The definition of an alert rule, in Prometheus' words; its state is kept apart, in `streams.core.alerting`."""

from __future__ import annotations

from typing import Literal

import msgspec

from streams.core.windows import Window

Operator = Literal["<", "<=", ">", ">="]
Severity = Literal["critical", "warning", "info"]


PLACEHOLDERS = ("unit", "value", "threshold", "numerator", "denominator")
"""What may stand in braces in an annotation."""

RULE_LABELS = ("alertname", "indicator", "province", "severity", "unit")
"""Labels that every alert has; a rule's own come beside them."""


class Annotation(msgspec.Struct, frozen=True):
    """What a person reads; PLACEHOLDERS in braces are filled in, in the reader's language."""

    summary: str
    description: str


class Annotations(msgspec.Struct, frozen=True):
    """The same words in both languages."""

    vi: Annotation
    en: Annotation


class AlertRule(msgspec.Struct, frozen=True):
    """Fires for every unit of the named levels whose indicator breaks the threshold for long enough.

    The value compared is numerator / denominator where the indicator has a denominator (`days`: in days), else the
    numerator; of a histogram it is the named quantile. The threshold is of the same kind. Below `min_denominator` (of a
    histogram: fewer cases) nothing is said. Durations are in seconds.
    """

    alert: str
    indicator: str
    window: Window
    op: Operator
    threshold: float
    severity: Severity
    annotations: Annotations
    units: tuple[str, ...]
    quantile: float | None = None
    min_denominator: int = 1
    for_seconds: int = 0
    keep_firing_for_seconds: int = 0
    labels: dict[str, str] = {}
