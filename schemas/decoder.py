"""From the bytes of a record to a valid event, or to the precise reason why it is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_
from typing import cast

import msgspec

from schemas.blocks import Block, TypeBlocks
from schemas.diagnosis import diagnose
from schemas.event import Event
from schemas.patterns import FieldError
from schemas.refusal import Reason, Refusal
from schemas.registry import Registry
from schemas.structs import checking

__all__ = ["MAX_BYTES", "EventDecoder", "Reason", "Refusal"]

MAX_BYTES = 1024 * 1024
"""A larger event is refused unread."""

_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _NoEvent(Event):
    """In every union, so that `type` is asked for: of a lone struct msgspec does not ask for it. Never made."""

    def __post_init__(self) -> None:
        raise FieldError(field="type")


class EventDecoder:
    """Decodes and validates events of all types of a registry, each in one pass."""

    def __init__(self, registry: Registry) -> None:
        types = registry.types.values()
        self._types = registry.types
        self._decode = _decoder([checking(one.struct, one.fields.values()) for one in types])
        self._decode_unchecked = _decoder([one.struct for one in types])
        self._blocks = {one.struct: TypeBlocks(one) for one in types}

    def decode(self, value: bytes) -> Event:
        """The event. Whether its unit is known and its time not in the future is for the caller to judge.

        Raises:
            Refusal: the event breaks its contract.
        """
        if len(value) > MAX_BYTES:
            raise Refusal(reason="too_large", path="$", message=f"expected at most {MAX_BYTES} bytes")
        try:
            return self._decode(value)
        except _ERRORS as error:
            raise diagnose(value, error, self._types) from None

    def decode_all(self, values: Sequence[bytes]) -> tuple[list[Block], list[int]]:
        """What `decode` makes of each, as blocks of one type; and where the others stand, for `decode` to judge.

        Among the others are those that break their contract, and a few that are only unusual.
        """
        events = self._unchecked(values)
        places: dict[type, list[int]] = {struct: [] for struct in set(map(type, events))}
        add = {struct: of.append for struct, of in places.items()}
        for place, struct in enumerate(map(type, events)):
            add[struct](place)
        others = places.pop(type(None), [])
        blocks = []
        for struct, where in places.items():
            mine = cast("list[Event]", [events[place] for place in where])
            block, misfits = self._blocks[struct].block(where, mine)
            if block.events:
                blocks.append(block)
            others += misfits
        return blocks, sorted(others)

    def _unchecked(self, values: Sequence[bytes]) -> list[Event | None]:
        """What msgspec takes of them, None for each of the others."""
        events: list[Event | None] = []
        coming = map(self._decode_unchecked, values)
        while len(events) < len(values):
            try:
                events.extend(coming)  # in C; what came before one that is refused stays
            except _ERRORS:
                events.append(None)
        if max(map(len, values), default=0) > MAX_BYTES:
            for place, value in enumerate(values):
                if len(value) > MAX_BYTES:
                    events[place] = None
        return events


def _decoder(structs: list[type[Event]]) -> Callable[[bytes], Event]:
    decode: Callable[[bytes], Event] = msgspec.json.Decoder(reduce(or_, structs, _NoEvent)).decode
    return decode
