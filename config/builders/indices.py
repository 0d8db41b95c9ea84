"""Indices of points from config/index/*.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec

from config.builders.names import second, several
from config.problems import Problem, did_you_mean
from config.shapes import Entry, Sheets
from streams.core.index import HUNDRED, Index
from streams.core.indicators import Indicator

LINEAR, CONSTANT = "linear", "constant"


@dataclass(frozen=True)
class IndexBuilder:
    """Makes indices, checked against the indicators that their rows name.

    An indicator with mistakes of its own is no mistake here.
    """

    indicators: Mapping[str, Indicator]
    indicator_files: Sheets

    def build(self, files: Sheets) -> tuple[Mapping[str, Index], list[Problem]]:
        """Indices by id, and what the schema of a file cannot see."""
        indices: dict[str, Index] = {}
        problems: list[Problem] = []
        places: dict[str, Entry] = {}
        for sheet in files.sheets:
            entry = sheet.entry("index")
            if entry is None:
                continue
            problems += second(entry, "id", places)
            if entry.sound:
                found = [*_names(entry), *_points(entry), *_classes(entry), *_ranking(entry)]
                found += self._rows(entry)
                problems += found
                if not found:
                    indices.setdefault(entry.value["id"], msgspec.convert(_made(entry.value), Index))
        return indices, problems

    def _rows(self, entry: Entry) -> Iterator[Problem]:
        """Whether each row fits its rule and can be computed from the indicators that it names."""
        for row in _row_entries(entry):
            is_constant = row.value["rule"] == CONSTANT
            for key in ("indicator", "state", "procedures", "empty"):
                if is_constant and key in row.value:
                    hint = "Remove it, or choose another rule."
                    yield row.problem(f"'{key}' has no meaning for a constant row", hint, (key,))
            for key in ("indicator", "state"):
                for name in several(row.value.get(key, [])):
                    yield from self._indicator(row, key, name)

    def _indicator(self, row: Entry, key: str, name: str) -> Iterator[Problem]:
        indicator = self.indicators.get(name)
        if indicator is None:
            named = {str(entry.value.get("id")) for entry in self.indicator_files.entries("indicators")}
            if self.indicator_files.complete and name not in named:
                yield row.problem(f"unknown indicator '{name}'", did_you_mean(name, named), (key,))
        elif not indicator.denominator:
            hint = "A row needs a share: name an indicator with a denominator, or give this one its own."
            yield row.problem(f"the indicator '{name}' has no denominator", hint, (key,))
        elif (key == "state") != (indicator.kind == "stock"):
            hint = (
                "A stock, looked at at the end of the period, stands under 'state', a flow under 'indicator'."
            )
            yield row.problem(f"the indicator '{name}' is a {indicator.kind}", hint, (key,))


def _row_entries(entry: Entry) -> list[Entry]:
    return [
        Entry(entry.document, (*entry.location, "groups", at, "rows", place), row, sound=True)
        for at, group in enumerate(entry.value["groups"])
        for place, row in enumerate(group["rows"])
    ]


def _names(entry: Entry) -> Iterator[Problem]:
    """A file is called as its index, and each name in it is given once."""
    if entry.document.stem != entry.value["id"]:
        hint = f"Name the file {entry.value['id']}.yaml, or the index '{entry.document.stem}'."
        yield entry.problem("an index is called as its file", hint, ("id",))
    places: dict[str, Entry] = {}
    for row in _row_entries(entry):
        yield from second(row, "id", places)
    for part in ("groups", "classes"):
        places = {}
        for at, value in enumerate(entry.value[part]):
            yield from second(
                Entry(entry.document, (*entry.location, part, at), value, sound=True), "id", places
            )


def _points(entry: Entry) -> Iterator[Problem]:
    """Hundredths are the smallest there is, and the rows must add up."""
    found = False
    for row in _row_entries(entry):
        if not _is_hundredths(row.value["max"]):
            found = True
            yield row.problem(f"'max' is {row.value['max']}", "Points have at most two decimals.", ("max",))
    for key in ("points", "tolerance"):
        if not _is_hundredths(entry.value[key]):
            found = True
            yield entry.problem(f"'{key}' is {entry.value[key]}", "Points have at most two decimals.", (key,))
    most = sum(_hundredths(row.value["max"]) for row in _row_entries(entry))
    if not found and most != _hundredths(entry.value["points"]):
        message = f"the rows add up to {Decimal(most) / HUNDRED} points, not to {entry.value['points']}"
        yield entry.problem(message, "Correct 'points', or the 'max' of a row.", ("points",))


def _classes(entry: Entry) -> Iterator[Problem]:
    limits = [one["from"] for one in entry.value["classes"]]
    for at, limit in enumerate(limits):
        if not _is_hundredths(limit):
            yield entry.problem(
                f"'from' is {limit}", "Points have at most two decimals.", ("classes", at, "from")
            )
    for at, (better, worse) in enumerate(pairwise(limits), 1):
        if worse >= better:
            message = f"a class from {worse} stands below one from {better}"
            yield entry.problem(
                message, "Classes are in their order, the best first.", ("classes", at, "from")
            )
    if limits[-1] != 0:
        message = f"no class is for totals below {limits[-1]}"
        yield entry.problem(message, "Let the last one begin at 0.", ("classes", len(limits) - 1, "from"))


def _ranking(entry: Entry) -> Iterator[Problem]:
    named = entry.value["ranking"]["row"]
    countable = [row.value["id"] for row in _row_entries(entry) if row.value["rule"] != CONSTANT]
    if named not in countable:
        hint = did_you_mean(named, countable)
        yield entry.problem(f"no row '{named}' has cases", hint, ("ranking", "row"))


def _made(value: Mapping[str, Any]) -> dict[str, Any]:
    """As streams.core.index has it: points in hundredths, rules as numbers."""
    return {
        **{key: value[key] for key in ("id", "name", "source", "ranking")},
        "tolerance": _hundredths(value["tolerance"]),
        "classes": [one | {"least": _hundredths(one["from"])} for one in value["classes"]],
        "groups": [group | {"rows": [_row(row) for row in group["rows"]]} for group in value["groups"]],
    }


def _row(value: Mapping[str, Any]) -> dict[str, Any]:
    rule = value["rule"]
    full_at = HUNDRED if rule in (LINEAR, CONSTANT) else int(rule.split()[2])
    return {
        **value,
        "most": _hundredths(value["max"]),
        "indicators": several(value.get("indicator", [])),
        "states": several(value.get("state", [])),
        "full_at": full_at,
        "constant": rule == CONSTANT,
    }


def _is_hundredths(points: float) -> bool:
    return Decimal(str(points)) * HUNDRED % 1 == 0


def _hundredths(points: float) -> int:
    return int(Decimal(str(points)) * HUNDRED)
