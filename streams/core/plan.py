"""Indicators compiled for speed: what a row adds to which sums.

Expressions mostly look at columns of few values (channel, method, on time). For each combination of these the outcome
is computed once and remembered, so that the cost per event hardly depends on the number of indicators; only terms over
other columns (amounts, durations) are evaluated row by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from streams.core.expressions import Expression, Row, Value, compile_expression
from streams.core.indicators import Indicator

_CATEGORICAL = ("string", "boolean")
_REMEMBERED = 50_000


class Contribution(NamedTuple):
    """What a row adds to an indicator, whenever and wherever that is."""

    indicator: str
    dims: str
    numerator: int
    denominator: int


class _Compiled(NamedTuple):
    """An indicator's expressions, ready for the rows of one plan."""

    indicator: str
    by: tuple[tuple[str, int], ...]
    where: Expression
    numerator: Expression
    denominator: Expression


class Plan:
    """The indicators over one kind of row, whose values stand in the order of `columns` (name to type)."""

    def __init__(self, indicators: Iterable[Indicator], columns: Mapping[str, str]) -> None:
        self.columns = tuple(columns)
        self._categories = tuple(at for at, kind in enumerate(columns.values()) if kind in _CATEGORICAL)
        self._categorical = {self.columns[at] for at in self._categories}
        self._compiled = [
            _Compiled(
                indicator.id,
                tuple((name, self.columns.index(name)) for name in indicator.by),
                compile_expression(indicator.where, columns),
                compile_expression(indicator.numerator, columns),
                compile_expression(indicator.denominator or "0", columns),
            )
            for indicator in indicators
        ]
        self._decided: dict[Row, tuple[tuple[Contribution, ...], tuple[_Compiled, ...]]] = {}

    def contributions(self, row: tuple[Value, ...]) -> tuple[Contribution, ...]:
        """What the row adds to each indicator that counts it."""
        all_categorical = len(self._categories) == len(row)
        categories = row if all_categorical else tuple([row[at] for at in self._categories])
        decided = self._decided.get(categories)
        if decided is None:
            decided = self._decide(categories, row)
        always, row_by_row = decided
        if not row_by_row:
            return always
        return (*always, *[_contribution(one, row) for one in row_by_row if one.where.evaluate(row)])

    def _decide(
        self, categories: Row, row: tuple[Value, ...]
    ) -> tuple[tuple[Contribution, ...], tuple[_Compiled, ...]]:
        """Split the indicators into those that the categories decide and those that every row must be asked for."""
        if len(self._decided) >= _REMEMBERED:
            self._decided.clear()
        always, row_by_row = [], []
        for one in self._compiled:
            if self._is_categorical(one.where) and not one.where.evaluate(row):
                continue
            if all(map(self._is_categorical, (one.where, one.numerator, one.denominator))):
                always.append(_contribution(one, row))
            else:
                row_by_row.append(one)
        self._decided[categories] = tuple(always), tuple(row_by_row)
        return self._decided[categories]

    def _is_categorical(self, expression: Expression) -> bool:
        return self._categorical.issuperset(expression.columns)


def _contribution(one: _Compiled, row: tuple[Value, ...]) -> Contribution:
    dims = ",".join([f"{name}={row[at]}" for name, at in one.by if row[at] is not None])
    numerator, denominator = one.numerator.evaluate(row), one.denominator.evaluate(row)
    return Contribution(one.indicator, dims, as_number(numerator), as_number(denominator))


def as_number(value: Value) -> int:
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
        for text in (indicator.where, indicator.numerator, indicator.denominator or "true"):
            used.update(compile_expression(text, columns).columns)
    return {name: kind for name, kind in columns.items() if name in used}
