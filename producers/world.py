"""A simulated province: what happens in it is a function of its seed and of time, whoever looks and when.

Time is cut into minutes. What begins in a minute is drawn from that minute's own random numbers, so a world looked at
twice shows the same events with the same ids, and a simulator that was stopped goes on as if it had not been.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from producers.event import Event
from producers.lives import EVENTS_PER_DOSSIER, Happening, cleaning, dossier_life, longest_life
from producers.profiles import Profile
from producers.rhythm import intensity

_MINUTE = 60
_DOSSIERS = 0.85
"""The share of events that belong to dossiers; the rest are records cleaned."""


@dataclass(frozen=True)
class Habits:
    """What makes one world unlike another: events a second in the mean of a week, and how much shorter lives are."""

    province: str
    seed: int
    rate: float
    speed: float

    @property
    def name(self) -> str:
        """Short, and the same only for the same habits; part of every id."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:8]


class World:
    """All events of a province, minute by minute."""

    def __init__(self, habits: Habits, profiles: tuple[Profile, ...], zone: ZoneInfo) -> None:
        self.habits = habits
        self.longest_life = longest_life(habits.speed)
        self._profiles = profiles
        self._volumes = list(accumulate(profile.volume for profile in profiles))
        self._zone = zone
        self._source = f"/simulator/{habits.province}"

    def beginning_in(self, minute: int) -> Iterator[tuple[datetime, Event]]:
        """The whole lives that begin in a minute since 1970, each in order of time."""
        rng = random.Random(f"{self.habits.name}/{minute}")  # noqa: S311  # a simulation must repeat itself
        start = datetime.fromtimestamp(minute * _MINUTE, self._zone)
        rate = self.habits.rate * intensity(start)
        for number, at in enumerate(_arrivals(rng, start, rate * _DOSSIERS / EVENTS_PER_DOSSIER)):
            dossier = f"SIM-{self.habits.name}-{minute}-{number}"
            profile = self._choose(rng)
            life = dossier_life(rng, profile, at, self.habits.speed)
            for place, happening in enumerate(life):
                identity = f"{dossier}/{place}/{happening.kind}"
                yield happening.at, self._event(identity, profile, happening, dossier=dossier)
        for number, at in enumerate(_arrivals(rng, start, rate * (1 - _DOSSIERS))):
            profile = self._choose(rng)
            yield (
                at,
                self._event(
                    f"SIM-{self.habits.name}-{minute}-c{number}", profile, cleaning(rng, profile, at)
                ),
            )

    def _choose(self, rng: random.Random) -> Profile:
        [profile] = rng.choices(self._profiles, cum_weights=self._volumes)
        return profile

    def _event(self, identity: str, profile: Profile, happening: Happening, **data: str) -> Event:
        return {
            "specversion": "1.0",
            "id": identity,
            "source": self._source,
            "type": f"vn.ioc.{happening.kind}.v1",
            "time": happening.at,
            "subject": profile.unit,
            "data": data | happening.data,
        }


def minute_of(at: datetime) -> int:
    """The minute since 1970 that an instant lies in."""
    return int(at.timestamp()) // _MINUTE


def _arrivals(rng: random.Random, start: datetime, per_second: float) -> Iterator[datetime]:
    """Instants within a minute, as often as `per_second` says and as irregular as people are."""
    at = rng.expovariate(per_second) if per_second else _MINUTE
    while at < _MINUTE:
        yield start + timedelta(milliseconds=int(at * 1000))
        at += rng.expovariate(per_second)
