from pathlib import Path

import pytest

from config.loader import load
from tests.fixtures.configuration import REGISTRY, SMALL, edited, problems, write

_PERCENT = "The indicator is a percentage: write one from 0 % to 100 %, with its sign."
_DURATION = "Write a duration such as 30s, 5m, 1h30m or 2d."
_WINDOWS = "A stock is looked at 'now', a flow over one of the other windows."


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("online_rate", "online_rat", "3: unknown indicator 'online_rat'. Did you mean 'online_rate'?"),
        ("today", "tody", "4: 'window' cannot be 'tody'. Did you mean 'today'?"),
        ("today", "now", f"4: the window 'now' does not fit a flow. {_WINDOWS}"),
        ("online_rate", "backlog", f"4: the window 'today' does not fit a stock. {_WINDOWS}"),
        ("online_rate", "backlog", "7: the indicator 'backlog' has no denominator. Remove the key."),
        (
            "online_rate",
            "backlog",
            "6: the threshold 'target' does not fit."
            " The indicator 'backlog' has no target: give it one, or write a value here.",
        ),
        ('"<"', "<<", "5: 'op' cannot be '<<'. Did you mean '<'?"),
        ('"<"', ">", '5: \'op\' is empty. One of "<" "<=" ">" ">=", in quotes.'),
        (
            '"<"',
            ">=",
            "5: a '>' or '|' that begins a block of text. Put it in quotes if it means something else.",
        ),
        ("threshold: target", "threshold: 0.6", f"6: the threshold '0.6' does not fit. {_PERCENT}"),
        ("threshold", "treshold", "6: unknown key 'treshold'. Did you mean 'threshold'?"),
        (
            "threshold",
            "treshold",
            "2: the key 'threshold' is missing. Add it."
            " A value in the indicator's format, or 'target' for the indicator's own.",
        ),
        (
            "min_denominator: 20",
            "min_denominator: 0",
            "7: 'min_denominator' must be at least 1, not 0."
            " With fewer cases than this a share or a quantile says nothing and is no alert. Example: 20.",
        ),
        ("for: 5m", "for: 5 minutes", f"8: 'for' cannot be '5 minutes'. {_DURATION}"),
        ("for: 5m", "for: 5", "8: 'for' must be a text, not the number 5. Put it in quotes: \"5\"."),
        ("warning", "warn", "9: 'severity' cannot be 'warn'. Did you mean 'warning'?"),
        (
            "commune]",
            "comune]",
            "10: no unit of a live province has the level 'comune'. Did you mean 'commune'?",
        ),
        ("stream: filings", "severity: x", "11: the monitor sets the label 'severity' itself. Remove it."),
        (
            "stream: filings",
            "my-stream: x",
            "11: 'my-stream' cannot be the name of a label. A label's name has letters, digits and '_'.",
        ),
        ("{value}", "{valeu}", "13: unknown placeholder '{valeu}'. Did you mean 'value'?"),
        ("{value}", "{value.real}", "13: unknown placeholder '{value.real}'. Did you mean 'value'?"),
        (
            "{value}",
            "{value:.2f}",
            "13: the placeholder '{value}' carries a format."
            " Write {value}: figures are written in the reader's language anyway.",
        ),
        (
            "{value}",
            "{value",
            "13: a brace is not closed or not opened. Write {{ or }} for a brace itself.",
        ),
        ("      en:", "      de:", "14: unknown key 'de'. Known: en, vi."),
        (
            "      en:",
            "      de:",
            "12: the key 'en' is missing in 'annotations'. Add it. Summary and description in English.",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_do(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert f"alerts/filings.yaml:{expected}" in problems(tmp_path, edited("alerts/filings.yaml", old, new))


_HISTOGRAM = """\
  - id: wait
    name: {vi: Thời gian, en: Time}
    source: made up
    over: dossiers
    kind: histogram
    at: settled_at
    value: elapsed_ms
    format: days
"""
_ON_HISTOGRAM = "indicator: wait\n    quantile: 0.9"


def on_histogram(*edits: tuple[str, str]) -> dict[str, str]:
    """A rule on the P90 of a histogram over 15 days, edited."""
    text = SMALL["alerts/filings.yaml"].replace("indicator: online_rate", _ON_HISTOGRAM)
    text = text.replace("threshold: target", "threshold: 15d").replace('"<"', '">"')
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    indicators = SMALL["indicators/filings.yaml"] + _HISTOGRAM
    return {**SMALL, "indicators/filings.yaml": indicators, "alerts/filings.yaml": text}


def test_a_rule_names_a_quantile_of_a_histogram(tmp_path: Path) -> None:
    [rule] = load(write(tmp_path, on_histogram()), REGISTRY).alerts
    assert (rule.quantile, rule.threshold, rule.min_denominator) == (0.9, 15, 20)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            ("    quantile: 0.9\n", ""),
            "2: 'wait' is a histogram: a rule on it names a quantile."
            " Write quantile: 0.5 for the median, 0.9 for what nine of ten do not exceed.",
        ),
        (
            ("0.9", "90"),
            "4: 'quantile' must be at most 0.999, not 90. Histogram: the share of the cases that do not exceed"
            " the value compared, 0.5 for the median. Example: 0.9.",
        ),
        (
            ("today", "1h"),
            "5: a histogram has days only, no window '1h'. Write one of: today, 7d, month, quarter, year.",
        ),
        (("today", "now"), f"5: the window 'now' does not fit a histogram. {_WINDOWS}"),
        (
            ("15d", "target"),
            "7: the threshold 'target' does not fit."
            " The indicator 'wait' has no target: give it one, or write a value here.",
        ),
        (("wait", "amount"), "4: the indicator 'amount' is no histogram. Remove the key."),
    ],
)
def test_a_rule_on_a_histogram_has_a_quantile_and_days(
    tmp_path: Path, edit: tuple[str, str], expected: str
) -> None:
    assert f"alerts/filings.yaml:{expected}" in problems(tmp_path, on_histogram(edit))


def test_a_name_is_given_once_in_all_files(tmp_path: Path) -> None:
    files = {**SMALL, "alerts/z.yaml": SMALL["alerts/filings.yaml"]}
    assert problems(tmp_path, files) == [
        "alerts/z.yaml:2: the alert 'TooFewOnline' is taken by alerts/filings.yaml:2."
        " Give one of the two another alert."
    ]


def test_a_level_of_archives_alone_would_never_alert(tmp_path: Path) -> None:
    files = edited("units/p.yaml", "Asia/Ho_Chi_Minh", "Asia/Ho_Chi_Minh\n  live: false")
    assert problems(tmp_path, files) == [
        "alerts/filings.yaml:10: no unit of a live province has the level 'commune'. Known: province."
    ]


def test_the_threshold_is_the_targets_or_in_the_unit_of_the_indicator(tmp_path: Path) -> None:
    name = "alerts/filings.yaml"
    [rule] = load(write(tmp_path, SMALL), REGISTRY).alerts
    assert (rule.threshold, rule.for_seconds, rule.keep_firing_for_seconds) == (0.7, 300, 0)
    [rule] = load(write(tmp_path, edited(name, "target", "62.5 %")), REGISTRY).alerts
    assert rule.threshold == 0.625
