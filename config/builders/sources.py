"""Declared sources from config/sources/<name>.yaml and config/sources/<name>/source.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath

import msgspec
from msgspec.structs import replace

from config.documents import Document, Location
from config.problems import Problem, did_you_mean
from config.shapes import Sheets
from producers.source import NAMES, Source, Value, problems, schema_problems
from schemas.registry import Registry
from streams.core.units import CodeLists, Units

OF_FOLDER = "source"
"""What the file of a source that has a folder is called, without its ending."""


def build(files: Sheets, registry: Registry, units: Units) -> tuple[Mapping[str, Source], list[Problem]]:
    """Sources by name, their lists of codes filled in; a file, or a folder, holds one and is called by its name."""
    code_lists = {**units.code_lists, NAMES: _by_name(units)}
    sources: dict[str, Source] = {}
    found: list[Problem] = []
    for sheet in files.sheets:
        if sheet.flaws:
            continue
        source = msgspec.convert(sheet.document.value, Source)
        sources[source.name] = _with_codes(source, code_lists)
        found += [*problems(source, sheet.document), *schema_problems(source, sheet.document, registry)]
        found += _misnamed(source, sheet.document)
        found += _unknown_lists(source, sheet.document, code_lists)
    return sources, found


def _by_name(units: Units) -> Mapping[str, str]:
    """Codes of units by their names, of those that are called as no other; one that still exists comes first."""
    found: dict[str, list[str]] = {}
    for code, unit in units.units.items():
        for name in {unit.name.vi, unit.name.en}:
            found.setdefault(name, []).append(code)
    alive = {
        name: [code for code in codes if not units.units[code].valid_to] or codes
        for name, codes in found.items()
    }
    return {name: codes[0] for name, codes in alive.items() if len(codes) == 1}


def _misnamed(source: Source, document: Document) -> Iterator[Problem]:
    if document.stem == OF_FOLDER:
        name = PurePath(document.file).parent.name
        message, hint = (
            "a source is called as its folder",
            f"Name the folder {source.name}, or the source '{name}'.",
        )
    else:
        name = document.stem
        message, hint = (
            "a source is called as its file",
            f"Name the file {source.name}.yaml, or the source '{name}'.",
        )
    if name != source.name:
        yield document.problem(("name",), message, hint)


def _with_codes(source: Source, code_lists: CodeLists) -> Source:
    """The source with the lists in its maps; what a map says itself comes first."""

    def filled(value: str | Value) -> str | Value:
        if isinstance(value, str) or not value.codes:
            return value
        return replace(value, map={**code_lists.get(value.codes, {}), **value.map})

    rules = (
        replace(
            rule,
            subject=filled(rule.subject),
            data={name: filled(value) for name, value in rule.data.items()},
        )
        for rule in source.events
    )
    return replace(source, events=tuple(rules))


def _unknown_lists(source: Source, document: Document, code_lists: CodeLists) -> Iterator[Problem]:
    for index, rule in enumerate(source.events):
        values: dict[Location, str | Value] = {("subject",): rule.subject}
        values |= {("data", name): value for name, value in rule.data.items()}
        for at, value in values.items():
            if isinstance(value, Value) and value.codes and value.codes not in code_lists:
                message = f"there is no list of codes '{value.codes}' in config/codes"
                hint = did_you_mean(value.codes, code_lists)
                yield document.problem(("events", index, *at, "codes"), message, hint)
