"""The definition of a recipient: an office that is told of alerts, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from streams.core.units import Text


class Recipient(msgspec.Struct, frozen=True):
    """An office, never a person.

    `channels` are Apprise URLs in which `${NAME}` stands for an environment variable: addresses and secrets are no
    configuration. `match` names for each label the values that the office is concerned with.
    """

    id: str
    name: Text
    channels: tuple[str, ...]
    language: Literal["vi", "en"] = "vi"
    match: Mapping[str, tuple[str, ...]] = {}

    def concerned(self, labels: Mapping[str, str]) -> bool:
        """Whether an alert with these labels goes to the office: each label of `match` has one of its values."""
        return all(labels.get(name) in values for name, values in self.match.items())
