"""A dashboard that is declared in config/dashboards: rows of indicators, each shown in the same three panels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from streams.core.indicators import Indicator
from streams.core.units import Text

Period = Literal["today", "month", "quarter", "year"]
"""What the dashboard opens on: until now, from the beginning of the day, the month, the quarter, the year."""

SHARES = ("percent", "days")
"""Formats of which a row has one indicator, shown with its cases; of the others it has several, side by side."""


class Shown(NamedTuple):
    """An indicator, and what it is called in its row."""

    indicator: Indicator
    name: Text

    def title(self, language: str) -> str:
        """The name as a column can have it."""
        words = self.name.in_language(language)
        return words.replace('"', "”").replace("'", "’").replace("\\", "/")


@dataclass(frozen=True)
class Row:
    """Indicators that are shown together: one of a format of SHARES, or several counts or amounts, of one kind."""

    name: Text
    shown: tuple[Shown, ...]

    @property
    def is_share(self) -> bool:
        """Whether its figure is a numerator over a denominator."""
        return self.shown[0].indicator.format in SHARES

    @property
    def is_stock(self) -> bool:
        """Whether its figures are how many there are, and not what happened."""
        return self.shown[0].indicator.kind == "stock"


@dataclass(frozen=True)
class Declaration:
    """The dashboard: `id` is the file's name, `ioc-<id>` its address."""

    id: str
    name: Text
    description: Text
    period: Period
    rows: tuple[Row, ...]
