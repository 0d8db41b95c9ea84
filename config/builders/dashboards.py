"""Declared dashboards from config/dashboards/*.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from config.problems import Problem, did_you_mean
from config.shapes import Entry, Sheets
from dashboards.declaration import SHARES, Declaration, Row, Shown
from dashboards.shipped import PLAYLIST
from streams.core.indicators import Indicator
from streams.core.units import Text

_OF_A_SOURCE = "dashboard"
"""The name, without its ending, of the file in a source's folder."""

_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def build(
    files: Sheets, indicators: Mapping[str, Indicator]
) -> tuple[tuple[Declaration, ...], list[Problem]]:
    """The dashboards by their files' names, and what the schema of a file cannot see."""
    declarations: list[Declaration] = []
    problems: list[Problem] = []
    for sheet in files.sheets:
        entry = sheet.entry("dashboard")
        if entry is None or not entry.sound:
            continue
        found = [*_id(entry), *_rows(entry, indicators)]
        problems += found
        if not found:
            declarations.append(_declaration(entry, indicators))
    return tuple(declarations), problems


def _declaration(entry: Entry, indicators: Mapping[str, Indicator]) -> Declaration:
    value = entry.value
    return Declaration(
        _name(entry),
        Text(**value["name"]),
        Text(**value["description"]),
        value.get("period", "month"),
        tuple(_row(row, indicators) for row in value["rows"]),
    )


def _row(row: Mapping[str, Any], indicators: Mapping[str, Indicator]) -> Row:
    shown = []
    for one in row["indicators"]:
        indicator = indicators[_id_of(one)]
        shown.append(Shown(indicator, indicator.name if isinstance(one, str) else Text(**one["name"])))
    return Row(Text(**row["name"]) if "name" in row else shown[0].name, tuple(shown))


def _id_of(one: str | Mapping[str, Any]) -> str:
    return one if isinstance(one, str) else str(one["id"])


def _name(entry: Entry) -> str:
    """The file's name; of a source's own dashboard that of its folder."""
    document = entry.document
    return PurePath(document.file).parent.name if document.stem == _OF_A_SOURCE else document.stem


def _id(entry: Entry) -> Iterator[Problem]:
    stem = _name(entry)
    if not _ID.fullmatch(stem) or len(stem) > 30:
        hint = "Rename the file: lower-case letters, digits and '-', at most 30 of them."
        yield entry.problem(f"'{stem}' cannot be part of an address", hint)
    elif f"ioc-{stem}" in PLAYLIST:
        yield entry.problem(f"there is a dashboard ioc-{stem} already", "Rename the file.")


def _rows(entry: Entry, indicators: Mapping[str, Indicator]) -> Iterator[Problem]:
    for at, row in enumerate(entry.value["rows"]):
        where = ("rows", at, "indicators")
        ids = [_id_of(one) for one in row["indicators"]]
        if unknown := [one for one in ids if one not in indicators]:
            for one in unknown:
                hint = did_you_mean(one, indicators)
                yield entry.problem(f"unknown indicator '{one}'", hint, (*where, ids.index(one)))
            continue
        mine = [indicators[one] for one in ids]
        yield from _fit(entry, where, mine)
        if len(mine) > 1 and "name" not in row:
            hint = "Add one: {vi: …, en: …}."
            yield entry.problem("a row of several indicators needs a name", hint, ("rows", at))


def _fit(entry: Entry, where: tuple[str | int, ...], mine: list[Indicator]) -> Iterator[Problem]:
    """Whether the indicators can be shown together."""
    for at, one in enumerate(mine):
        if one.is_histogram:
            hint = "Show a mean of the format 'days' in its place."
            yield entry.problem(f"'{one.id}' is a histogram, which no row shows", hint, (*where, at))
        elif one.kind == "stock" and one.format in SHARES:
            hint = "Show its numerator, as an indicator of its own."
            yield entry.problem(f"'{one.id}' is a share of a stock, which no row shows", hint, (*where, at))
        elif len(mine) > 1 and one.format in SHARES:
            hint = "Give it a row of its own."
            message = f"'{one.id}' is shown with its cases, which takes a row"
            yield entry.problem(message, hint, (*where, at))
        elif one.kind != mine[0].kind:
            hint = "Make it a row of its own: what there is does not add up with what happened."
            yield entry.problem(
                f"'{one.id}' is a {one.kind}, and '{mine[0].id}' a {mine[0].kind}", hint, (*where, at)
            )
