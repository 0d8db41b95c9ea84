"""The definition of an indicator: data that the stream and the audit evaluate alike."""

from __future__ import annotations

from typing import Literal

import msgspec

from streams.core.units import Text

EVENTS = "events"
"""The value of `over`, in a file, for an indicator on events of every kind."""

BIN = "bin"
"""The dimension of a histogram: the lowest value of each bin of streams.core.sketch."""

Kind = Literal["flow", "stock", "histogram"]
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
    until: tuple[str, ...] = ()
    value: str = ""
    where: str = "true"
    numerator: str = "true"
    denominator: str = ""
    by: tuple[str, ...] = ()
    target: float | None = None
    better: Literal["higher", "lower"] = "higher"

    @property
    def over_cases(self) -> bool:
        """Whether the rows are cases folded from their events: `over` is their name. Kinds of events have a dot."""
        return "." not in self.over[0]

    @property
    def is_histogram(self) -> bool:
        """Whether it counts rows by the bin of their value, for quantiles."""
        return self.kind == "histogram"

    @property
    def has_days_only(self) -> bool:
        """Whether it has no buckets of minutes and hours."""
        return self.kind != "flow"

    @property
    def condition(self) -> str:
        """Which rows count, as an expression: of a histogram only those that have a value."""
        return f"({self.where}) AND {self.value} IS NOT NULL" if self.is_histogram else self.where

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names of what is kept apart, in their order."""
        return (*self.by, BIN) if self.is_histogram else self.by
