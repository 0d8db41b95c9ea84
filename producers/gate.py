"""The door, at the source: an event is checked before it is sent, so that who gave it learns what is wrong."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

import msgspec

from producers.event import Event, Refused
from schemas.decoder import EventDecoder
from schemas.refusal import Refusal
from streams.core.calendar import epoch_ms
from streams.core.validity import Validity


class Checked(NamedTuple):
    """An event as bytes that compute will take; its key is its unit's code, so a unit's events keep their order."""

    stream: str
    key: str
    payload: bytes


class Gate:
    """Checks events as compute does, as far as one can before they arrive: all but their age.

    Args:
        decoder: knows the schemas.
        units: the known units' codes.
        validity: when the units exist; without it they always do.
    """

    def __init__(
        self, decoder: EventDecoder, units: Container[str], validity: Validity | None = None
    ) -> None:
        self._decode = decoder.decode
        self._units = units
        self._validity = validity
        self._encode = msgspec.json.Encoder().encode

    def check(self, event: Event) -> Checked | Refused:
        """The event as it may be sent, or why it may not."""
        payload = self._encode(event)
        try:
            checked = self._decode(payload)
        except Refusal as refusal:
            return Refused(refusal.reason, refusal.path, refusal.message, event["type"])
        if checked.subject not in self._units:
            message = f"there is no unit '{checked.subject}': add it to config/units, or map it to one that is there"
            return Refused("unknown_unit", "$.subject", message, event["type"])
        if self._validity and (message := self._validity.problem(checked, epoch_ms(checked.time))):
            return Refused("unit_not_valid", "$.subject", message, event["type"])
        return Checked(checked.stream, checked.subject, payload)
