"""What a rule reads off the sums of a window: the value that it compares, and the cases behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import ge, gt, le, lt
from typing import NamedTuple

from streams.core.alert_rules import AlertRule, Operator
from streams.core.indicators import BIN, Indicator
from streams.core.sketch import estimate, quantile

_DAY_MS = 86_400_000
_OPERATORS: Mapping[Operator, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


class Sum(NamedTuple):
    """Of one bucket."""

    dims: str
    numerator: int
    denominator: int


class Reading(NamedTuple):
    """The value, None with too few cases; numerator and denominator are those of the whole window.

    Of a quantile the denominator is the number of cases, the numerator how many of them break the threshold.
    """

    value: float | None
    numerator: int
    denominator: int

    def breaks(self, rule: AlertRule) -> bool:
        """Whether the value is what the rule calls bad."""
        return self.value is not None and _breaks(rule, self.value)


def reading(rule: AlertRule, indicator: Indicator, window: Iterable[Sum]) -> Reading:
    """Read the sums of the rule's window."""
    scale = _DAY_MS if indicator.format == "days" else 1
    if indicator.is_histogram:
        return _quantile(rule, window, scale)
    numerator = denominator = 0
    for one in window:
        numerator += one.numerator
        denominator += one.denominator
    if not indicator.denominator:
        return Reading(numerator, numerator, denominator)
    value = numerator / denominator / scale if _suffice(rule, denominator) else None
    return Reading(value, numerator, denominator)


def _quantile(rule: AlertRule, window: Iterable[Sum], scale: int) -> Reading:
    cases: Counter[int] = Counter()
    for one in window:
        low = _lowest(one.dims)
        if low is not None:
            cases[low] += one.numerator
    cases = +cases
    value = quantile(rule.quantile or 0, cases) if _suffice(rule, cases.total()) else None
    breaking = sum(count for low, count in cases.items() if _breaks(rule, estimate(low) / scale))
    return Reading(None if value is None else value / scale, breaking, cases.total())


def _suffice(rule: AlertRule, cases: int) -> bool:
    return cases >= max(rule.min_denominator, 1)


def _breaks(rule: AlertRule, value: float) -> bool:
    return _OPERATORS[rule.op](value, rule.threshold)


@lru_cache(maxsize=10_000)
def _lowest(dims: str) -> int | None:
    """The lowest value of the bin, which is the last of the dimensions."""
    _, _, low = dims.rpartition(f"{BIN}=")
    return int(low) if low.isdecimal() else None
