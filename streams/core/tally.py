"""Counting rows that are alike together: from columns to what is added to the sums of indicators."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from streams.core.columns import NULL, Array, Columns, ranks_of, sum_by
from streams.core.expressions import Row, Value
from streams.core.indicators import BIN
from streams.core.plan import Contribution, Plan, Term
from streams.core.sketch import BINS, bins_of

_REMEMBERED = 50_000


class Source(NamedTuple):
    """Columns that decide, by what they are read from: a column of codes, and the values that a code says."""

    names: tuple[str, ...]
    read: Callable[[Columns], Array]
    row: Callable[[int], Row]


class Additions(NamedTuple):
    """What is added to the sums of an indicator: columns of places, numerators and denominators."""

    indicator: str
    dims: str
    places: list[Array]
    numerator: Array
    denominator: Array


class Tally:
    """Counts rows by a plan.

    `sources` say where deciding columns come from, `constant` is the same for all rows; of the numbers, those that are
    not among `numbers` are null. `has_days_only` says that what it counts has no buckets of minutes and hours.
    """

    def __init__(
        self, plan: Plan, sources: Sequence[Source], numbers: Collection[str], constant: Mapping[str, Value]
    ) -> None:
        self._plan = plan
        self.has_days_only = bool(plan.binned)
        self._sources = [source for source in sources if source.names]
        if plan.binned in numbers:
            self._sources.append(_bins(plan.binned))
        self._present = [name for name in plan.present if name in numbers]
        self._measured = [name for name in plan.measured if name in numbers]
        self._constant = constant
        self._remembered: dict[tuple[int, ...], tuple[Contribution, ...]] = {}

    def count(self, rows: Columns, sign: Array, places: Sequence[Array]) -> Iterator[Additions]:
        """What the rows add, each with its sign (+1, or -1 to take it back), apart by their places."""
        if not len(sign):
            return
        deciding = [source.read(rows) for source in self._sources]
        deciding += [(rows[name] != NULL).view(np.int8) for name in self._present]
        measured = [np.where(rows[name] == NULL, 0, rows[name]) * sign for name in self._measured]
        alike, first = ranks_of(deciding, len(sign))
        (kind, *where), (count, *amounts) = sum_by([alike, *places], [sign, *measured])
        # ranks come first among the keys, so that rows which are alike lie together
        ends = np.searchsorted(kind, np.arange(len(first) + 1)).tolist()
        codes = zip(*[column[first].tolist() for column in deciding], strict=True) if deciding else [()]
        for code, start, end in zip(codes, ends, ends[1:], strict=False):
            part = slice(start, end)
            totals = {name: amount[part] for name, amount in zip(self._measured, amounts, strict=True)}
            for indicator, dims, numerator, denominator in self._contributions(code):
                yield Additions(
                    indicator,
                    dims,
                    [place[part] for place in where],
                    _amount(numerator, count[part], totals),
                    _amount(denominator, count[part], totals),
                )

    def _contributions(self, codes: tuple[int, ...]) -> tuple[Contribution, ...]:
        """Of rows with these codes: of the sources, then of whether the numbers are there."""
        known = self._remembered.get(codes)
        if known is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            row = dict(self._constant)
            for source, code in zip(self._sources, codes, strict=False):
                row |= zip(source.names, source.row(code), strict=True)
            for name, there in zip(self._present, codes[len(self._sources) :], strict=True):
                row[name] = 0 if there else None
            known = self._remembered[codes] = self._plan.contributions(row)
        return known


def _bins(name: str) -> Source:
    return Source((BIN,), lambda rows: bins_of(rows[name]), lambda code: (int(BINS[code]),))


def _amount(term: Term, count: Array, totals: Mapping[str, Array]) -> Array:
    if term.measured:
        return totals.get(term.measured, np.zeros_like(count))
    return term.each * count
