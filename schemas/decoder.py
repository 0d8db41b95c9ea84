"""From the bytes of a record to a valid event, or to the precise reason why it is refused."""

from __future__ import annotations

from functools import reduce
from operator import or_

import msgspec

from schemas.diagnosis import diagnose
from schemas.event import Event
from schemas.patterns import FieldError
from schemas.refusal import Reason, Refusal
from schemas.registry import Registry

__all__ = ["MAX_BYTES", "EventDecoder", "Reason", "Refusal"]

MAX_BYTES = 1024 * 1024
"""A larger event is refused unread."""


class _NoEvent(Event):
    """In every union, so that `type` is asked for: of a lone struct msgspec does not ask for it. Never made."""

    def __post_init__(self) -> None:
        raise FieldError(field="type")


class EventDecoder:
    """Decodes and validates events of all types of a registry, each in one pass."""

    def __init__(self, registry: Registry) -> None:
        self._types = registry.types
        structs: list[type[Event]] = [event_type.struct for event_type in registry.types.values()]
        self._decode = msgspec.json.Decoder(reduce(or_, structs, _NoEvent)).decode

    def decode(self, value: bytes) -> Event:
        """The event. Whether its unit is known and its time not in the future is for the caller to judge.

        Raises:
            Refusal: the event breaks its contract.
        """
        if len(value) > MAX_BYTES:
            raise Refusal(reason="too_large", path="$", message=f"expected at most {MAX_BYTES} bytes")
        try:
            return self._decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise diagnose(value, error, self._types) from None
