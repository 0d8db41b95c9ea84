"""What producers make: an event that is not yet checked, or the reason why there is none."""

from __future__ import annotations

from typing import Any, NamedTuple

Event = dict[str, Any]
"""A CloudEvent as it will be written: instants are RFC 3339 text or aware datetimes."""


class Refused(NamedTuple):
    """Why an event was not made or not sent; `path` leads to the field, e.g. `$.data.channel`."""

    reason: str
    path: str
    message: str
