"""Indicators from config/indicators/*.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from config import quantities
from config.builders.names import second, several
from config.columns import dimensions, event_fields
from config.problems import Problem, did_you_mean
from config.shapes import Entry, Sheets
from schemas.registry import Registry
from streams.core.definitions import (
    EVENT_COLUMNS,
    EVENT_TIMES,
    EventFields,
    case_columns,
    cases_of,
    event_columns,
)
from streams.core.expressions import ExpressionError, compile_expression
from streams.core.indicators import EVENTS, Indicator
from streams.core.life import life_columns
from streams.core.stream import Cases

Columns = Mapping[str, str]

_RESULTS = {"where": ("boolean",), "numerator": ("boolean", "integer"), "denominator": ("boolean", "integer")}
"""The types that each expression may have."""


class IndicatorBuilder:
    """Makes indicators, checked against the events that the registry knows."""

    def __init__(self, registry: Registry) -> None:
        self._kinds = {fields.kind: fields for fields in event_fields(registry)}
        self._cases = cases_of(self._kinds.values())
        self._dimensions = dimensions(registry)

    def build(self, files: Sheets) -> tuple[Mapping[str, Indicator], list[Problem]]:
        """Indicators by id, and what the schema of a file cannot see."""
        indicators: dict[str, Indicator] = {}
        problems: list[Problem] = []
        places: dict[str, Entry] = {}
        for entry in files.entries("indicators"):
            problems += second(entry, "id", places)
            if entry.sound:
                terms = _histogram_terms if entry.value.get("kind") == "histogram" else _terms
                found = [*terms(entry), *self._rows(entry)]
                problems += found
                if not found:
                    indicators.setdefault(entry.value["id"], self._indicator(entry.value))
        return indicators, problems

    def _indicator(self, value: Mapping[str, Any]) -> Indicator:
        over = _over(value)
        made = {
            **value,
            "over": tuple(self._kinds) if over == (EVENTS,) else over,
            **{key: _text(value[key]) for key in _RESULTS if key in value},
            "until": several(value.get("until", ())),
        }
        if "target" in made:
            made["target"] = quantities.value(made["target"], made["format"])
        return msgspec.convert(made, Indicator)

    def _rows(self, entry: Entry) -> Iterator[Problem]:
        """Whether the entry fits the rows that it is over."""
        over = _over(entry.value)
        if len(over) == 1 and over[0] in self._cases:
            cases = self._cases[over[0]]
            columns: Columns = case_columns(cases, self._kinds)
            yield from _case_times(entry, cases)
        elif over == (EVENTS,):
            columns = EVENT_COLUMNS
            yield from _event_times(entry)
        elif unknown := [kind for kind in over if kind not in self._kinds]:
            for kind in unknown:
                yield from self._unknown_kind(entry, kind)
            return
        else:
            columns = event_columns(over, self._kinds)
            yield from _event_times(entry)
            yield from _ambiguous(entry, columns, [self._kinds[kind] for kind in over])
        yield from _expressions(entry, columns)
        yield from _value(entry, columns)
        yield from self._by(entry, columns)

    def _unknown_kind(self, entry: Entry, kind: str) -> Iterator[Problem]:
        if kind in (*self._cases, EVENTS):
            hint = f"Write over: {kind}, or only kinds of events."
            yield entry.problem(f"'{kind}' stands beside kinds of events", hint, ("over",))
        else:
            known = [*self._kinds, *self._cases, EVENTS]
            yield entry.problem(f"unknown kind of event '{kind}'", did_you_mean(kind, known), ("over",))

    def _by(self, entry: Entry, columns: Columns) -> Iterator[Problem]:
        few = [name for name in columns if name in self._dimensions]
        for index, name in enumerate(entry.value.get("by", ())):
            if name not in columns:
                yield entry.problem(f"unknown column '{name}'", did_you_mean(name, few), ("by", index))
            elif name not in few:
                hint = f"A dimension is one of: {', '.join(sorted(few))}."
                yield entry.problem(f"'{name}' cannot be a dimension", hint, ("by", index))


def _over(value: Mapping[str, Any]) -> tuple[str, ...]:
    return several(value["over"])


def _text(expression: str | bool) -> str:
    """An expression as text: `true` needs no quotes."""
    return str(expression).lower() if isinstance(expression, bool) else expression


def _terms(entry: Entry) -> Iterator[Problem]:
    """Whether denominator and target fit the format."""
    form, value = entry.value["format"], entry.value
    if form in ("percent", "days") and "denominator" not in value:
        yield entry.problem(f"the format '{form}' needs a denominator", "Add one, such as true.", ("format",))
    if form in ("count", "vnd") and "denominator" in value:
        hint = "Remove it, or choose the format 'percent'."
        yield entry.problem(f"the format '{form}' has no denominator", hint, ("denominator",))
    if "target" in value:
        try:
            quantities.value(value["target"], form)
        except quantities.QuantityError as error:
            yield entry.problem(f"the target '{value['target']}' does not fit", str(error), ("target",))


def _histogram_terms(entry: Entry) -> Iterator[Problem]:
    """A histogram counts rows by their value: what else would be summed or judged has no meaning for it."""
    for key in ("numerator", "denominator", "target"):
        if key in entry.value:
            hint = "Remove it: rows are counted, and a rule names a quantile and a threshold of its own."
            yield entry.problem(f"'{key}' has no meaning for a histogram", hint, (key,))
    if entry.value["format"] == "percent":
        hint = "Its format is that of its value: days, vnd or count."
        yield entry.problem("a histogram has no percentage", hint, ("format",))


def _value(entry: Entry, columns: Columns) -> Iterator[Problem]:
    """Whether a histogram, and nothing else, names a column of whole numbers."""
    kind, name = entry.value.get("kind", "flow"), entry.value.get("value")
    numbers = [column for column, type_ in columns.items() if type_ == "integer"]
    if kind != "histogram":
        if name is not None:
            hint = "Write kind: histogram, or remove it."
            yield entry.problem(f"'value' has no meaning for a {kind}", hint, ("value",))
    elif name is None:
        hint = f"Name the column whose quantiles are wanted, one of: {', '.join(sorted(numbers))}."
        yield entry.problem("a histogram needs 'value'", hint)
    elif name not in columns:
        yield entry.problem(f"unknown column '{name}'", did_you_mean(name, numbers), ("value",))
    elif name not in numbers:
        hint = f"Quantiles are of one of: {', '.join(sorted(numbers))}."
        yield entry.problem(f"'{name}' is no column of whole numbers", hint, ("value",))


def _case_times(entry: Entry, cases: Cases) -> Iterator[Problem]:
    """Whether the keys that belong to a flow or a stock of cases name instants of a case."""
    kind = entry.value.get("kind", "flow")
    wanted, unwanted = (("from", "until"), ("at",)) if kind == "stock" else (("at",), ("from", "until"))
    instants = [name for name, type_ in life_columns(cases).items() if type_ == "timestamp"]
    for key in unwanted:
        if key in entry.value:
            hint = f"A {kind} over {cases.name} has {' and '.join(map(repr, wanted))}."
            yield entry.problem(f"'{key}' has no meaning for a {kind}", hint, (key,))
    if wanted[0] not in entry.value:
        hint = f"Name one of {', '.join(instants)}."
        yield entry.problem(f"a {kind} over {cases.name} needs '{wanted[0]}'", hint)
    for key in wanted:
        for column in several(entry.value.get(key, ())):
            if column not in instants:
                yield entry.problem(
                    f"'{column}' is no instant of {cases.name}", did_you_mean(column, instants), (key,)
                )


def _event_times(entry: Entry) -> Iterator[Problem]:
    """Events happen at one instant; a stock of them is the sum of the changes that they tell."""
    for key in ("from", "until"):
        if key in entry.value:
            yield entry.problem(f"'{key}' has no meaning for events", "Remove it.", (key,))
    if entry.value.get("at", "time") not in EVENT_TIMES:
        hint = f"Write one of: {', '.join(EVENT_TIMES)}."
        yield entry.problem("events count when they happened or when they arrived", hint, ("at",))


def _ambiguous(entry: Entry, columns: Columns, kinds: Sequence[EventFields]) -> Iterator[Problem]:
    for name, kind in columns.items():
        if any(fields.columns.get(name, kind) != kind for fields in kinds):
            message = f"the column '{name}' has different types in these kinds of events"
            yield entry.problem(message, "Make an indicator of each kind.", ("over",))


def _expressions(entry: Entry, columns: Columns) -> Iterator[Problem]:
    for key, allowed in _RESULTS.items():
        if key not in entry.value:
            continue
        try:
            result = compile_expression(_text(entry.value[key]), columns).type
        except ExpressionError as error:
            yield entry.problem(
                str(error), "docs/configuration.md shows what an expression may hold.", (key,)
            )
            continue
        if result not in allowed:
            message = f"'{key}' is of type {result}, but must be {' or '.join(allowed)}"
            yield entry.problem(message, "Compare it with something.", (key,))
