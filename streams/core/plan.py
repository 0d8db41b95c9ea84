"""Indicators compiled for speed: what a row adds to which sums.

Expressions mostly look at columns of few values (channel, method, on time). For each combination of these the outcome
is computed once and remembered, so that the cost per event hardly depends on the number of indicators; only terms over
other columns (amounts, durations) are evaluated row by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from streams.core.expressions import Expression, Row, Type, Value, compile_expression
from streams.core.indicators import Indicator

_CATEGORICAL = ("string", "boolean")
_REMEMBERED = 50_000


class Contribution(NamedTuple):
    """What a row adds to an indicator, whenever and wherever that is."""

    indicator: Indicator
    dims: str
    numerator: int
    denominator: int


class _Term(NamedTuple):
    """The numerator or the denominator: its value where the categories decide it, else how to compute it."""

    value: int
    expression: Expression | None = None

    def of(self, row: Row) -> int:
        return self.value if self.expression is None else as_number(self.expression.evaluate(row))


class _Outcome(NamedTuple):
    """An indicator for one combination of categories."""

    indicator: Indicator
    dims: str
    where: Expression | None
    numerator: _Term
    denominator: _Term


class Plan:
    """The indicators over one kind of row, whose values stand in the order of `columns` (name to type)."""

    def __init__(self, indicators: Iterable[Indicator], columns: Mapping[str, str]) -> None:
        self.columns = tuple(columns)
        self._categories = tuple(at for at, kind in enumerate(columns.values()) if kind in _CATEGORICAL)
        self._all_categorical = len(self._categories) == len(columns)
        self._categorical = {self.columns[at] for at in self._categories}
        self._compiled = [
            (
                indicator,
                tuple((name, self.columns.index(name)) for name in indicator.by),
                compile_expression(indicator.where, columns),
                compile_expression(indicator.numerator, columns),
                compile_expression(indicator.denominator, columns) if indicator.denominator else None,
            )
            for indicator in indicators
        ]
        self._remembered: dict[Row, tuple[_Outcome, ...]] = {}

    def contributions(self, row: tuple[Value, ...]) -> list[Contribution]:
        """What the row adds to each indicator that counts it."""
        categories = row if self._all_categorical else tuple([row[at] for at in self._categories])
        outcomes = self._remembered.get(categories)
        if outcomes is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            outcomes = self._remembered[categories] = tuple(self._outcomes(row))
        return [
            Contribution(indicator, dims, numerator.of(row), denominator.of(row))
            for indicator, dims, where, numerator, denominator in outcomes
            if where is None or where.evaluate(row)
        ]

    def _outcomes(self, row: Row) -> Iterable[_Outcome]:
        for indicator, by, where, numerator, denominator in self._compiled:
            settled = self._is_categorical(where)
            if settled and not where.evaluate(row):
                continue
            dims = ",".join(f"{name}={row[at]}" for name, at in by if row[at] is not None)
            yield _Outcome(
                indicator,
                dims,
                None if settled else where,
                self._term(numerator, row),
                self._term(denominator, row),
            )

    def _term(self, expression: Expression | None, row: Row) -> _Term:
        if expression is None:
            return _Term(0)
        if self._is_categorical(expression):
            return _Term(as_number(expression.evaluate(row)))
        return _Term(0, expression)

    def _is_categorical(self, expression: Expression) -> bool:
        return self._categorical.issuperset(expression.columns)


def as_number(value: Value) -> int:
    """How a term counts: true is 1, false and null are 0, an integer is itself."""
    return int(value) if isinstance(value, int) else 0


def used_columns(indicators: Sequence[Indicator], columns: Mapping[str, str]) -> dict[str, Type]:
    """The columns that the indicators look at, with their types, in the order of `columns`.

    Raises:
        ExpressionError: an expression does not fit the columns.
    """
    used: set[str] = set()
    for indicator in indicators:
        used.update(indicator.by)
        for text in (indicator.where, indicator.numerator, indicator.denominator or "true"):
            used.update(compile_expression(text, columns).columns)
    return {name: kind for name, kind in columns.items() if name in used}  # type: ignore[misc]
