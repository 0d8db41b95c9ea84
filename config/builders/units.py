"""Provinces and units from config/units/*.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

import msgspec

from config.builders.names import second
from config.problems import Problem, did_you_mean
from config.shapes import Entry, Sheets
from streams.core.units import Province, Unit, Units
from streams.core.working import WorkingTime


def build(files: Sheets, calendars: Mapping[str, WorkingTime]) -> tuple[Units, list[Problem]]:
    """Units, and what the schema of a file cannot see: codes given twice, parents, time zones, calendars, dates."""
    provinces: list[Province] = []
    units: list[tuple[Unit, Entry]] = []
    problems: list[Problem] = []
    places: dict[str, Entry] = {}
    for sheet in files.sheets:
        root = sheet.entry("province")
        listed = sheet.entries("units")
        for entry in [root, *listed] if root else listed:
            problems += second(entry, "code", places)
        if root is None or not root.sound:
            continue
        levels = sheet.entry("levels")
        problems += [*_time_zone(root), *_calendar(root, calendars), *_levels(levels, listed)]
        province = msgspec.convert({**root.value, "slug": sheet.document.stem}, Province)
        if working := calendars.get(root.value.get("calendar", "")):
            province = msgspec.structs.replace(province, working=working)
        provinces.append(province)
        for entry in listed:
            if entry.sound:
                common = levels.value.get(entry.value["level"], {}) if levels and levels.sound else {}
                value = {"parent": province.code, **common, **entry.value, "province": province.code}
                units.append((msgspec.convert(value, Unit), entry))
                problems += _dates(entry)
    problems += _parents([pair for pair in units if places[pair[0].code] is pair[1]], places, files.complete)
    sound = not problems and len(provinces) == len(files.sheets)
    return Units(provinces, (unit for unit, _ in units)) if sound else Units([], []), problems


def _time_zone(root: Entry) -> Iterator[Problem]:
    name = root.value["time_zone"]
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: a folder of zones, such as "Asia"
        hint = "Use an IANA name such as Asia/Ho_Chi_Minh."
        yield root.problem(f"there is no time zone '{name}'", hint, ("time_zone",))


def _calendar(root: Entry, calendars: Mapping[str, WorkingTime]) -> Iterator[Problem]:
    name = root.value.get("calendar")
    if name is not None and name not in calendars:
        hint = did_you_mean(name, calendars)
        yield root.problem(f"there is no calendar '{name}'", hint, ("calendar",))


def _levels(levels: Entry | None, listed: Sequence[Entry]) -> Iterator[Problem]:
    used = {str(entry.value.get("level")) for entry in listed}
    if levels is None:
        return
    for name in levels.value:
        if name not in used:
            yield levels.problem(f"no unit has the level '{name}'", did_you_mean(name, used), (name,))


def _dates(entry: Entry) -> Iterator[Problem]:
    days: dict[str, date] = {}
    for key in ("valid_from", "valid_to"):
        if text := entry.value.get(key):
            try:
                days[key] = date.fromisoformat(text)
            except ValueError:
                yield entry.problem(f"'{key}' is {text}, and there is no such day", "", (key,))
    if len(days) == 2 and days["valid_to"] <= days["valid_from"]:
        hint = "It is the first day on which the unit no longer exists."
        yield entry.problem("'valid_to' is not after 'valid_from'", hint, ("valid_to",))


def _parents(
    units: Sequence[tuple[Unit, Entry]], places: Mapping[str, Entry], complete: bool
) -> Iterator[Problem]:
    by_code = {unit.code: unit for unit, _ in units}
    for unit, entry in units:
        province = unit.province
        if unit.parent not in places:
            if complete:
                hint = did_you_mean(
                    unit.parent, (code for code in by_code if by_code[code].province == province)
                )
                yield entry.problem(f"unknown parent '{unit.parent}'", hint, ("parent",))
        elif unit.parent != province and _province(unit.parent, by_code, places) not in (province, None):
            hint = f"A parent is a unit of {province}; leave the key away for the province itself."
            yield entry.problem(f"the parent '{unit.parent}' is not of this province", hint, ("parent",))
        elif circle := _circle(unit, by_code):
            message = f"the unit is above itself: {' < '.join(circle)}"
            yield entry.problem(message, "Give one of them a parent outside the circle.", ("parent",))


def _province(code: str, by_code: Mapping[str, Unit], places: Mapping[str, Entry]) -> str | None:
    """The province of a unit or of a province itself; none for a unit that has mistakes of its own."""
    if code in by_code:
        return by_code[code].province
    return code if places[code].location == ("province",) else None


def _circle(unit: Unit, by_code: Mapping[str, Unit]) -> list[str]:
    """The codes from a unit up to itself, or nothing where the way up ends."""
    chain = [unit.code]
    above = by_code.get(unit.parent)
    while above is not None and above.code not in chain:
        chain.append(above.code)
        above = by_code.get(above.parent)
    return [*chain, unit.code] if above is not None and above.code == unit.code else []
