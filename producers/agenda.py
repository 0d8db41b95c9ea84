"""The agenda of a simulated year: how many dossiers, petitions and entries of ledgers each of its minutes has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from producers.decks import Season
from producers.ledgers import Keepers, Ledger, ledgers
from producers.lives import EVENTS_PER_DOSSIER
from producers.petitions import EVENTS_PER_PETITION, PER_DOSSIER
from producers.procedures import procedures
from producers.profiles import profiles
from producers.rhythm import MINUTE, Year
from streams.core.units import Unit

_DOSSIERS = 0.85
"""The share of events that belong to dossiers; the rest are of ledgers."""

_DAY = 1440


class Term(NamedTuple):
    """A season and its minutes, from `first` to `last` (exclusive); `dossiers` is how many it has."""

    first: int
    last: int
    season: Season
    keepers: Keepers
    dossiers: int
    number: int


class Count(NamedTuple):
    """What begins in a minute: numbers of dossiers in their season, of petitions, of events in their ledgers."""

    dossiers: range
    petitions: range
    entries: Sequence[tuple[Ledger, range, int]]


class Agenda:
    """What a year has so much of, and which of it each of its minutes.

    Args:
        number: the year.
        curve: how it passes.
        rate: events a second, in its mean.
        figures: what it comes out as.
        spans: its parts in which the same units exist: first and last minute (exclusive), and the units.
        seed: makes units good or slow.
    """

    def __init__(
        self,
        number: int,
        curve: Year,
        rate: float,
        figures: Mapping[str, float],
        spans: Sequence[tuple[int, int, Sequence[Unit]]],
        seed: int,
    ) -> None:
        events = rate * (curve.last - curve.first) * MINUTE
        self.curve = curve
        self.ledgers = self._sized(ledgers(figures), events * (1 - _DOSSIERS))
        cases = events - sum(count for _, count in self.ledgers)
        dossiers = cases / (EVENTS_PER_DOSSIER + PER_DOSSIER * EVENTS_PER_PETITION)
        self.petitions = round(dossiers * PER_DOSSIER)
        offered = procedures(figures)
        self.terms = []
        for place, (first, last, units) in enumerate(spans):
            season = Season(profiles(units, figures, seed), offered, figures)
            count = round(dossiers * (self._share(last) - self._share(first))) if units else 0
            keepers = Keepers(season.profiles)
            self.terms.append(Term(first, last, season, keepers, count, 10 * number + place))
        self.day = lru_cache(4)(self._day)

    def term(self, minute: int) -> Term:
        """The season that a minute belongs to."""
        return next(term for term in self.terms if minute < term.last)

    def count(self, minute: int) -> Count | None:
        """What begins in a minute, if anything does."""
        return self.day((minute - self.curve.first) // _DAY).get(minute)

    @staticmethod
    def _sized(of_year: Sequence[Ledger], events: float) -> list[tuple[Ledger, int]]:
        """Ledgers and in how many events each is told."""
        each = events / sum(ledger.share for ledger in of_year)
        return [(ledger, max(1, min(round(ledger.share * each), ledger.most))) for ledger in of_year]

    def _share(self, minute: int) -> float:
        return self.curve.share(minute)

    def _day(self, day: int) -> dict[int, Count]:
        first = self.curve.first + day * _DAY
        last = min(first + _DAY, self.curve.last)
        shares = self.curve.shares(first, last)
        dossiers: dict[int, range] = {}
        for term in self.terms:
            begin, end = max(first, term.first), min(last, term.last)
            if begin < end:
                start, stop = self._share(term.first), self._share(term.last)
                inside = (shares[begin - first : end - first + 1] - start) / (stop - start)
                dossiers |= _steps(inside, term.dossiers, begin)
        entries: dict[int, list[tuple[Ledger, range, int]]] = {}
        for ledger, events in self.ledgers:
            for minute, numbers in _steps(shares, events, first).items():
                entries.setdefault(minute, []).append((ledger, numbers, events))
        petitions = _steps(shares, self.petitions, first)
        return {
            minute: Count(
                dossiers.get(minute, range(0)), petitions.get(minute, range(0)), entries.get(minute, ())
            )
            for minute in dossiers.keys() | petitions.keys() | entries.keys()
        }


def upto(shares: Any, total: int) -> Any:
    """How many, of so many in a year, there have been when so much of it is over."""
    return np.floor(np.clip(shares, 0, 1) * total + 1e-9).astype(np.int64)


def _steps(shares: Any, total: int, first: int) -> dict[int, range]:
    """The numbers, of so many in all, that each minute from `first` on has, for those that have any."""
    numbers = upto(shares, total)
    places = np.flatnonzero(np.diff(numbers))
    return {first + int(at): range(int(numbers[at]), int(numbers[at + 1])) for at in places}
