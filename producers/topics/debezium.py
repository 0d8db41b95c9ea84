"""Debezium's change events: each tells of one row of a table, as it was before and as it is after."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from producers.topics.connect import Restore, restorer
from producers.topics.declaration import Change
from producers.topics.values import NOTHING, Found, not_json

CHANGE = "_change"
"""The column of a row that tells of the change: `op`, `before` (the row before, or null) and `time`."""

_OPS: Mapping[str, Change] = {"r": "read", "c": "create", "u": "update", "d": "delete"}
_OTHER = ("t", "m")  # TRUNCATE and logical messages: they are about no row

_FAULT = "not a change event of Debezium, it has no 'op': flattened ones (ExtractNewRecordState) are of the format json"


class _Wrapped(msgspec.Struct):
    schema: msgspec.Raw = msgspec.Raw(b"null")
    payload: msgspec.Raw = msgspec.Raw()


class Debezium:
    """Understands change events with and without Connect's schema around them.

    A row is the columns after the change, of a deleted row those before it, as far as the database tells them, else
    those of the key; and `_change`. Tombstones, which follow a deletion for the sake of compaction, are passed over.

    Args:
        changes: which changes become rows; others are passed over.
    """

    _MOST_SCHEMAS = 100

    def __init__(self, changes: Collection[Change]) -> None:
        self._changes = frozenset(changes)
        self._wrapped = msgspec.json.Decoder(_Wrapped)
        self._restorers: dict[bytes, Restore] = {}

    def __call__(self, key: bytes | None, value: bytes | None) -> Found:
        """What a record says."""
        if value is None:
            return NOTHING
        try:
            envelope = self._unwrapped(value)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return Found(fault=not_json(value, error))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            return Found(fault=f"the value does not fit the schema beside it: {error!r}")
        if not isinstance(envelope, dict) or "op" not in envelope:
            return Found(fault=_FAULT)
        op = envelope["op"]
        if op in _OTHER:
            return NOTHING
        if op not in _OPS:
            return Found(fault=f"{op!r} is no kind of change: Debezium's are {', '.join(_OPS)}")
        return self._row(_OPS[op], envelope, key) if _OPS[op] in self._changes else NOTHING

    def _row(self, change: Change, envelope: Mapping[str, Any], key: bytes | None) -> Found:
        before = envelope.get("before")
        row = (before or self._key(key)) if change == "delete" else envelope.get("after")
        if not isinstance(row, dict):
            return Found(fault=f"the change '{change}' comes without a row")
        return Found({**row, CHANGE: {"op": change, "before": before, "time": _time(envelope)}})

    def _key(self, key: bytes | None) -> Any:
        try:
            return self._unwrapped(key) if key else None
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _unwrapped(self, value: bytes) -> Any:
        wrapped = self._wrapped.decode(value)
        if not bytes(wrapped.payload):
            return msgspec.json.decode(value)
        payload = msgspec.json.decode(wrapped.payload)
        return payload if payload is None else self._restorer(bytes(wrapped.schema))(payload)

    def _restorer(self, schema: bytes) -> Restore:
        """Each record repeats its schema, many times longer than itself: each is looked at once."""
        restore = self._restorers.get(schema)
        if restore is None:
            if len(self._restorers) >= self._MOST_SCHEMAS:
                self._restorers.clear()
            restore = self._restorers[schema] = restorer(msgspec.json.decode(schema) or {})
        return restore


def _time(envelope: Mapping[str, Any]) -> datetime | None:
    """When the database committed it, as far as it is told, else when Debezium saw it."""
    source = envelope.get("source")
    milliseconds = (source.get("ts_ms") if isinstance(source, dict) else None) or envelope.get("ts_ms")
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if isinstance(milliseconds, int) else None
