"""The events of a world in order of time, from one instant to another, never one that lies ahead."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Protocol

from producers.event import Event
from producers.world import first_whole_minute, minute_of


class Happenings(Protocol):
    """Where events come from; no event is later than `longest_life` after the minute that it is found in."""

    @property
    def longest_life(self) -> timedelta:
        """How late an event may be."""

    def beginning_in(self, minute: int) -> Iterator[tuple[datetime, Event]]:
        """The events that are found in a minute since 1970, each with the instant at which it is due."""


class Timeline:
    """Walks through a world; lives that are in progress are kept until their events are due.

    Args:
        world: what happens.
        began: nothing that begins before the first whole minute from here on happens at all, so that no life is cut.
        since: events up to here are taken as sent.
    """

    def __init__(self, world: Happenings, began: datetime, since: datetime) -> None:
        self._world = world
        self._since = since
        self._minute = max(first_whole_minute(began), minute_of(since - world.longest_life))
        self._pending: list[tuple[float, str, int, Event]] = []
        self._number = count()

    def until(self, now: datetime) -> Iterator[Event]:
        """The events after those that were already given, up to and including `now`."""
        after, upto = self._since.timestamp(), now.timestamp()
        last = minute_of(now)
        while self._minute <= last:
            for at, event in self._world.beginning_in(self._minute):
                if (instant := at.timestamp()) > after:
                    heapq.heappush(self._pending, (instant, event["id"], next(self._number), event))
            self._minute += 1
            yield from self._due(min(upto, self._minute * 60))
        yield from self._due(upto)
        self._since = max(self._since, now)

    def _due(self, upto: float) -> Iterator[Event]:
        while self._pending and self._pending[0][0] <= upto:
            yield heapq.heappop(self._pending)[3]
