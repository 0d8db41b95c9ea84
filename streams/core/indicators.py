"""The definition of an indicator: data that the stream and the audit evaluate alike."""

from __future__ import annotations

from typing import Literal

import msgspec

from streams.core.units import Text

DOSSIERS = "dossiers"
"""The value of `over` for an indicator on dossiers folded from their events."""

EVENTS = "events"
"""The value of `over`, in a file, for an indicator on events of every kind."""

Kind = Literal["flow", "stock"]
Format = Literal["percent", "count", "vnd", "days"]


class Indicator(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """One indicator; docs/architecture.md explains each field."""

    id: str
    name: Text
    over: tuple[str, ...]
    source: str
    format: Format
    description: Text | None = None
    kind: Kind = "flow"
    at: str = "time"
    from_: str = ""
    until: str = ""
    where: str = "true"
    numerator: str = "true"
    denominator: str = ""
    by: tuple[str, ...] = ()
    target: float | None = None
    better: Literal["higher", "lower"] = "higher"

    @property
    def over_dossiers(self) -> bool:
        """Whether the rows are dossiers and not events."""
        return self.over == (DOSSIERS,)
