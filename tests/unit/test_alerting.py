"""What a rule sees: windows, parts, late and repeated values, and what is no longer there."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from streams.core.alert_rules import AlertRule, Annotation, Annotations
from streams.core.alerting import AlertDelta, Evaluator, fingerprint
from streams.core.sketch import BINS, bins_of
from tests.unit.alert_samples import Figure, at, day, evaluator, minute, rule, transition, update

NOW = at("2026-11-05T09:00")


def states(decided: Evaluator, now_ms: int) -> list[str]:
    """What is told now, for the first time."""
    told = decided.evaluate(now_ms)
    decided.told()
    return [one.state for one in told]


def restored(from_: Evaluator, *rules: AlertRule) -> Evaluator:
    """As after a restart, with these rules in the configuration."""
    log = msgspec.msgpack.encode(from_.drain())
    after = evaluator(*rules)
    after.restore(msgspec.msgpack.decode(log, type=AlertDelta))
    return after


def test_a_transition_says_what_a_person_needs() -> None:
    one = evaluator(rule(labels={"stream": "filings"}))
    one.take(update(day("2026-11-05", 38, 84)), NOW)
    [told] = one.evaluate(NOW)
    assert told.labels == {
        "alertname": "TooLow",
        "indicator": "rate",
        "province": "40",
        "severity": "warning",
        "stream": "filings",
        "unit": "justice",
    }
    assert told.fingerprint == fingerprint(told.labels)
    assert (told.state, told.starts_at, told.ends_at, told.value) == ("firing", NOW, None, 38 / 84)
    assert told.annotations.vi == Annotation("Sở Tư pháp: 45,24%", "38/84, 70%")
    assert told.annotations.en == Annotation("Department of Justice: 45.24%", "38/84, 70%")


def test_a_fingerprint_is_of_the_labels_whatever_their_order() -> None:
    assert fingerprint({"a": "1", "b": "2"}) == fingerprint({"b": "2", "a": "1"})
    assert fingerprint({"a": "1", "b": "2"}) != fingerprint({"a": "2", "b": "1"})


def test_the_parts_and_dimensions_of_a_figure_add_up() -> None:
    one = evaluator(rule(min_denominator=20))
    one.take(update(day("2026-11-05", 2, 9, dims="channel=online"), unit="40", part=0), NOW)
    one.take(update(day("2026-11-05", 3, 10, dims="channel=online"), unit="40", part=3), NOW)
    assert one.evaluate(NOW) == []
    one.take(update(day("2026-11-05", 0, 1, dims="channel=counter"), unit="40", part=3), NOW)
    [told] = one.evaluate(NOW)
    assert (told.numerator, told.denominator) == (5, 20)


def test_older_and_repeated_values_change_nothing() -> None:
    one = evaluator(rule())
    one.take(update(day("2026-11-05", 9, 10), version=7), NOW)
    one.drain()
    one.take(update(day("2026-11-05", 9, 10), version=7), NOW)
    one.take(update(day("2026-11-05", 1, 10), version=6), NOW)
    assert not one.changed
    assert one.evaluate(NOW) == []
    one.take(update(day("2026-11-05", 1, 10), version=8), NOW)
    assert states(one, NOW) == ["firing"]


def test_below_the_minimum_nothing_is_said_and_what_fires_resolves() -> None:
    one = evaluator(rule(min_denominator=20))
    one.take(update(day("2026-11-05", 0, 19), version=1), NOW)
    assert states(one, NOW) == []
    one.take(update(day("2026-11-05", 0, 20), version=2), NOW)
    assert states(one, NOW) == ["firing"]
    one.take(update(day("2026-11-05", 0, 19), version=3), NOW)
    [told] = one.evaluate(NOW + 1000)
    assert (told.state, told.value, told.starts_at, told.ends_at) == ("resolved", None, NOW, NOW + 1000)


@pytest.mark.parametrize(
    ("indicator", "op", "threshold", "numerator", "denominator", "fires"),
    [
        ("rate", "<", 0.7, 7, 10, False),
        ("rate", "<=", 0.7, 7, 10, True),
        ("rate", ">", 0.7, 71, 100, True),
        ("rate", "<", 0.7, 0, 0, False),
        ("cleaned", ">=", 5.0, 5, 0, True),
        ("days", ">", 2.0, 5 * 86_400_000, 2, True),
        ("days", ">", 2.5, 5 * 86_400_000, 2, False),
    ],
)
def test_the_condition(
    indicator: str, op: str, threshold: float, numerator: int, denominator: int, fires: bool
) -> None:
    one = evaluator(rule(indicator, op=op, threshold=threshold))
    one.take(update(day("2026-11-05", numerator, denominator, indicator=indicator)), NOW)
    assert bool(one.evaluate(NOW)) is fires


def spread(when: str, days: int, cases: int) -> Figure:
    """So many cases that took so many days, settled on a date."""
    low = BINS[bins_of(np.array([days * 86_400_000]))[0]]
    return day(when, cases, indicator="spread", dims=f"channel=online,bin={low}")


def test_a_quantile_breaks_its_threshold_and_keeps_it_again() -> None:
    one = evaluator(
        rule(
            "spread",
            quantile=0.9,
            window="7d",
            op=">",
            threshold=15.0,
            min_denominator=11,
            units=("province",),
        )
    )
    short, long = spread("2026-11-05", 2, 9), spread("2026-11-03", 20, 1)
    one.take(update(short, spread("2026-10-20", 90, 50), unit="40"), NOW)
    one.take(update(long, unit="40", part=1), NOW)
    assert states(one, NOW) == []  # of ten cases nine took two days, and ten are too few
    one.take(update(spread("2026-11-04", 20, 1), unit="40", part=2), NOW)
    [told] = one.evaluate(NOW)
    one.told()
    assert told.value == pytest.approx(20, rel=0.02)
    assert (told.state, told.numerator, told.denominator) == ("firing", 2, 11)
    assert told.annotations.en.description == "2/11, 15"
    one.take(
        update(spread("2026-11-04", 20, 0), spread("2026-11-04", 2, 1), unit="40", part=2, version=2), NOW
    )
    assert states(one, NOW) == ["resolved"]


def test_of_a_histogram_only_what_its_windows_reach_is_kept() -> None:
    one = evaluator(rule("spread", quantile=0.5, window="7d", op=">", threshold=15.0))
    one.take(update(spread("2026-10-29", 2, 3), spread("2026-10-30", 2, 4)), NOW)
    one.evaluate(NOW)
    [snapshot] = one.snapshot()
    assert [sums.numerator for _, sums in snapshot.sums] == [4]


def test_windows_move_with_the_clock_alone() -> None:
    one = evaluator(rule("cleaned", window="15m", op=">", threshold=0.0))
    one.take(update(minute("2026-11-05T08:50", 3, indicator="cleaned")), NOW)
    assert states(one, NOW) == ["firing"]
    assert states(one, at("2026-11-05T09:04")) == []
    assert states(one, at("2026-11-05T09:05")) == ["resolved"]


def test_silence_is_seen_at_local_midnight() -> None:
    one = evaluator(rule("cleaned", window="7d", op="<", threshold=1.0, for_seconds=3600))
    one.take(update(day("2026-11-05", 3, indicator="cleaned")), NOW)
    assert states(one, at("2026-11-11T23:59:59")) == []
    assert states(one, at("2026-11-12T00:00")) == []
    assert states(one, at("2026-11-12T01:00")) == ["firing"]


def test_a_stock_counts_what_falls_due_when_its_day_has_come() -> None:
    one = evaluator(rule("backlog", window="now", op=">", threshold=4.0))
    one.take(
        update(day("2024-01-09", 4, indicator="backlog"), day("2026-11-06", 1, indicator="backlog")), NOW
    )
    assert states(one, NOW) == []
    assert states(one, at("2026-11-06T00:00")) == ["firing"]


def test_a_restart_keeps_values_and_states() -> None:
    before = evaluator(rule(for_seconds=60, keep_firing_for_seconds=60))
    before.take(update(day("2026-11-05", 1, 10), version=5), NOW)
    before.offsets["ioc.indicators"] = 17
    assert states(before, NOW) == []
    after = restored(before, rule(for_seconds=60, keep_firing_for_seconds=60))
    assert after.offsets == {"ioc.indicators": 17}
    assert states(after, NOW + 60_000) == ["firing"]
    after.take(update(day("2026-11-05", 9, 10), version=6), NOW)
    assert states(after, NOW + 70_000) == []
    again = evaluator(rule(for_seconds=60, keep_firing_for_seconds=60))
    for delta in after.snapshot():
        again.restore(delta)
    assert states(again, NOW + 129_000) == []
    assert states(again, NOW + 130_000) == ["resolved"]


def test_an_alert_whose_rule_is_gone_or_renamed_is_over() -> None:
    before = evaluator(rule())
    before.take(update(day("2026-11-05", 1, 10)), NOW)
    [fired] = before.evaluate(NOW)
    before.told()
    after = restored(before, rule(severity="critical"))
    told = {one.labels["severity"]: one for one in after.evaluate(NOW + 1000)}
    assert (told["critical"].state, told["critical"].starts_at) == ("firing", NOW + 1000)
    over = msgspec.structs.replace(fired, state="resolved", at=NOW + 1000, ends_at=NOW + 1000)
    assert told["warning"] == over


def test_units_that_no_rule_watches_are_ignored() -> None:
    one = evaluator(rule())
    for unit in ("counter", "16681", "unknown"):  # an archive's, of another level, no longer configured
        one.take(update(day("2026-11-05", 1, 10), unit=unit), NOW)
    assert not one.changed
    assert one.evaluate(NOW) == []


def test_a_log_of_units_and_indicators_that_are_gone_can_be_read() -> None:
    one = evaluator(rule())
    gone = [(("rate", "unknown", 0, "", "day", 0), (1, 0, 9)), (("gone", "40", 0, "", "day", 0), (1, 0, 9))]
    one.restore(msgspec.convert([3, {}, gone, []], AlertDelta))
    assert one.evaluate(NOW) == []


def test_a_template_that_fails_falls_back_to_plain_words() -> None:
    broken = Annotations(vi=Annotation("{unit}: {gone}", "{0}"), en=Annotation("{unit.missing}", "{"))
    one = evaluator(rule(annotations=broken))
    one.take(update(day("2026-11-05", 1, 10)), NOW)
    [told] = one.evaluate(NOW)
    assert told.annotations.vi == Annotation(
        "Sở Tư pháp: TooLow 10% (< 70%)", "Sở Tư pháp: TooLow 10% (< 70%)"
    )
    assert told.annotations.en.summary == "Department of Justice: TooLow 10% (< 70%)"


def test_a_clock_that_jumps_ahead_loses_no_values() -> None:
    one = evaluator(rule("cleaned", window="7d", op="<", threshold=1.0, for_seconds=3600))
    one.take(update(day("2026-11-05", 3, indicator="cleaned")), NOW)
    one.evaluate(at("2099-01-01T00:00"))
    assert states(one, NOW) == []
    assert states(one, NOW + 3_600_000) == []


def test_what_no_window_reaches_is_dropped_but_for_stocks() -> None:
    one = evaluator(rule(), rule("backlog", alert="Backlog", window="now", op=">", threshold=100.0))
    one.take(update(day("2025-01-01", 5, indicator="backlog"), day("2025-01-01", 3, 5)), NOW)
    one.take(update(minute("2026-11-05T06:59", 3, 5), minute("2026-11-05T07:00", 4, 5)), NOW)
    one.evaluate(NOW)
    [snapshot] = one.snapshot()
    kept = {(key[0], key[4], sums.numerator) for key, sums in snapshot.sums}
    assert kept == {("backlog", "day", 5), ("rate", "minute", 4)}


def test_the_sample_has_the_labels_of_a_rule() -> None:
    assert transition().labels.keys() == {"alertname", "indicator", "province", "severity", "unit"}
