"""Alert rules from config/alerts/*.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

import msgspec

from config import quantities
from config.builders.names import second
from config.problems import Problem, did_you_mean
from config.shapes import Entry, Sheets
from streams.core.alert_rules import PLACEHOLDERS, RULE_LABELS, AlertRule
from streams.core.indicators import Indicator
from streams.core.windows import ROLLING_SECONDS

TARGET = "target"
"""The threshold that stands for the indicator's own target."""

_DURATIONS = ("for", "keep_firing_for")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,63}")


@dataclass(frozen=True)
class AlertRuleBuilder:
    """Makes alert rules, checked against what they name; an indicator with mistakes of its own is no mistake here."""

    indicators: Mapping[str, Indicator]
    indicator_files: Sheets
    unit_files: Sheets

    def build(self, files: Sheets) -> tuple[tuple[AlertRule, ...], list[Problem]]:
        """Rules in the order of the files, and what the schema of a file cannot see."""
        rules: list[AlertRule] = []
        problems: list[Problem] = []
        places: dict[str, Entry] = {}
        for entry in files.entries("alerts"):
            problems += second(entry, "alert", places)
            if entry.sound:
                found = [*_durations(entry), *_labels(entry), *_templates(entry), *self._levels(entry)]
                found += self._condition(entry)
                problems += found
                if not found and entry.value["indicator"] in self.indicators:
                    rules.append(_rule(entry.value, self.indicators[entry.value["indicator"]]))
        return tuple(rules), problems

    def _levels(self, entry: Entry) -> Iterator[Problem]:
        live = {"province"}
        for sheet in self.unit_files.sheets:
            province = sheet.entry("province")
            if province and province.value.get("live") is not False:
                live |= {str(unit.value.get("level")) for unit in sheet.entries("units")}
        for index, level in enumerate(entry.value["units"]):
            if level not in live and self.unit_files.complete:
                message = f"no unit of a live province has the level '{level}'"
                yield entry.problem(message, did_you_mean(level, live), ("units", index))

    def _condition(self, entry: Entry) -> Iterator[Problem]:
        value = entry.value
        indicator = self.indicators.get(value["indicator"])
        if indicator is None:
            named = {str(entry.value.get("id")) for entry in self.indicator_files.entries("indicators")}
            if self.indicator_files.complete and value["indicator"] not in named:
                hint = did_you_mean(value["indicator"], named)
                yield entry.problem(f"unknown indicator '{value['indicator']}'", hint, ("indicator",))
            return
        yield from _quantile(entry, indicator)
        if (indicator.kind == "stock") != (value["window"] == "now"):
            hint = "A stock is looked at 'now', a flow over one of the other windows."
            message = f"the window '{value['window']}' does not fit a {indicator.kind}"
            yield entry.problem(message, hint, ("window",))
        if "min_denominator" in value and not (indicator.denominator or indicator.is_histogram):
            message = f"the indicator '{indicator.id}' has no denominator"
            yield entry.problem(message, "Remove the key.", ("min_denominator",))
        try:
            _threshold(value, indicator)
        except quantities.QuantityError as error:
            yield entry.problem(
                f"the threshold '{value['threshold']}' does not fit", str(error), ("threshold",)
            )


def _quantile(entry: Entry, indicator: Indicator) -> Iterator[Problem]:
    """A histogram is looked at by a quantile, over days; nothing else has one."""
    window = entry.value["window"]
    if not indicator.is_histogram:
        if "quantile" in entry.value:
            message = f"the indicator '{indicator.id}' is no histogram"
            yield entry.problem(message, "Remove the key.", ("quantile",))
        return
    if "quantile" not in entry.value:
        hint = "Write quantile: 0.5 for the median, 0.9 for what nine of ten do not exceed."
        yield entry.problem(f"'{indicator.id}' is a histogram: a rule on it names a quantile", hint)
    if window in ROLLING_SECONDS:
        hint = "Write one of: today, 7d, month, quarter, year."
        yield entry.problem(f"a histogram has days only, no window '{window}'", hint, ("window",))


def _threshold(value: Mapping[str, Any], indicator: Indicator) -> float:
    if value["threshold"] != TARGET:
        return quantities.value(value["threshold"], indicator.format)
    if indicator.target is None:
        msg = f"The indicator '{indicator.id}' has no target: give it one, or write a value here."
        raise quantities.QuantityError(msg)
    return indicator.target


def _rule(value: Mapping[str, Any], indicator: Indicator) -> AlertRule:
    seconds = {f"{key}_seconds": quantities.seconds(value[key]) for key in _DURATIONS if key in value}
    return msgspec.convert({**value, **seconds, "threshold": _threshold(value, indicator)}, AlertRule)


def _durations(entry: Entry) -> Iterator[Problem]:
    for key in _DURATIONS:
        try:
            quantities.seconds(entry.value.get(key, "0s"))
        except quantities.QuantityError as error:
            yield entry.problem(f"'{key}' cannot be '{entry.value[key]}'", str(error), (key,))


def _labels(entry: Entry) -> Iterator[Problem]:
    for name in entry.value.get("labels", ()):
        if name in RULE_LABELS:
            yield entry.problem(f"the monitor sets the label '{name}' itself", "Remove it.", ("labels", name))
        elif not _LABEL.fullmatch(name):
            hint = "A label's name has letters, digits and '_'."
            yield entry.problem(f"'{name}' cannot be the name of a label", hint, ("labels", name))


def _templates(entry: Entry) -> Iterator[Problem]:
    for language, words in entry.value["annotations"].items():
        for key, text in words.items():
            place = ("annotations", language, key)
            try:
                fields = list(Formatter().parse(text))
            except ValueError:
                yield entry.problem(
                    "a brace is not closed or not opened", "Write {{ or }} for a brace itself.", place
                )
                continue
            for _, name, form, conversion in fields:
                if name is not None and name not in PLACEHOLDERS:
                    yield entry.problem(
                        f"unknown placeholder '{{{name}}}'", did_you_mean(name, PLACEHOLDERS), place
                    )
                elif form or conversion:
                    hint = f"Write {{{name}}}: figures are written in the reader's language anyway."
                    yield entry.problem(f"the placeholder '{{{name}}}' carries a format", hint, place)
