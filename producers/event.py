"""What producers make: an event that is not yet checked, or the reason why there is none."""

from __future__ import annotations

from typing import Any, NamedTuple

Event = dict[str, Any]
"""A CloudEvent as it will be written: instants are RFC 3339 text or aware datetimes."""


class Refused(NamedTuple):
    """Why an event was not made or not sent; `path` leads to the field, e.g. `$.data.channel`.

    `type` is the CloudEvents type of the event that it was to be, as far as there was one.
    """

    reason: str
    path: str
    message: str
    type: str = ""
