"""Why an event is refused."""

from __future__ import annotations

from typing import Literal

Reason = Literal["not_json", "too_large", "bad_envelope", "unknown_type", "bad_data", "personal_data"]


class Refusal(Exception):
    """An event that breaks its contract.

    `path` is where (`$.data.due_at`; `$` is the whole), `message` what was expected there, without the event's values.
    `type`, `source` and `event_id` are empty if the event has none that can be shown; `schema_version` is empty if the
    type is unknown.
    """

    __slots__ = ("event_id", "message", "path", "reason", "schema_version", "source", "type")

    def __init__(
        self,
        reason: Reason,
        path: str,
        message: str,
        *,
        type: str = "",
        source: str = "",
        event_id: str = "",
        schema_version: str = "",
    ) -> None:
        super().__init__(reason, path, message)
        self.reason = reason
        self.path = path
        self.message = message
        self.type = type
        self.source = source
        self.event_id = event_id
        self.schema_version = schema_version

    def __str__(self) -> str:
        return f"{self.reason} at {self.path}: {self.message}"
