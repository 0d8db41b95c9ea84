"""An index: rows whose share of cases gives points, groups of rows, a total, and the class that it makes.

Points are whole hundredths everywhere. A row's points are rounded to the hundredth, half up; those of a group and the
total are sums of what was rounded, so what stands on a wall adds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal, NamedTuple

import msgspec

from streams.core.units import Text

HUNDRED = 100
"""Hundredths of a point, and per cent of a share."""

USES = ("received", "filed_online", "fee_asked", "paid_online", "population_data_used")
"""How a procedure may have been used in a period, as the store's table procedure_uses has it."""

Empty = Literal["full", "none"]
"""What a row without any case gives: all of its points, or none."""


class Row(msgspec.Struct, frozen=True):
    """One measure: `most` hundredths at a share of `full_at` per cent, or always if it is constant.

    Its cases are added up: numerators and denominators of `indicators` over the period, those of `states`, which are
    stocks, at its end, and as numerator the procedures of which one of USES happened in it. A row that nothing tells
    has none.
    """

    id: str
    name: Text
    most: int
    source: str
    code: str = ""
    indicators: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    procedures: str = ""
    full_at: int = HUNDRED
    constant: bool = False
    empty: Empty = "none"

    def points(self, counts: Counts) -> int:
        """The hundredths that these cases give: never less than none, never more than `most`."""
        if self.constant:
            return self.most
        if counts.denominator <= 0:
            return self.most if self.empty == "full" else 0
        full = self.full_at * counts.denominator
        # numerator / denominator * 100 / full_at * most, plus a half, in whole numbers
        rounded = (2 * HUNDRED * counts.numerator * self.most + full) // (2 * full)
        return max(0, min(self.most, rounded))


class Counts(NamedTuple):
    """The cases of a row."""

    numerator: int
    denominator: int


NO_CASE = Counts(0, 0)


class Group(msgspec.Struct, frozen=True):
    """Rows whose points add up."""

    id: str
    name: Text
    rows: tuple[Row, ...]

    @property
    def most(self) -> int:
        """The hundredths that it can give."""
        return sum(row.most for row in self.rows)


class Class(msgspec.Struct, frozen=True):
    """What a total of so many hundredths or more is called, up to the next better class."""

    id: str
    name: Text
    least: int


class Ranking(msgspec.Struct, frozen=True):
    """A unit is ranked if this row has so many cases: few of them swing its score."""

    row: str
    min_denominator: int


class Index(msgspec.Struct, frozen=True, dict=True):
    """The definition; classes are in descending order, the last begins at 0. `tolerance` is in hundredths."""

    id: str
    name: Text
    source: str
    groups: tuple[Group, ...]
    classes: tuple[Class, ...]
    ranking: Ranking
    tolerance: int

    @cached_property
    def rows(self) -> Mapping[str, Row]:
        """The rows of all groups, by id, in their order."""
        return {row.id: row for group in self.groups for row in group.rows}

    @property
    def most(self) -> int:
        """The hundredths of a perfect unit."""
        return sum(group.most for group in self.groups)

    def class_of(self, total: int) -> Class:
        """The class of a total."""
        return next((one for one in self.classes if total >= one.least), self.classes[-1])


class Score(NamedTuple):
    """The hundredths of each row, each group and in all, and the class."""

    rows: Mapping[str, int]
    groups: Mapping[str, int]
    total: int
    class_: Class


def score(index: Index, counts: Mapping[str, Counts]) -> Score:
    """Points from the cases of each row; a row that is not among them has none."""
    rows = {row.id: row.points(counts.get(row.id, NO_CASE)) for row in index.rows.values()}
    groups = dict(_sums(index, rows))
    total = sum(groups.values())
    return Score(rows, groups, total, index.class_of(total))


def _sums(index: Index, rows: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    for group in index.groups:
        yield group.id, sum(rows[row.id] for row in group.rows)
