"""Events gone wrong, for those who want to see dead letters: one way of each kind that the monitor knows."""

from __future__ import annotations

import random
from collections.abc import Callable

import msgspec

from producers.event import Event

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
