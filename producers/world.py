"""A simulated province: what happens in it is a function of its seed and of time, whoever looks and when.

Time is cut into minutes. How many dossiers a minute receives follows from the year's rhythm, which cards they are from
their season's decks, and the rest is drawn from the minute's own random numbers. So a world looked at twice shows the
same events with the same ids, a simulator that was stopped goes on as if it had not been, and a year adds up.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from producers.agenda import Agenda, Term, upto
from producers.calibration import Calibration, read_calibration
from producers.decks import DECK, Card, Deck
from producers.event import Event
from producers.lives import dossier_life, longest_life
from producers.openings import openings
from producers.petitions import longest_petition, petition_life
from producers.plans import Planned, planned
from producers.profiles import Profile
from producers.rhythm import MINUTE, Rhythm
from streams.core.units import Province, Unit


@dataclass(frozen=True)
class Habits:
    """What makes one world unlike another: events a second in the mean of a year, and how much shorter lives are.

    `burst` is how many minutes of every hour are ten times as busy.
    """

    province: str
    seed: int
    rate: float
    speed: float
    burst: int = 0

    @cached_property
    def name(self) -> str:
        """Short, and the same only for the same habits; part of every id."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:8]


class World:
    """All events of a province, minute by minute.

    Args:
        habits: what makes it unlike others.
        province: whose calendar is followed.
        units: those that handle dossiers themselves; each works in its term.
        calibration: what a year comes out as.
    """

    def __init__(
        self,
        habits: Habits,
        province: Province,
        units: Sequence[Unit],
        calibration: Calibration | None = None,
    ) -> None:
        self.habits = habits
        self.calibration = calibration or read_calibration()
        self.longest_life = max(longest_life(habits.speed), longest_petition(habits.speed))
        self._zone = ZoneInfo(province.time_zone)
        self.rhythm = Rhythm(province.working, self._zone, habits.name, habits.burst)
        self._units = units
        self._source = f"/simulator/{habits.province}"
        self._planned: dict[int, list[Planned]] = {}
        for one in planned([unit for unit in units if not unit.valid_to], self._zone):
            self._planned.setdefault(minute_of(one.at), []).append(one)
        self._year = lru_cache(3)(lambda number: self._agenda(number))
        self._deck = lru_cache(3)(self._make_deck)

    def beginning_in(self, minute: int) -> Iterator[tuple[datetime, Event]]:
        """The whole lives that begin in a minute since 1970, each in order of time."""
        for one in self._planned.get(minute, ()):
            yield one.at, self._planned_event(one, one.at)
        number = self.rhythm.year_of(minute)
        year = self._year(number)
        count = year.count(minute)
        if count is None:
            return
        rng = random.Random(f"{self.habits.name}/{minute}")  # noqa: S311  # a simulation must repeat itself
        start = datetime.fromtimestamp(minute * MINUTE, self._zone)
        term = year.term(minute)
        for place, dossier in enumerate(count.dossiers):
            yield from self._life(rng, start, f"{minute}-{place}", self._card(number, term, dossier))
        for petition in count.petitions:
            yield from self._petition(rng, start, f"{number}-{petition}", term.keepers.anyone(petition))
        for ledger, entries, events in count.entries:
            for entry in entries:
                profile, facility = term.keepers.unit(ledger, entry)
                data = {**ledger.amounts(entry, events), **ledger.data}
                if facility:
                    data["facility"] = facility
                if ledger.kind == "updates.records_cleaned":
                    errors = round(data["records"] * profile.errors * rng.uniform(0.5, 1.5))
                    data |= {"records_checked": data["records"] + errors, "errors_found": errors}
                at, identity = _instant(rng, start), f"{ledger.id}-{number}-{entry}"
                yield (
                    at,
                    self._event(f"SIM-{self.habits.name}-{identity}", profile.unit, at, ledger.kind, data),
                )

    def opening(self, at: datetime) -> Iterator[tuple[datetime, Event]]:
        """What the province has when a simulation begins; the same ids in all worlds, for they are told once."""
        at = at.astimezone(self._zone)
        for kind, data in openings(self.calibration.of(self.habits.province, at.year)):
            identity = "-".join(["SIM", kind, *(value for value in data.values() if isinstance(value, str))])
            yield at, self._event(identity, self.habits.province, at, kind, data)
        first = first_whole_minute(at)
        for one in chain.from_iterable(self._planned.values()):
            if minute_of(one.at) < first:
                yield at, self._planned_event(one, at)
        year = self._year(at.year)
        minute = min(first, year.curve.last - 1)
        keepers = year.term(minute).keepers
        for ledger, events in year.ledgers:
            if ledger.grown < 1:
                told = int(upto(year.curve.share(minute), events))
                for profile, amounts in keepers.shared(ledger, ledger.held(told, events)):
                    identity, held = f"SIM-{ledger.id}-{profile.unit}", {**amounts, **ledger.data}
                    yield at, self._event(identity, profile.unit, at, ledger.kind, held)

    def spans(self, number: int) -> list[tuple[int, int, Sequence[Unit]]]:
        """The parts of a year in which the same units exist, as first and last minute (exclusive)."""
        year = self.rhythm.year(number)
        begin, end = date(number, 1, 1), date(number + 1, 1, 1)
        changes = {
            date.fromisoformat(day) for one in self._units for day in (one.valid_from, one.valid_to) if day
        }
        days = [begin, *sorted(day for day in changes if begin < day < end), end]
        minutes = [year.first, *(self.rhythm.minute(day) for day in days[1:-1]), year.last]
        return [
            (
                minutes[place],
                minutes[place + 1],
                [unit for unit in self._units if _works(unit, day.isoformat())],
            )
            for place, day in enumerate(days[:-1])
        ]

    def _agenda(self, number: int) -> Agenda:
        figures = self.calibration.of(self.habits.province, number)
        curve, spans = self.rhythm.year(number), self.spans(number)
        return Agenda(number, curve, self.habits.rate, figures, spans, self.habits.seed)

    def _card(self, year: int, term: Term, dossier: int) -> Card:
        decks = max(1, round(term.dossiers / DECK))
        deck = min(dossier * decks // term.dossiers, decks - 1)
        begin = -(-deck * term.dossiers // decks)
        return self._deck(year, term.number, deck).card(dossier - begin)

    def _make_deck(self, year: int, number: int, deck: int) -> Deck:
        term = next(term for term in self._year(year).terms if term.number == number)
        decks = max(1, round(term.dossiers / DECK))
        begin, end = -(-deck * term.dossiers // decks), -(-(deck + 1) * term.dossiers // decks)
        return Deck(term.season, end - begin, [number, deck, *self.habits.name.encode()])

    def _life(
        self, rng: random.Random, start: datetime, number: str, card: Card
    ) -> Iterator[tuple[datetime, Event]]:
        dossier = f"SIM-{self.habits.name}-{number}"
        for place, happening in enumerate(dossier_life(rng, card, _instant(rng, start), self.habits.speed)):
            identity = f"{dossier}/{place}/{happening.kind}"
            data = {"dossier": dossier} | happening.data
            yield happening.at, self._event(identity, card.profile.unit, happening.at, happening.kind, data)

    def _petition(
        self, rng: random.Random, start: datetime, number: str, profile: Profile
    ) -> Iterator[tuple[datetime, Event]]:
        petition = f"PAKN-{self.habits.name}-{number}"
        for place, happening in enumerate(
            petition_life(rng, profile, _instant(rng, start), self.habits.speed)
        ):
            identity, data = f"{petition}/{place}", {"petition": petition} | happening.data
            yield happening.at, self._event(identity, profile.unit, happening.at, happening.kind, data)

    def _planned_event(self, one: Planned, at: datetime) -> Event:
        return self._event(f"SIM-{one.data['task']}/{one.kind}", one.unit, at, one.kind, one.data)

    def _event(self, identity: str, unit: str, at: datetime, kind: str, data: dict[str, Any]) -> Event:
        return {
            "specversion": "1.0",
            "id": identity,
            "source": self._source,
            "type": f"vn.ioc.{kind}.v1",
            "time": at,
            "subject": unit,
            "data": data,
        }


def minute_of(at: datetime) -> int:
    """The minute since 1970 that an instant lies in."""
    return int(at.timestamp()) // MINUTE


def first_whole_minute(at: datetime) -> int:
    """The first minute since 1970 that begins at an instant or after it."""
    return minute_of(at - timedelta(microseconds=1)) + 1


def _works(unit: Unit, day: str) -> bool:
    return (not unit.valid_from or unit.valid_from <= day) and (not unit.valid_to or day < unit.valid_to)


def _instant(rng: random.Random, start: datetime) -> datetime:
    """A moment of a minute."""
    return start + timedelta(milliseconds=rng.randrange(MINUTE * 1000))
