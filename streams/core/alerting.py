"""The state of alert rules: what is pending, firing, resolved. Pure: values come in, the clock is an argument.

A rule watches one indicator in one window for every unit of its levels. As in Prometheus, an alert is pending from the
first evaluation that finds the condition true, fires when it has been true for `for`, and is resolved when it has been
false for `keep_firing_for`. Every transition carries the same fingerprint for the same labels.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from operator import ge, gt, le, lt
from typing import Literal, NamedTuple

import msgspec

from streams.core.alert_rules import AlertRule, Annotation, Annotations
from streams.core.buckets import DAY, MINUTE
from streams.core.calendar import Calendar
from streams.core.indicators import Indicator
from streams.core.units import Unit, Units
from streams.core.updates import IndicatorUpdate
from streams.core.windows import span
from streams.core.wording import number

_DAY_MS = 86_400_000
_MINUTE_MS = 60_000
_KEPT_SECONDS = {MINUTE: 2 * 3600, DAY: 400 * 86_400}
_OPERATORS = {"<": lt, "<=": le, ">": gt, ">=": ge}


class AlertTransition(msgspec.Struct, frozen=True):
    """A record of ioc.alerts: an alert began to fire or was resolved. Instants are epoch ms."""

    fingerprint: str
    alertname: str
    state: Literal["firing", "resolved"]
    labels: dict[str, str]
    annotations: Annotations
    starts_at: int
    ends_at: int | None
    at: int
    value: float | None
    numerator: int
    denominator: int
    threshold: float


class Status(msgspec.Struct, array_like=True):
    """Where an alert stands; absent means inactive."""

    pending_since: int
    firing_since: int | None
    last_true: int


class Sums(NamedTuple):
    """A bucket's newest values from one part."""

    version: int
    numerator: int
    denominator: int


BucketKey = tuple[str, str, int, str, str, int]
"""(indicator, unit, part, dims, grain, bucket)"""


class AlertDelta(msgspec.Struct, array_like=True):
    """A change of the evaluator's state, for its log. A status of None means that the alert became inactive."""

    version: int
    offsets: dict[str, int]
    sums: list[tuple[BucketKey, Sums]]
    statuses: list[tuple[str, Status | None]]


