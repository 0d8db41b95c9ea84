"""What the values of a topic are: a row, none, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import msgspec

from producers.expression import Row

_REGISTRY_MARK = b"\0"


class Found(NamedTuple):
    """A row, or `fault`: why there is none; neither: the record says nothing that a source asks for."""

    row: Row | None = None
    fault: str = ""


NOTHING = Found()

Understand: TypeAlias = Callable[[bytes | None, bytes | None], Found]
"""From the key and the value of a record; a value of None says that what the key names was deleted (a tombstone)."""


def json_object(key: bytes | None, value: bytes | None) -> Found:
    """A JSON object is a row; a tombstone is passed over."""
    del key
    if value is None:
        return NOTHING
    try:
        row: Any = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Found(fault=not_json(value, error))
    if not isinstance(row, dict):
        return Found(fault="not a JSON object")
    return Found(row)


def not_json(value: bytes, error: Exception) -> str:
    """The fault of a value that cannot be decoded, with what it probably is."""
    if value.startswith(_REGISTRY_MARK):
        return "not JSON but a schema registry's binary format: have the producer, or Connect, write JSON"
    return f"not JSON: {error}"
