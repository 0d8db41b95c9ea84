"""Contacts of units: that each is a recipient, told where it is named."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from config.documents import Location
from config.problems import Problem, did_you_mean
from config.shapes import Entry, Sheet, Sheets


def problems(unit_files: Sheets, recipients: Collection[str]) -> Iterator[Problem]:
    """Every contact in config/units that is none of the recipients."""
    for sheet in unit_files.sheets:
        for entry, at, contact in _contacts(sheet):
            if isinstance(contact, str) and contact not in recipients:
                message, hint = f"there is no recipient '{contact}'", did_you_mean(contact, recipients)
                yield entry.problem(message, hint, (*at, "contact"))


def _contacts(sheet: Sheet) -> Iterator[tuple[Entry, Location, object]]:
    """What is named as a contact, and where, sound or not."""
    for entry in (sheet.entry("province"), *sheet.entries("units")):
        if entry:
            yield entry, (), entry.value.get("contact")
    if levels := sheet.entry("levels"):
        for level, common in levels.value.items():
            if isinstance(common, dict):
                yield levels, (level,), common.get("contact")
