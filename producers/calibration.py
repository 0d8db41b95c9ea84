"""What a simulated province comes out as: the figures of calibration.yaml, by year."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from config.documents import read
from config.problems import ConfigurationError

_SHIPPED = Path(__file__).with_name("calibration.yaml")


class UnitsCounted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which units a figure counts: of these levels, or all, whose share in percent is above or at least so much."""

    levels: tuple[str, ...] = ()
    above: float | None = None
    at_least: float | None = None


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reported figure, how it is counted in events, and in which years it holds (see calibration.yaml)."""

    id: str
    row: str
    over: tuple[str, ...]
    values: dict[str, float | None]
    where: str = ""
    numerator: str = ""
    denominator: str = ""
    weight: str = ""
    distinct: str = ""
    units: UnitsCounted | None = None
    rounding: float = 0
    province: str = ""
    chosen: str = ""

    def of(self, year: int) -> float | None:
        """What is reported of a year, or the last one before."""
        known = [name for name in self.values if int(name) <= year]
        return self.values[max(known)] if known else None


class Dated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many tasks of a kind were in which state at the end of a day; none: it is not reported."""

    row: str
    day: str
    task_kind: str
    done: int | None = None
    running: int | None = None
    not_begun: int | None = None
    overdue: int | None = None


class NotSimulated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reported figure that no event of a year can be made to add up to."""

    row: str
    figure: str
    reason: str


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All figures."""

    figures: tuple[Figure, ...]
    dated: tuple[Dated, ...] = ()
    not_simulated: tuple[NotSimulated, ...] = ()

    def of(self, province: str, year: int) -> dict[str, float]:
        """The figures of a province in a year, by id."""
        mine = (figure for figure in self.figures if figure.province in ("", province))
        return {figure.id: value for figure in mine if (value := figure.of(year)) is not None}


@cache
def read_calibration(path: Path = _SHIPPED) -> Calibration:
    """Read a file of figures.

    Raises:
        ConfigurationError: it is not YAML.
        msgspec.ValidationError: it is of another shape; the message names the place.
    """
    document, problems = read(path, path.name)
    if document is None:
        raise ConfigurationError(problems)
    return msgspec.convert(document.value, Calibration)
