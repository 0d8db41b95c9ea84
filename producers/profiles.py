"""The units of a simulated province: how much they do and how well."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

from streams.core.units import Unit, Units

_DEPARTMENT_VOLUME = 3.0


@dataclass(frozen=True, slots=True)
class Profile:
    """A unit's habits; shares are from 0 to 1, `volume` compares units with each other."""

    unit: str
    volume: float
    online: float
    late: float
    paid_online: float
    errors: float


def profiles(units: Units, province: str, seed: int) -> tuple[Profile, ...]:
    """The units of a province that handle dossiers themselves; the same seed makes the same ones slow."""
    parents = {unit.parent for unit in units.units.values()}
    return tuple(
        _profile(unit, seed) for unit in _working(units.units.values(), province) if unit.code not in parents
    )


def _working(units: Iterable[Unit], province: str) -> Iterable[Unit]:
    return (unit for unit in units if unit.province == province and not unit.valid_to)


def _profile(unit: Unit, seed: int) -> Profile:
    rng = random.Random(f"{seed}/{unit.code}")  # noqa: S311  # a simulation must repeat itself
    [manner] = rng.choices(("good", "middling", "slow"), (0.65, 0.25, 0.10))
    late = {"good": (0.0, 0.03), "middling": (0.04, 0.12), "slow": (0.2, 0.45)}[manner]
    return Profile(
        unit=unit.code,
        volume=rng.lognormvariate(0, 0.5) * (_DEPARTMENT_VOLUME if unit.level == "department" else 1.0),
        online=rng.betavariate(16, 3),
        late=rng.uniform(*late),
        paid_online=rng.betavariate(9, 6),
        errors=rng.uniform(0.01, 0.06),
    )