class Evaluator:
    """All rules on the indicators of one partition of ioc.indicators."""

    def __init__(self, rules: Iterable[AlertRule], indicators: Mapping[str, Indicator], units: Units) -> None:
        self._units = units
        self._indicators = indicators
        self._rules: defaultdict[str, list[AlertRule]] = defaultdict(list)
        for rule in rules:
            self._rules[rule.indicator].append(rule)
        self._calendars = {code: Calendar(units.zone_of(code)) for code in units.provinces}
        self._buckets: defaultdict[tuple[str, str], dict[BucketKey, Sums]] = defaultdict(dict)
        self._statuses: dict[str, Status] = {}
        self._changed_sums: dict[BucketKey, Sums] = {}
        self._changed_statuses: set[str] = set()
        self._version = 0
        self.offsets: dict[str, int] = {}

    def take(self, update: IndicatorUpdate) -> None:
        """Keep what rules may need of an update; older and repeated values change nothing."""
        if not self._units.province_of(update.unit).live:
            return
        for indicator, dims, grain, bucket, numerator, denominator in update.values:
            if indicator not in self._rules or grain not in _KEPT_SECONDS:
                continue
            key = (indicator, update.unit, update.part, dims, grain, bucket)
            buckets = self._buckets[indicator, update.unit]
            known = buckets.get(key)
            if known is None or known.version <= update.version:
                buckets[key] = self._changed_sums[key] = Sums(update.version, numerator, denominator)

    def evaluate(self, now_ms: int) -> list[AlertTransition]:
        """Decide every rule for every unit as of now; returns what changed for people."""
        transitions: list[AlertTransition] = []
        for (indicator, unit), buckets in self._buckets.items():
            for rule in self._rules[indicator]:
                if _level(self._units, unit) in rule.units:
                    transitions += self._decide(rule, unit, buckets, now_ms)
        self._forget(now_ms)
        return transitions

    def _decide(
        self, rule: AlertRule, unit: str, buckets: Mapping[BucketKey, Sums], now_ms: int
    ) -> Iterator[AlertTransition]:
        labels = self._labels(rule, unit)
        mark = fingerprint(labels)
        numerator, denominator = self._window(rule, unit, buckets, now_ms)
        value = self._value(rule, numerator, denominator)
        status = self._statuses.get(mark)
        before = None if status is None else msgspec.structs.replace(status)
        state: Literal["firing", "resolved"] | None = None
        starts_at, ends_at = now_ms, None
        if value is not None and _OPERATORS[rule.op](value, rule.threshold):
            status = status or Status(now_ms, None, 0)
            status.last_true = (
                now_ms - now_ms % _MINUTE_MS
            )  # to the minute, so that it is logged once a minute
            if status.firing_since is None and now_ms - status.pending_since >= rule.for_seconds * 1000:
                status.firing_since, state = now_ms, "firing"
            starts_at = status.firing_since or now_ms
        elif status is not None and status.firing_since is None:
            status = None
        elif status is not None and now_ms - status.last_true >= rule.keep_firing_for_seconds * 1000:
            starts_at, ends_at, state = status.firing_since or now_ms, now_ms, "resolved"
            status = None
        if status != before:
            self._keep(mark, status)
        if state:
            yield AlertTransition(
                fingerprint=mark,
                alertname=rule.alert,
                state=state,
                labels=labels,
                annotations=self._annotations(rule, unit, value, numerator, denominator),
                starts_at=starts_at,
                ends_at=ends_at,
                at=now_ms,
                value=value,
                numerator=numerator,
                denominator=denominator,
                threshold=rule.threshold,
            )

    def _keep(self, mark: str, status: Status | None) -> None:
        self._changed_statuses.add(mark)
        if status is None:
            self._statuses.pop(mark, None)
        else:
            self._statuses[mark] = status

    def _labels(self, rule: AlertRule, unit: str) -> dict[str, str]:
        province = self._units.province_of(unit).code
        return {
            **rule.labels,
            "alertname": rule.alert,
            "indicator": rule.indicator,
            "province": province,
            "severity": rule.severity,
            "unit": unit,
        }

    def _window(
        self, rule: AlertRule, unit: str, buckets: Mapping[BucketKey, Sums], now_ms: int
    ) -> tuple[int, int]:
        window = span(rule.window, now_ms, self._calendars[self._units.province_of(unit).code])
        inside = [sums for key, sums in buckets.items() if window.holds(key[4], key[5])]
        return sum(sums.numerator for sums in inside), sum(sums.denominator for sums in inside)

    def _value(self, rule: AlertRule, numerator: int, denominator: int) -> float | None:
        indicator = self._indicators[rule.indicator]
        if not indicator.denominator:
            return numerator
        if denominator < max(rule.min_denominator, 1):
            return None
        return numerator / denominator / (_DAY_MS if indicator.format == "days" else 1)

    def _annotations(
        self, rule: AlertRule, unit: str, value: float | None, numerator: int, denominator: int
    ) -> Annotations:
        percent = self._indicators[rule.indicator].format == "percent"

        def words(annotation: Annotation, language: str) -> Annotation:
            named = self._units.units.get(unit) or self._units.provinces[unit]
            fields = {
                "unit": named.name.in_language(language),
                "value": number(value, language, percent=percent),
                "threshold": number(rule.threshold, language, percent=percent),
                "numerator": number(numerator, language),
                "denominator": number(denominator, language),
            }
            return Annotation(annotation.summary.format(**fields), annotation.description.format(**fields))

        return Annotations(vi=words(rule.annotations.vi, "vi"), en=words(rule.annotations.en, "en"))

    def _forget(self, now_ms: int) -> None:
        """Drop buckets that no window can reach any more; a stock's days stay, since it adds up all of them."""
        for (indicator, _), buckets in self._buckets.items():
            oldest = {grain: now_ms // 1000 - kept for grain, kept in _KEPT_SECONDS.items()}
            stock = self._indicators[indicator].kind == "stock"
            gone = [key for key in buckets if key[5] < oldest[key[4]] and not (stock and key[4] == DAY)]
            for key in gone:
                del buckets[key]

    def drain(self) -> AlertDelta:
        """What changed since the last drain."""
        self._version += 1
        delta = AlertDelta(
            self._version,
            dict(self.offsets),
            list(self._changed_sums.items()),
            [(mark, self._statuses.get(mark)) for mark in self._changed_statuses],
        )
        self._changed_sums, self._changed_statuses = {}, set()
        return delta

    @property
    def changed(self) -> bool:
        """Whether a drain would have anything to log."""
        return bool(self._changed_sums or self._changed_statuses)

    def restore(self, delta: AlertDelta) -> None:
        """Overlay a delta read from the log, in the order of versions."""
        self._version = max(self._version, delta.version)
        self.offsets.update(delta.offsets)
        for key, sums in delta.sums:
            self._buckets[key[0], key[1]][key] = sums
        for mark, status in delta.statuses:
            if status is None:
                self._statuses.pop(mark, None)
            else:
                self._statuses[mark] = status

    def snapshot(self) -> Iterator[AlertDelta]:
        """The whole state as one delta."""
        sums = [item for buckets in self._buckets.values() for item in buckets.items()]
        yield AlertDelta(self._version, dict(self.offsets), sums, list(self._statuses.items()))


def fingerprint(labels: Mapping[str, str]) -> str:
    """Identifies an alert by its labels, in whatever order they come."""
    text = "\0".join(f"{name}\1{labels[name]}" for name in sorted(labels))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _level(units: Units, code: str) -> str:
    unit: Unit | None = units.units.get(code)
    return unit.level if unit else "province"
