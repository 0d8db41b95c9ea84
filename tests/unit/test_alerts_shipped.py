"""The shipped rules on a dossier's course: they tell the office that can still act, once, and nobody else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.loader import load
from streams.core.alerting import Evaluator
from streams.core.lifecycle import AlertTransition
from tests.unit.alert_samples import at, day, update

CONFIGURATION = load(Path(__file__).parents[2] / "config")
MORNING, NOON, EVENING = (at(f"2026-11-05T{hour}:00") for hour in ("08", "12", "18"))


def told(indicator: str, count: int, unit: str, *, at_ms: int) -> list[AlertTransition]:
    """What is told later, when a unit had so many from the morning on."""
    evaluator = Evaluator(CONFIGURATION.alerts, CONFIGURATION.indicators, CONFIGURATION.units)
    evaluator.take(update(day("2026-11-05", count, indicator=indicator), unit=unit), MORNING)
    assert evaluator.evaluate(MORNING) == [], "fires without waiting"
    return evaluator.evaluate(at_ms)


@pytest.mark.parametrize(
    ("indicator", "limit", "alert", "severity", "does"),
    [
        ("due_within_1_day", 50, "ManyDueWithinOneDay", "warning", "bố trí cán bộ"),
        ("supplemented_once", 10, "ManySupplementedOnce", "info", "kiểm tra đủ thành phần"),
        ("irregular_dossiers", 10, "ManyIrregularDossiers", "info", "cập nhật sự kiện còn thiếu"),
    ],
)
def test_above_its_limit_an_office_is_told_what_it_can_do(
    indicator: str, limit: int, alert: str, severity: str, does: str
) -> None:
    for unit in ("40.so-tu-phap", "16681"):
        assert told(indicator, limit, unit, at_ms=NOON) == []
        [one] = told(indicator, limit + 1, unit, at_ms=NOON)
        assert (one.alertname, one.labels["severity"], one.labels["unit"]) == (alert, severity, unit)
        assert does in one.annotations.vi.description
        words = [one.annotations.vi.summary, one.annotations.en.summary, one.annotations.en.description]
        assert all(str(limit + 1) in text and not re.search(r"[{}]", text) for text in words)
    assert told(indicator, 10_000, "40", at_ms=EVENING) == [], "the sum of all offices is nobody's to act on"
