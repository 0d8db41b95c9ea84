"""Decks of dossiers: shares that come out exactly, in an order that nobody can tell from chance.

Drawn by chance alone, 90 % of a hundred thousand dossiers would be 89.9 % or 90.1 %. So the dossiers of a season are
dealt from decks, in which every share is exact: to a dossier, for every unit and for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from producers.procedures import CRIMINAL_RECORDS, Procedure
from producers.profiles import Profile
from streams.core.columns import Array

DECK = 65_536
_REFUSED, _WITHDRAWN = 0.02, 0.01
_PAID = 0.95
_FEWEST = 2
_PORTALS = (("national", 0.72), ("province", 0.28))


class Card(NamedTuple):
    """What is settled about a dossier before it begins; `payment` is how it is paid, or empty."""

    profile: Profile
    procedure: Procedure
    channel: str
    portal: str
    end: str
    late: bool
    digitised: bool
    payment: str


@dataclass(frozen=True)
class Season:
    """A time in which the same units do the same things by the same figures."""

    profiles: Sequence[Profile]
    procedures: Sequence[Procedure]
    figures: Mapping[str, float]


def apportioned(shares: Array, total: int, most: Array | None = None) -> Array:
    """Whole numbers in proportion to shares that add up to the total, by largest remainder; none above its `most`."""
    wanted = np.asarray(shares, float) * (total / np.sum(shares))
    counts: Array = np.floor(wanted + 1e-9).astype(np.int64)
    if most is not None:
        counts = np.minimum(counts, most)
    while (left := total - int(counts.sum())) > 0:
        room = np.flatnonzero(counts < (most if most is not None else total))
        if not len(room):
            break
        chosen = room[np.argsort((counts - wanted)[room], kind="stable")][:left]
        counts[chosen] += 1
    return counts


class Deck:
    """So many dossiers of a season, shuffled."""

    def __init__(self, season: Season, size: int, seed: Sequence[int]) -> None:
        self._season = season
        self._rng = np.random.default_rng(seed)
        self._size = size
        self._unit = np.repeat(np.arange(len(season.profiles)), self._units())
        self._ends()
        self._channels()
        self._procedures()
        self._payments()
        self._order = self._rng.permutation(size)

    def card(self, place: int) -> Card:
        """The card at a place of the shuffled deck."""
        at = self._order[place]
        return Card(
            self._season.profiles[self._unit[at]],
            self._season.procedures[self._procedure[at]],
            self._channel[at],
            self._portal[at],
            self._end[at],
            bool(self._late[at]),
            bool(self._digitised[at]),
            self._payment[at],
        )

    def _units(self) -> Array:
        """How many dossiers each unit has: one at least, if there are enough."""
        volumes = np.array([profile.volume for profile in self._season.profiles])
        least = min(1, self._size // len(volumes))
        return least + apportioned(volumes, self._size - least * len(volumes))

    def _marked(self, shares: Sequence[float], among: Array, total: int | None = None) -> Array:
        """Some of the dossiers `among` all, in each unit by its share; a share of 0 or 1 is kept, another never is."""
        marks = np.zeros(self._size, bool)
        of_units = np.bincount(self._unit[among], minlength=len(shares))
        whole, none = np.array(shares) == 1, np.array(shares) == 0
        least = np.where(none, 0, np.where(whole, of_units, np.minimum(_FEWEST, of_units)))
        most = np.where(none, 0, np.where(whole, of_units, np.maximum(of_units - 1, least)))
        expected = np.clip(np.array(shares) * of_units, least, most)
        total = round(float(expected.sum())) if total is None else total
        extra = apportioned(
            np.maximum(expected - least, 1e-9), max(0, total - int(least.sum())), most - least
        )
        counts = least + extra
        shuffled = self._rng.permutation(np.flatnonzero(among))
        shuffled = shuffled[np.argsort(self._unit[shuffled], kind="stable")]
        begins = np.cumsum(of_units) - of_units
        rank = np.arange(len(shuffled)) - begins[self._unit[shuffled]]
        marks[shuffled[rank < counts[self._unit[shuffled]]]] = True
        return marks

    def _some(self, among: Array, count: int) -> Array:
        """So many of them, by chance."""
        return self._rng.choice(among, min(count, len(among)), replace=False)

    def _ends(self) -> None:
        profiles = self._season.profiles
        self._end = np.full(self._size, "settled", object)
        ended = self._rng.permutation(self._size)[: round(self._size * (_REFUSED + _WITHDRAWN))]
        self._end[ended] = "withdrawn"
        self._end[ended[: round(self._size * _REFUSED)]] = "refused"
        settled = self._end == "settled"
        self._late = self._marked([profile.late for profile in profiles], settled)
        self._digitised = self._marked([profile.digitised for profile in profiles], settled)

    def _channels(self) -> None:
        profiles = self._season.profiles
        total = round(self._size * self._season.figures["online_filing"] / 100)
        everything = np.ones(self._size, bool)
        self._online = self._marked([profile.online for profile in profiles], everything, total)
        self._channel = np.where(self._online, "online", "direct").astype(object)
        offline = np.flatnonzero(~self._online)
        self._channel[self._some(offline, len(offline) // 10)] = "post"
        self._portal = np.full(self._size, "", object)
        online = self._rng.permutation(np.flatnonzero(self._online))
        first = round(len(online) * _PORTALS[0][1])
        self._portal[online[:first]], self._portal[online[first:]] = (name for name, _ in _PORTALS)

    def _procedures(self) -> None:
        """Procedures that are not provided online go to dossiers at the counter, certificates mostly to the app."""
        procedures = self._season.procedures
        weights = np.array([procedure.weight for procedure in procedures])
        least = min(1, self._size // len(procedures))
        counts = least + apportioned(weights, self._size - least * len(procedures))
        self._procedure = np.full(self._size, -1)
        by_app = self._season.figures.get("criminal_records_by_app", 0) / 100
        for number, procedure in enumerate(procedures):
            if procedure.level == "information":
                self._procedure[self._some(self._free(~self._online), counts[number])] = number
            elif procedure.sector == CRIMINAL_RECORDS:
                through = self._some(self._free(self._online), round(counts[number] * by_app))
                self._procedure[through], self._portal[through] = number, "vneid"
        left = self._free(np.ones(self._size, bool))
        given = np.bincount(self._procedure[self._procedure >= 0], minlength=len(procedures))
        rest = np.repeat(np.arange(len(procedures)), np.maximum(counts - given, 0))
        self._procedure[self._rng.permutation(left)[: len(rest)]] = rest
        self._procedure[self._procedure < 0] = int(np.argmax(weights))

    def _free(self, among: Array) -> Array:
        return np.flatnonzero(among & (self._procedure < 0))

    def _payments(self) -> None:
        """Dossiers with a fee that are not refused: paid online by the figure, the rest of those that pay otherwise."""
        self._payment = np.full(self._size, "", object)
        owed = np.array([procedure.owed_vnd > 0 for procedure in self._season.procedures])
        asked = np.flatnonzero(owed[self._procedure] & (self._end != "refused"))
        habit = np.array([profile.paid_online for profile in self._season.profiles])[self._unit[asked]]
        eager = np.log(habit / (1 - habit)) + self._rng.gumbel(size=len(asked))
        ordered = asked[np.argsort(-eager, kind="stable")]
        online = round(len(asked) * self._season.figures["fees_online"] / 100)
        paid = max(round(len(asked) * _PAID), online)
        self._payment[ordered[:paid]] = "otherwise"
        self._payment[ordered[:online]] = "online"
