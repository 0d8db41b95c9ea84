"""Units: who is responsible for a figure, and whose figures add up to whose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from zoneinfo import ZoneInfo

import msgspec

from streams.core.working import WorkingTime


class Text(msgspec.Struct, frozen=True):
    """Words for people, Vietnamese first."""

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        """The words in `vi` or `en`."""
        return self.en if language == "en" else self.vi


class Province(msgspec.Struct, frozen=True):
    """The root of a hierarchy of units and the owner of their calendar.

    An archive (`live=False`) holds imported history: it fires no alerts and its silence is normal. `working` is when
    its offices work.
    """

    code: str
    name: Text
    time_zone: str
    live: bool = True
    working: WorkingTime = WorkingTime()


class Unit(msgspec.Struct, frozen=True):
    """A responsible unit; `parent` is a unit code or the province's; dates are ISO, from inclusive, to exclusive.

    `former_province` is the one that its territory belonged to before a merger.
    """

    code: str
    name: Text
    level: str
    parent: str
    province: str
    valid_from: str = ""
    valid_to: str = ""
    former_province: str = ""


class Units:
    """All provinces and units, by code."""

    def __init__(self, provinces: Iterable[Province], units: Iterable[Unit]) -> None:
        self.provinces: Mapping[str, Province] = {province.code: province for province in provinces}
        self.units: Mapping[str, Unit] = {unit.code: unit for unit in units}
        self._zones = {code: ZoneInfo(province.time_zone) for code, province in self.provinces.items()}

    def __contains__(self, code: object) -> bool:
        return code in self.units or code in self.provinces

    def province_of(self, code: str) -> Province:
        """The province of a unit or of a province itself.

        Raises:
            KeyError: no such unit.
        """
        return self.provinces[code if code in self.provinces else self.units[code].province]

    def zone_of(self, code: str) -> ZoneInfo:
        """The time zone of the unit's calendar."""
        return self._zones[self.province_of(code).code]

    @cached_property
    def ancestors(self) -> Mapping[str, tuple[str, ...]]:
        """For every unit and province, the codes above it, nearest first."""
        above: dict[str, tuple[str, ...]] = dict.fromkeys(self.provinces, ())
        for code in self.units:
            chain: list[str] = []
            parent = self.units[code].parent
            while parent not in self.provinces:
                chain.append(parent)
                parent = self.units[parent].parent
            above[code] = (*chain, parent)
        return above


UNLIMITED_MS = 2**62
"""Older than anything."""


def age_limits(units: Units, days: int | None) -> Mapping[str, int]:
    """How old an event of each unit and province may be at its arrival, in ms, if events are kept for so many days.

    None is for ever. An archive (a province that is not live) takes history of any age.
    """
    limit = UNLIMITED_MS if days is None else days * 86_400_000
    return {code: limit if units.province_of(code).live else UNLIMITED_MS for code in units.ancestors}
