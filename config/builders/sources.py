"""Declared sources from config/sources/*.yaml."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from config.problems import Problem
from config.shapes import Sheets
from producers.source import Source, problems, schema_problems
from schemas.registry import Registry


def build(files: Sheets, registry: Registry) -> tuple[Mapping[str, Source], list[Problem]]:
    """Sources by name; a file holds one, and is called by its name."""
    sources: dict[str, Source] = {}
    found: list[Problem] = []
    for sheet in files.sheets:
        if sheet.flaws:
            continue
        source = msgspec.convert(sheet.document.value, Source)
        sources[source.name] = source
        found += [*problems(source, sheet.document), *schema_problems(source, sheet.document, registry)]
        if sheet.document.stem != source.name:
            hint = f"Name the file {source.name}.yaml, or the source '{sheet.document.stem}'."
            found.append(sheet.document.problem(("name",), "a source is called as its file", hint))
    return sources, found
