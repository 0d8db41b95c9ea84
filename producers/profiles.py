"""The units of a simulated province: how much they do and how well, so that together they fit the figures."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from streams.core.columns import Array
from streams.core.units import Unit

_DEPARTMENT_VOLUME = 4.0
LOCALITIES = ("commune", "district")


@dataclass(frozen=True, slots=True)
class Profile:
    """A unit's habits; shares are from 0 to 1, `volume` compares units with each other.

    A share of exactly 0 or 1 is kept to the last dossier, any other never reaches 0 or 1.
    """

    unit: str
    level: str
    volume: float
    online: float
    late: float
    paid_online: float
    digitised: float
    errors: float


def profiles(units: Sequence[Unit], figures: Mapping[str, float], seed: int) -> tuple[Profile, ...]:
    """How units of a province work in a year of these figures; the same seed makes the same ones slow."""
    draws = [_Draw(unit, seed) for unit in units]
    volumes = np.array([draw.volume for draw in draws])
    local = np.array([unit.level in LOCALITIES for unit in units], bool)
    online = _online(draws, volumes, local, figures)
    digitised = _digitised(draws, volumes, local, figures)
    prompt = _first(draws, local, "prompt", int(figures.get("localities_never_overdue", 0)))
    return tuple(
        Profile(
            unit=draw.unit.code,
            level=draw.unit.level,
            volume=draw.volume,
            online=float(online[place]),
            late=0.0 if place in prompt else draw.late,
            paid_online=draw.paid_online,
            digitised=float(digitised[place]),
            errors=draw.errors,
        )
        for place, draw in enumerate(draws)
    )


def levelled(raw: Array, low: Array, high: Array, weights: Array, mean: float) -> Array:
    """Shares between their bounds, in the order of `raw` (logits), with this weighted mean or one as near as can be."""
    shift = [-40.0, 40.0]
    for _ in range(60):
        middle = sum(shift) / 2
        shares = np.clip(1 / (1 + np.exp(-(raw + middle))), low, high)
        shift[int(np.average(shares, weights=weights) > mean)] = middle
    return shares


class _Draw:
    """What chance makes of a unit."""

    def __init__(self, unit: Unit, seed: int) -> None:
        rng = random.Random(f"{seed}/{unit.code}")  # noqa: S311  # a simulation must repeat itself
        [manner] = rng.choices(("good", "middling", "slow"), (0.65, 0.25, 0.10))
        late = {"good": (0.005, 0.03), "middling": (0.04, 0.12), "slow": (0.2, 0.45)}[manner]
        self.unit = unit
        self.volume = rng.lognormvariate(0, 0.7) * (_DEPARTMENT_VOLUME if unit.level == "department" else 1.0)
        self.late = rng.uniform(*late)
        self.paid_online = rng.betavariate(9, 6)
        self.errors = rng.uniform(0.01, 0.06)
        self.online = rng.gauss(0, 0.8)
        self.digitised = rng.gauss(0, 0.8)
        self.prompt = rng.random()


def _first(draws: Sequence[_Draw], among: Array, key: str, count: int) -> list[int]:
    """The places of the units that are furthest ahead in something."""
    places = np.flatnonzero(among).tolist()
    return sorted(places, key=lambda place: getattr(draws[place], key), reverse=True)[:count]


def _online(draws: Sequence[_Draw], volumes: Array, local: Array, figures: Mapping[str, float]) -> Array:
    low, high = np.full(len(draws), 0.002), np.full(len(draws), 0.97)
    if "units_above_mark" in figures:
        # in the first year few are ahead, and they are small: the mean is far below them
        ahead = np.argsort(volumes)[: int(figures["units_above_mark"])]
        high[:] = 0.6
        low[ahead], high[ahead] = 0.8, 0.9
    if "localities_above_mark" in figures:
        low[local] = 0.8
    if everything := _first(draws, local, "online", int(figures.get("localities_all_online", 0))):
        low[everything] = high[everything] = 1.0
    raw = np.array([draw.online for draw in draws])
    return levelled(raw, low, high, volumes, figures["online_filing"] / 100)


def _digitised(draws: Sequence[_Draw], volumes: Array, local: Array, figures: Mapping[str, float]) -> Array:
    low, high = np.full(len(draws), 0.3), np.full(len(draws), 0.97)
    for among, figure in ((local, "localities_digitised"), (~local, "departments_digitised")):
        complete = _first(draws, among, "digitised", int(figures.get(figure, 0)))
        low[complete] = high[complete] = 1.0
    raw = np.array([draw.digitised for draw in draws])
    return levelled(raw, low, high, volumes, figures.get("results_digitised", _DIGITISED) / 100)


_DIGITISED = 86.0
"""Where nothing is reported."""
