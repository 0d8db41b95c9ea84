"""Counting rows that are alike together: from columns to what is added to the sums of indicators."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from streams.core.columns import NULL, Array, Codes, Columns, ranks_of, spread, sum_by, times
from streams.core.expressions import Row, Value
from streams.core.indicators import BIN
from streams.core.plan import Plan, Term
from streams.core.sketch import BINS, bins_of
from streams.core.sum_rows import Series

_REMEMBERED = 50_000


class Source(NamedTuple):
    """Columns that decide, by what they are read from: a column of codes, and the values that a code says."""

    names: tuple[str, ...]
    read: Callable[[Columns], Array]
    row: Callable[[int], Row]


class Additions(NamedTuple):
    """What is added to which series, row by row: columns of series, places, numerators and denominators."""

    series: Array
    places: list[Array]
    numerator: Array
    denominator: Array


class Tally:
    """Counts rows by a plan.

    `sources` say where deciding columns come from, `constant` is the same for all rows; of the numbers, those that are
    not among `numbers` are null. `is_stock` says that changes are counted, whose sum is what there is, and
    `has_days_only` that what it counts has no buckets of minutes and hours. `series` are those counted so far, in the
    order of the numbers that stand for them.
    """

    def __init__(
        self,
        plan: Plan,
        sources: Sequence[Source],
        numbers: Collection[str],
        constant: Mapping[str, Value],
        *,
        is_stock: bool = False,
    ) -> None:
        self._plan = plan
        self.is_stock = is_stock
        self.has_days_only = is_stock or bool(plan.binned)
        self._sources = [source for source in sources if source.names]
        if plan.binned in numbers:
            self._sources.append(_bins(plan.binned))
        self._present = [name for name in plan.present if name in numbers]
        self._measured = [name for name in plan.measured if name in numbers]
        self._constant = constant
        self._amounts = {"": 0} | {name: at for at, name in enumerate(self._measured, 1)}
        self._remembered: dict[tuple[int, ...], Array] = {}
        self.series = Codes[Series]()

    def count(self, rows: Columns, sign: Array, places: Sequence[Array]) -> Additions:
        """What the rows add, each with its sign (+1, or -1 to take it back), by series and places."""
        deciding = [source.read(rows) for source in self._sources]
        deciding += [(rows[name] != NULL).view(np.int8) for name in self._present]
        measured = [np.where(rows[name] == NULL, 0, rows[name]) * sign for name in self._measured]
        alike, first = ranks_of(deciding, len(sign))
        (kind, *where), amounts = sum_by([alike, *places], [sign, *measured])
        codes = zip(*[column[first].tolist() for column in deciding], strict=True) if deciding else [()]
        tables = [self._contributions(code) for code in codes]
        lengths = np.array([len(table) for table in tables])
        at, row = spread((np.cumsum(lengths) - lengths)[kind], lengths[kind])
        series, *terms = np.concatenate(tables)[at].T
        numerator, denominator = (
            times(factor, np.stack(amounts)[of, row]) for factor, of in (terms[:2], terms[2:])
        )
        keys, sums = sum_by([series, *(place[row] for place in where)], [numerator, denominator])
        counts = (sums[0] != 0) | (sums[1] != 0)
        series, *where, numerator, denominator = (column[counts] for column in (*keys, *sums))
        return Additions(series, where, numerator, denominator)

    def _contributions(self, codes: tuple[int, ...]) -> Array:
        """Of rows with these codes (of the sources, then of whether the numbers are there): a row for each series.

        Each is the series, and for numerator and denominator a factor and what it multiplies: 0 is the number of rows,
        others are what is measured.
        """
        known = self._remembered.get(codes)
        if known is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            row = dict(self._constant)
            for source, code in zip(self._sources, codes, strict=False):
                row |= zip(source.names, source.row(code), strict=True)
            for name, there in zip(self._present, codes[len(self._sources) :], strict=True):
                row[name] = 0 if there else None
            table = [
                (
                    self.series[one.indicator, one.dims],
                    *self._term(one.numerator),
                    *self._term(one.denominator),
                )
                for one in self._plan.contributions(row)
            ]
            known = self._remembered[codes] = np.array(table, np.int64).reshape(-1, 5)
        return known

    def _term(self, term: Term) -> tuple[int, int]:
        """Factor, and which amount; a number that the rows do not have is 0."""
        return (term.each, self._amounts[term.measured]) if term.measured in self._amounts else (0, 0)


def _bins(name: str) -> Source:
    return Source((BIN,), lambda rows: bins_of(rows[name]), lambda code: (int(BINS[code]),))
