"""The state of alert rules: what is pending, firing, resolved. Pure: values come in, the clock is an argument.

A rule watches one indicator in one window for every unit of its levels; `streams.core.lifecycle` says when it fires.
Every transition carries the same fingerprint for the same labels, and is kept until it is known to be told: whoever
tells it again after a crash tells the same, with the same instants.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import NamedTuple

import msgspec

from streams.core.alert_rules import AlertRule, Annotation, Annotations
from streams.core.buckets import DAY, MINUTE
from streams.core.calendar import Calendar
from streams.core.indicators import Indicator
from streams.core.lifecycle import AlertTransition, Status, step
from streams.core.readings import Reading, Sum, reading
from streams.core.units import Units
from streams.core.updates import IndicatorUpdate
from streams.core.windows import Span, span
from streams.core.wording import number

_HOUR_MS = 3_600_000
_KEPT_SECONDS = {MINUTE: 2 * 3600, DAY: 400 * 86_400}


class Sums(NamedTuple):
    """A bucket's newest values from one part."""

    version: int
    numerator: int
    denominator: int


BucketKey = tuple[str, str, int, str, str, int]
"""(indicator, unit, part, dims, grain, bucket)"""

Watched = tuple[str, str]
"""(indicator, unit)"""


class AlertDelta(msgspec.Struct, array_like=True):
    """A change of the evaluator's state, for its log. A status of None means that the alert became inactive.

    `untold` are all transitions that were not known to be told at that time.
    """

    version: int
    offsets: dict[str, int]
    sums: list[tuple[BucketKey, Sums]]
    statuses: list[tuple[str, Status | None]]
    untold: list[AlertTransition] = []


class _Watch:
    """A rule for one unit."""

    def __init__(self, rule: AlertRule, unit: str, province: str) -> None:
        self.rule, self.unit, self.province = rule, unit, province

    @cached_property
    def labels(self) -> dict[str, str]:
        """What tells its alert from others."""
        return {
            **self.rule.labels,
            "alertname": self.rule.alert,
            "indicator": self.rule.indicator,
            "province": self.province,
            "severity": self.rule.severity,
            "unit": self.unit,
        }

    @cached_property
    def mark(self) -> str:
        """The fingerprint of its labels."""
        return fingerprint(self.labels)


