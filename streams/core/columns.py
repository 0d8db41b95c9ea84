"""Columns of integers: what stands for null in them, codes for what is no number, and sums by key."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Columns = Mapping[str, Array]

NULL = -(2**63)
"""Null in a column of 64-bit integers. No instant and no amount comes near it."""

_WIDTH = 2**63
_SAFE_SUM = 2**62

K = TypeVar("K", bound=Hashable)


class Codes(dict[K, int]):
    """Small numbers for values, given in the order in which they are first asked for: `codes[value]`."""

    def __init__(self, *first: K) -> None:
        super().__init__()
        self.known: list[K] = []
        for value in first:
            self[value]

    def __missing__(self, value: K) -> int:
        code = self[value] = len(self.known)
        self.known.append(value)
        return code


class Chosen(dict[str, Array]):
    """Some rows of columns, in any order; a column is taken when it is first asked for: `rows[name]`."""

    def __init__(self, columns: Columns, rows: Array) -> None:
        super().__init__()
        self._columns = columns
        self._rows = rows

    def __missing__(self, name: str) -> Array:
        column = self[name] = self._columns[name][self._rows]
        return column


class Joined(dict[str, Array]):
    """The rows of several columns one after the other; a column is put together when it is first asked for."""

    def __init__(self, parts: Sequence[Columns]) -> None:
        super().__init__()
        self._parts = parts

    def __missing__(self, name: str) -> Array:
        column = self[name] = np.concatenate([part[name] for part in self._parts])
        return column


class Projection:
    """From the code of a value to the code of what matters of it, for whole columns."""

    def __init__(self, codes: Codes[Any], part: Callable[[Any], Hashable]) -> None:
        self._codes = codes
        self._part = part
        self._parts: Codes[Any] = Codes()
        self._table = np.empty(0, np.int64)

    def __call__(self, column: Array) -> Array:
        """The column's values are codes of the whole, the result's are codes of the part."""
        known = len(self._table)
        if known < len(self._codes.known):
            new = [self._parts[self._part(value)] for value in self._codes.known[known:]]
            self._table = np.concatenate([self._table, np.array(new, np.int64)])
        return self._table[column]

    def value(self, code: int) -> Any:
        """The part that a code stands for."""
        return self._parts.known[code]


def sum_by(keys: Sequence[Array], values: Sequence[Array]) -> tuple[list[Array], list[Array]]:
    """Sums of the values over rows with equal keys: the distinct keys in ascending order, column by column, and sums.

    All columns are of one length. Sums are exact: where 64 bits could be too few they are Python's integers.
    """
    count = len(keys[0])
    if not count:
        return list(keys), list(values)
    packed = _packed(keys)
    order = np.argsort(packed)
    starts = _starts(packed[order])
    first = order[starts]
    return [key[first] for key in keys], [
        np.add.reduceat(_exact(value, count)[order], starts) for value in values
    ]


def ranks_of(keys: Sequence[Array], count: int) -> tuple[Array, Array]:
    """For each of `count` rows the rank of its keys among the distinct ones, and for each rank its first row."""
    if not keys:
        return np.zeros(count, np.int64), np.zeros(1, np.int64)
    _, first, ranks = np.unique(_packed(keys), return_index=True, return_inverse=True)
    return ranks, first


def _packed(keys: Sequence[Array]) -> Array:
    """One column whose order, and whose equality, is that of the keys, the first of them counting most."""
    packed, size = np.zeros(len(keys[0]), np.int64), 1
    for key in keys:
        low = int(key.min())
        span = int(key.max()) - low + 1
        if size * span >= _WIDTH:
            packed, size = _ranks(packed)
            above, span = _ranks(key)
        else:
            above = key - low
        packed = packed * span + above
        size *= span
    return packed


def _ranks(column: Array) -> tuple[Array, int]:
    distinct, ranks = np.unique(column, return_inverse=True)
    return ranks, len(distinct)


def runs(ordered: Array) -> list[tuple[int, int]]:
    """Start and end of each run of equal values."""
    starts = _starts(ordered).tolist() if len(ordered) else []
    return list(pairwise([*starts, len(ordered)]))


def renumbered(codes: Array) -> tuple[list[int], Array]:
    """The codes that occur (small numbers, not negative), and for each row the place of its code among them."""
    occurs = np.bincount(codes) > 0
    return np.flatnonzero(occurs).tolist(), (np.cumsum(occurs) - 1)[codes].astype("<i4")


def spread(starts: Array, lengths: Array) -> tuple[Array, Array]:
    """For each row so many places in sequence, from its start on: the places, and which row each belongs to."""
    rows = np.repeat(np.arange(len(starts)), lengths)
    return (starts - np.cumsum(lengths) + lengths)[rows] + np.arange(len(rows)), rows


def times(factors: Array, values: Array) -> Array:
    """Products, row by row; exact as `sum_by` is."""
    largest = max((abs(int(factors.min())), abs(int(factors.max())))) if len(factors) else 0
    product: Array = factors * _exact(values, largest) if len(values) else values
    return product


def _starts(ordered: Array) -> Array:
    """Where runs of equal values start."""
    return np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))


def _exact(values: Array, count: int) -> Array:
    largest = max(abs(int(values.min())), abs(int(values.max())))
    return values if largest * count < _SAFE_SUM else values.astype(object)


def earliest(instants: Sequence[Array]) -> Array:
    """Row by row the first of several instants that are not null; null where all are."""
    if len(instants) == 1:
        return instants[0]
    last = np.iinfo(np.int64).max
    first = np.minimum.reduce([np.where(one == NULL, last, one) for one in instants])
    return np.where(first == last, NULL, first)


def first_of(rows: Array, ms: Array, tie: Array) -> Array:
    """For every distinct row the position of its least (ms, tie)."""
    order = np.argsort(rows)
    ordered = rows[order]
    if not (ordered[1:] == ordered[:-1]).any():
        return order
    order = np.lexsort((tie, ms, rows))
    ordered = rows[order]
    firsts: Array = order[_starts(ordered)]
    return firsts
