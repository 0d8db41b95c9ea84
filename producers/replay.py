"""Dead letters once more: a row is mapped by its source as it is now, an event is checked as it is now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from config.loader import Configuration
from producers.event import Refused
from producers.gate import Checked, Gate
from producers.letters import TOPIC_PREFIX
from producers.mapping import Mapping
from producers.seen import Seen
from schemas.decoder import EventDecoder


class Letter(NamedTuple):
    """What is needed of a dead letter: `topic` is where it was refused, `type` what it was or was to be."""

    id: str
    topic: str
    type: str
    payload: bytes


class Replayed(NamedTuple):
    """What a letter gives now: events to be sent, or why there are none; never some of each."""

    letter: Letter
    events: tuple[Checked, ...]
    refused: tuple[Refused, ...]


class Replay:
    """Looks at letters by the configuration as it is now."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._gate = Gate(EventDecoder(configuration.registry), configuration.units)

    def of(self, letter: Letter) -> Replayed:
        """The events that the letter gives now.

        A payload with a `specversion` is taken as an event, wherever it comes from: so a row's letter may be answered
        by an event that was written by hand.
        """
        try:
            payload = msgspec.json.decode(letter.payload)
        except msgspec.DecodeError as error:
            return Replayed(letter, (), (Refused("not_json", "$", f"{error}: {_BY_HAND}"),))
        if not isinstance(payload, dict):
            return Replayed(letter, (), (Refused("not_json", "$", f"expected an object: {_BY_HAND}"),))
        made = list(self._events(letter, payload))
        refused = tuple(one for one in made if isinstance(one, Refused))
        events = tuple(one for one in made if isinstance(one, Checked))
        if not made:
            nothing = Refused("no_event", "$", "the source makes no event of this row: 'when' does not hold")
            return Replayed(letter, (), (nothing,))
        return Replayed(letter, () if refused else events, refused)

    def _events(self, letter: Letter, payload: dict[str, Any]) -> Iterator[Checked | Refused]:
        name = letter.topic.removeprefix(TOPIC_PREFIX)
        if name == letter.topic or "specversion" in payload:
            yield self._gate.check(payload)
        elif name not in self._configuration.sources:
            message = f"there is no source '{name}' in config/sources any more: write the event by hand"
            yield Refused("unknown_source", "$", message)
        else:
            with Seen() as seen:
                mapping = Mapping(self._configuration.sources[name], self._configuration.registry, seen)
                for made in mapping.events(payload):
                    kind = made.type if isinstance(made, Refused) else made["type"]
                    if letter.type in ("", kind):  # its other events were sent when the row was read
                        yield made if isinstance(made, Refused) else self._gate.check(made)


_BY_HAND = "write it anew (ioc dead-letters show ID --payload > FILE) and replay it with --file FILE"