class Evaluator:
    """All rules on the indicators of one partition of ioc.indicators."""

    def __init__(self, rules: Iterable[AlertRule], indicators: Mapping[str, Indicator], units: Units) -> None:
        self._units = units
        self._indicators = indicators
        self._watches = _watches(rules, units)
        self._indicators_watched = {indicator for indicator, _ in self._watches}
        self._calendars = {code: Calendar(units.zone_of(code)) for code in units.provinces}
        self._buckets: defaultdict[Watched, dict[BucketKey, Sums]] = defaultdict(dict)
        self._readings: dict[Watched, dict[str, tuple[Span, Reading]]] = {}
        self._statuses: dict[str, Status] = {}
        self._untold: list[AlertTransition] = []
        self._changed_sums: dict[BucketKey, Sums] = {}
        self._changed_statuses: set[str] = set()
        self._changed_untold = False
        self._version = 0
        self._arrived_ms = 0
        self._tidied_ms = 0
        self.offsets: dict[str, int] = {}

    def take(self, update: IndicatorUpdate, arrived_ms: int) -> None:
        """Keep what rules may need of an update; older and repeated values change nothing."""
        self._arrived_ms = arrived_ms
        figures = update.figures(self._indicators_watched, _KEPT_SECONDS)
        for unit, _, indicator, dims, grain, bucket, numerator, denominator in figures:
            if (indicator, unit) not in self._watches:
                continue
            key = (indicator, unit, update.part, dims, grain, bucket)
            buckets = self._buckets[indicator, unit]
            known, new = buckets.get(key), Sums(update.version, numerator, denominator)
            if known is None or (known != new and known.version <= new.version):
                buckets[key] = self._changed_sums[key] = new
                self._readings.pop((indicator, unit), None)

    def evaluate(self, now_ms: int) -> list[AlertTransition]:
        """Decide every rule for every unit as of now; returns all that is to be told, see `told`."""
        seen: set[str] = set()
        span_of = cache(lambda window, province: span(window, now_ms, self._calendars[province]))
        for watched in self._buckets:
            for watch in self._watches[watched]:
                seen.add(watch.mark)
                window = span_of(watch.rule.window, watch.province)
                self._decide(watch, self._read(watched, watch, window), now_ms)
        for mark in self._statuses.keys() - seen:
            self._withdraw(mark, now_ms)
        self._tidy(min(now_ms, self._arrived_ms))
        return list(self._untold)

    def told(self) -> None:
        """Everything that the last `evaluate` returned is in Kafka."""
        self._untold, self._changed_untold = [], True

    def _decide(self, watch: _Watch, read: Reading, now_ms: int) -> None:
        rule, mark = watch.rule, watch.mark
        bad = read.breaks(rule)
        before = self._statuses.get(mark)
        after, state = step(before, bad, rule.for_seconds * 1000, rule.keep_firing_for_seconds * 1000, now_ms)
        standing = after or before
        if state and standing:
            starts_at = now_ms if standing.firing_since is None else standing.firing_since
            transition = AlertTransition(
                fingerprint=mark,
                alertname=rule.alert,
                state=state,
                labels=watch.labels,
                annotations=self._annotations(rule, watch.unit, read),
                starts_at=starts_at,
                ends_at=None if state == "firing" else max(now_ms, starts_at),
                at=now_ms,
                value=read.value,
                numerator=read.numerator,
                denominator=read.denominator,
                threshold=rule.threshold,
            )
            self._tell(transition)
            after = msgspec.structs.replace(after, fired=transition) if after else None
        if after != before:
            self._keep(mark, after)

    def _withdraw(self, mark: str, now_ms: int) -> None:
        """An alert whose rule or unit is no longer in the configuration, or whose figures are gone, is over."""
        fired = self._statuses[mark].fired
        self._keep(mark, None)
        if fired:
            over = max(now_ms, fired.starts_at)
            self._tell(msgspec.structs.replace(fired, state="resolved", at=now_ms, ends_at=over))

    def _tell(self, transition: AlertTransition) -> None:
        self._untold.append(transition)
        self._changed_untold = True

    def _keep(self, mark: str, status: Status | None) -> None:
        self._changed_statuses.add(mark)
        if status is None:
            self._statuses.pop(mark, None)
        else:
            self._statuses[mark] = status

    def _read(self, watched: Watched, watch: _Watch, window: Span) -> Reading:
        """Read a window; anew only if it has moved since, or a sum has changed."""
        readings = self._readings.setdefault(watched, {})
        of, read = readings.get(watch.mark, (None, None))
        if read is None or of != window:
            inside = (
                Sum(dims, sums.numerator, sums.denominator)
                for (_, _, _, dims, grain, bucket), sums in self._buckets[watched].items()
                if window.holds(grain, bucket)
            )
            read = reading(watch.rule, self._indicators[watched[0]], inside)
            readings[watch.mark] = window, read
        return read

    def _annotations(self, rule: AlertRule, unit: str, read: Reading) -> Annotations:
        percent = self._indicators[rule.indicator].format == "percent"

        def words(annotation: Annotation, language: str) -> Annotation:
            named = self._units[unit]
            fields = {
                "unit": named.name.in_language(language),
                "value": number(read.value, language, percent=percent),
                "threshold": number(rule.threshold, language, percent=percent),
                "numerator": number(read.numerator, language),
                "denominator": number(read.denominator, language),
            }
            try:
                return Annotation(
                    annotation.summary.format(**fields), annotation.description.format(**fields)
                )
            except (LookupError, ValueError, AttributeError):  # ioc check refuses such a template
                plain = f"{fields['unit']}: {rule.alert} {fields['value']} ({rule.op} {fields['threshold']})"
                return Annotation(plain, plain)

        return Annotations(vi=words(rule.annotations.vi, "vi"), en=words(rule.annotations.en, "en"))

    def _tidy(self, now_ms: int) -> None:
        """Once an hour, drop buckets that no window can reach any more."""
        if now_ms - self._tidied_ms < _HOUR_MS:
            return
        self._tidied_ms = now_ms
        oldest = {grain: now_ms // 1000 - kept for grain, kept in _KEPT_SECONDS.items()}
        for watched, buckets in self._buckets.items():
            first = oldest | {DAY: self._first_day(watched, now_ms, oldest[DAY])}
            for key in [key for key in buckets if key[5] < first[key[4]]]:
                del buckets[key]

    def _first_day(self, watched: Watched, now_ms: int, oldest: int) -> int:
        """A stock adds up all of its days; of a histogram, whose bins are many, only its rules' windows are kept."""
        match self._indicators[watched[0]].kind:
            case "stock":
                return -(2**62)
            case "histogram":
                return min(
                    span(watch.rule.window, now_ms, self._calendars[watch.province]).first
                    for watch in self._watches[watched]
                )
            case _:
                return oldest

    def drain(self) -> AlertDelta:
        """What changed since the last drain."""
        self._version += 1
        delta = AlertDelta(
            self._version,
            dict(self.offsets),
            list(self._changed_sums.items()),
            [(mark, self._statuses.get(mark)) for mark in self._changed_statuses],
            list(self._untold),
        )
        self._changed_sums, self._changed_statuses, self._changed_untold = {}, set(), False
        return delta

    @property
    def changed(self) -> bool:
        """Whether a drain would have anything to log."""
        return bool(self._changed_sums or self._changed_statuses or self._changed_untold)

    def restore(self, delta: AlertDelta) -> None:
        """Overlay a delta read from the log, in the order of versions."""
        self._version = max(self._version, delta.version)
        self.offsets.update(delta.offsets)
        self._untold = list(delta.untold)
        for key, sums in delta.sums:
            if (key[0], key[1]) in self._watches:
                buckets = self._buckets[key[0], key[1]]
                buckets[key] = max(buckets.get(key, sums), sums, key=lambda known: known.version)
                self._readings.pop((key[0], key[1]), None)
        for mark, status in delta.statuses:
            if status is None:
                self._statuses.pop(mark, None)
            else:
                self._statuses[mark] = status

    def snapshot(self) -> Iterator[AlertDelta]:
        """The whole state as one delta."""
        sums = [item for buckets in self._buckets.values() for item in buckets.items()]
        statuses: list[tuple[str, Status | None]] = list(self._statuses.items())
        yield AlertDelta(self._version, dict(self.offsets), sums, statuses, list(self._untold))


def fingerprint(labels: Mapping[str, str]) -> str:
    """Identifies an alert by its labels, in whatever order they come."""
    text = "\0".join(f"{name}\1{labels[name]}" for name in sorted(labels))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _watches(rules: Iterable[AlertRule], units: Units) -> dict[Watched, list[_Watch]]:
    """For every indicator and unit the rules that it has, if any; archives have none."""
    levels = dict.fromkeys(units.provinces, "province") | {u.code: u.level for u in units.units.values()}
    watches: defaultdict[Watched, list[_Watch]] = defaultdict(list)
    for rule in rules:
        for code, level in levels.items():
            province = units.province_of(code)
            if level in rule.units and province.live:
                watches[rule.indicator, code].append(_Watch(rule, code, province.code))
    return dict(watches)
