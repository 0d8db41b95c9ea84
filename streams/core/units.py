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


NOBODY = Text("", "")
"""Nobody is named as being in charge."""


class Province(msgspec.Struct, frozen=True):
    """The root of a hierarchy of units and the owner of their calendar.

    An archive (`live=False`) holds imported history: it fires no alerts and its silence is normal. `working` is when
    its offices work. `slug` is what people type, `in_charge` and `contact` are as of a unit.
    """

    code: str
    name: Text
    time_zone: str
    live: bool = True
    working: WorkingTime = WorkingTime()
    slug: str = ""
    in_charge: Text = NOBODY
    contact: str = ""


class Unit(msgspec.Struct, frozen=True):
    """A responsible unit; `parent` is a unit code or the province's; dates are ISO, from inclusive, to exclusive.

    `former_province` is the one that its territory belonged to before a merger. `in_charge` is the office or function
    that answers for the unit, never a person's name; `contact` the recipient that its alerts go to, or empty.
    """

    code: str
    name: Text
    level: str
    parent: str
    province: str
    valid_from: str = ""
    valid_to: str = ""
    former_province: str = ""
    in_charge: Text = NOBODY
    contact: str = ""


CodeLists = Mapping[str, Mapping[str, str]]
"""By the name of another system, its codes for units and ours."""


class Units:
    """All provinces and units, by code, and what other systems call them."""

    def __init__(
        self, provinces: Iterable[Province], units: Iterable[Unit], code_lists: CodeLists | None = None
    ) -> None:
        self.provinces: Mapping[str, Province] = {province.code: province for province in provinces}
        self.units: Mapping[str, Unit] = {unit.code: unit for unit in units}
        self.code_lists: CodeLists = code_lists or {}
        self._zones = {code: ZoneInfo(province.time_zone) for code, province in self.provinces.items()}

    def __contains__(self, code: object) -> bool:
        return code in self.units or code in self.provinces

    def __getitem__(self, code: str) -> Province | Unit:
        """A unit, or a province itself.

        Raises:
            KeyError: no such unit.
        """
        return self.provinces[code] if code in self.provinces else self.units[code]

    @property
    def everyone(self) -> tuple[Province | Unit, ...]:
        """Provinces first."""
        return (*self.provinces.values(), *self.units.values())

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
