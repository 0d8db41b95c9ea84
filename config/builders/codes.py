"""What other systems call our units, from config/codes/*.yaml."""

from __future__ import annotations

from config.problems import Problem, did_you_mean
from config.shapes import Sheets
from streams.core.units import Units


def build(files: Sheets, units: Units) -> tuple[Units, list[Problem]]:
    """The units with the lists of codes, each named as its file; a code must be of a unit that there is."""
    lists: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    known = (*units.provinces, *units.units)
    for sheet in files.sheets:
        listed = sheet.entry("units")
        if listed is None or sheet.flaws:
            continue
        lists[sheet.document.stem] = listed.value
        for theirs, ours in listed.value.items():
            if known and ours not in units:
                message = f"there is no unit '{ours}' in config/units"
                problems.append(listed.problem(message, did_you_mean(ours, known), (theirs,)))
    return Units(units.provinces.values(), units.units.values(), lists), problems
