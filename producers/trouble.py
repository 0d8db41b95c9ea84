"""Trouble on the way, for those who want to see how the monitor bears it: broken copies, repeats, delays, silence."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from producers.event import Event
from producers.world import World

_encode = msgspec.json.encode


def _data(event: Event, **fields: str) -> bytes:
    return _encode(event | {"data": event["data"] | fields})


_WAYS: tuple[Callable[[Event], bytes], ...] = (
    lambda event: _encode(event)[:-20],
    lambda event: _data(event, dossier="H 41"),
    lambda event: _data(event, ho_ten="Nguyễn Văn A"),
    lambda event: _encode(event | {"subject": "99999"}),
    lambda event: _encode(event | {"time": "2099-01-01T00:00:00+07:00"}),
    lambda event: _encode(event | {"type": "vn.ioc.filings.lost.v1"}),
    lambda event: _encode({name: value for name, value in event.items() if name != "time"}),
)


def spoil(event: Event) -> bytes:
    """A broken copy of an event, with an id of its own; the same event is always broken in the same way."""
    rng = random.Random(f"{event['id']}/bad")  # noqa: S311  # a simulation must repeat itself
    return rng.choice(_WAYS)(event | {"id": f"{event['id']}/bad"})


def is_unlucky(event: Event, share: float) -> bool:
    """Whether an event is among the share of those that get a broken copy."""
    return share > 0 and random.Random(event["id"]).random() < share  # noqa: S311  # as above


_REPEATED_WITHIN = timedelta(hours=1)
_LATE_FROM, _LATE_TO = timedelta(minutes=16), timedelta(days=3)


@dataclass(frozen=True)
class Trouble:
    """What goes wrong between a source and the broker; shares are from 0 to 1.

    Args:
        repeated: how many events are sent a second time within an hour.
        late: how many are held back, from a quarter of an hour to three days, most of them for hours.
        shuffled: within how long a time events are sent in any order.
        silent: streams and units of which nothing comes.
    """

    repeated: float = 0.0
    late: float = 0.0
    shuffled: timedelta = timedelta()
    silent: frozenset[str] = frozenset()


NO_TROUBLE = Trouble()


class TroubledWorld:
    """A world as its events are sent: not when they happen. As much a function of seed and time as the world is."""

    def __init__(self, world: World, trouble: Trouble) -> None:
        self._world = world
        self._trouble = trouble
        held = _LATE_TO if trouble.late else timedelta()
        repeated = _REPEATED_WITHIN if trouble.repeated else timedelta()
        self.longest_life = world.longest_life + held + trouble.shuffled + repeated

    def beginning_in(self, minute: int) -> Iterator[tuple[datetime, Event]]:
        """What is sent of the lives that begin in a minute, and when."""
        for at, event in self._world.beginning_in(minute):
            for sent in self._sendings(at, event):
                yield sent, event

    def _sendings(self, at: datetime, event: Event) -> Iterator[datetime]:
        trouble = self._trouble
        if {event["subject"], event["type"].split(".")[2]} & trouble.silent:
            return
        if not (trouble.repeated or trouble.late or trouble.shuffled):
            yield at
            return
        rng = random.Random(f"{event['id']}/sent")  # noqa: S311  # as above
        if rng.random() < trouble.late:
            at += _LATE_FROM * (_LATE_TO / _LATE_FROM) ** rng.random()
        sent = at + trouble.shuffled * rng.random()
        yield sent
        if rng.random() < trouble.repeated:
            yield sent + _REPEATED_WITHIN * rng.uniform(0.001, 1)
