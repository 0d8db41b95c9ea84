"""Indicators compiled for speed: what rows that are alike add to which sums.

Expressions mostly look at columns of few values (channel, method, on time): these decide. Numbers mostly are what is
summed (records, durations): these are only measured, as columns. Rows that agree in all that decides are counted
together, and for each such combination the outcome is computed once and remembered. So the cost per event hardly
depends on the number of indicators. A number that is compared or calculated with decides like any other column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from streams.core.expressions import Expression, Row, Value, amount, compile_expression
from streams.core.indicators import Indicator

_NUMBERS = ("integer", "timestamp")


class Term(NamedTuple):
    """A numerator or denominator of rows that are alike: so much for each row, or so many times a measured column."""

    each: int
    measured: str = ""


class Contribution(NamedTuple):
    """What rows that are alike add to an indicator, whenever and wherever that is."""

    indicator: str
    dims: str
    numerator: Term
    denominator: Term


class _Sum(NamedTuple):
    """A numerator or denominator, ready for rows: `factor` for each, times the column `measured` where there is one."""

    factor: Expression
    measured: str

    @classmethod
    def of(cls, text: str, columns: Mapping[str, str]) -> _Sum:
        """From an expression over these columns."""
        found = amount(text, columns)
        return cls(
            compile_expression(found.condition if found else text, columns), found.column if found else ""
        )

    def term(self, values: Row) -> Term:
        """Of rows with these values."""
        return Term(_as_number(self.factor.evaluate(values)), self.measured)


class _Compiled(NamedTuple):
    """An indicator's expressions, ready for rows of the plan's columns."""

    indicator: str
    dimensions: tuple[str, ...]
    where: Expression
    numerator: _Sum
    denominator: _Sum


class Plan:
    """The indicators over one kind of row, whose columns are given with their types.

    `deciding` are the columns whose values decide; `present` the numbers of which it matters only whether they are
    null; `measured` the numbers that are summed; `binned` the one whose bin decides, if any. Bins are many: indicators
    that have none, or of another column, need a plan of their own.
    """

    def __init__(self, indicators: Iterable[Indicator], columns: Mapping[str, str]) -> None:
        self._columns = columns
        indicators = tuple(indicators)
        (self.binned,) = {indicator.value for indicator in indicators}
        self._compiled = [
            _Compiled(
                indicator.id,
                indicator.dimensions,
                compile_expression(indicator.condition, columns),
                _Sum.of(indicator.numerator, columns),
                _Sum.of(indicator.denominator or "0", columns),
            )
            for indicator in indicators
        ]
        used: set[str] = set()
        valued: set[str] = set()
        measured: set[str] = set()
        for indicator, one in zip(indicators, self._compiled, strict=True):
            used.update(indicator.by, one.where.columns)
            valued.update(indicator.by, one.where.valued)
            for term in (one.numerator, one.denominator):
                used.update(term.factor.columns)
                valued |= term.factor.valued
                if term.measured:
                    measured.add(term.measured)
        valued |= {name for name in used if columns[name] not in _NUMBERS}
        self.deciding = tuple(name for name in columns if name in valued)
        self.measured = tuple(name for name in columns if name in measured)
        self.present = tuple(name for name in columns if name in used - valued)

    def contributions(self, row: Mapping[str, Value]) -> tuple[Contribution, ...]:
        """What rows with these values add; in a column of `present` any number stands for what is not null.

        A column that is not given is null. BIN is the lowest value of the bin of the column `binned`.
        """
        values = [row.get(name) for name in self._columns]
        return tuple(
            Contribution(
                one.indicator,
                ",".join([f"{name}={row[name]}" for name in one.dimensions if row.get(name) is not None]),
                one.numerator.term(values),
                one.denominator.term(values),
            )
            for one in self._compiled
            if one.where.evaluate(values)
        )


def _as_number(value: Value) -> int:
    """How a term counts: true is 1, false and null are 0, an integer is itself."""
    return int(value) if isinstance(value, int) else 0


def used_columns(indicators: Iterable[Indicator], columns: Mapping[str, str]) -> dict[str, str]:
    """The columns that the indicators look at, with their types, in the order of `columns`.

    Raises:
        ExpressionError: an expression does not fit the columns.
    """
    used: set[str] = set()
    for indicator in indicators:
        used.update(indicator.by)
        for text in (indicator.condition, indicator.numerator, indicator.denominator or "true"):
            used.update(compile_expression(text, columns).columns)
    return {name: kind for name, kind in columns.items() if name in used}
