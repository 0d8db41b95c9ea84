"""What every kind of source gives: rows, each with where the reading goes on after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol, TypeAlias

from ioc.errors import UserError
from producers.expression import Row

Position: TypeAlias = Any
"""Where to go on: whatever JSON can hold; only the kind that made it understands it."""


class SourceAwayError(UserError):
    """The source cannot be read at this moment: it is tried again, more and more rarely.

    `after_seconds` is how long it has asked to be left alone.
    """

    def __init__(self, message: str, after_seconds: float = 0.0) -> None:
        super().__init__(message)
        self.after_seconds = after_seconds


class Reading(NamedTuple):
    """A row, or `fault`: why there is none; or neither, when only the position has moved.

    `place` is where the row is, for people (`line 12`). `position` is what `read` is given to go on after this row. A
    kind that reads several things side by side (files, partitions) gives each a `scope`, with a position of its own.
    """

    row: Row | None
    position: Position
    place: str = ""
    scope: str = ""
    fault: str = ""


class Positions(Protocol):
    """Where the reading of each scope has come to: what is said here is durable, with all events up to there."""

    def position(self, scope: str = "") -> Position | None:
        """The position of the last row that was taken; None where nothing was."""


class Reader(Protocol):
    """A place whose rows are read again and again. `pause_seconds` is how long to wait when there was nothing new."""

    pause_seconds: float

    def read(self, positions: Positions) -> Iterator[Reading]:
        """The rows after the positions, the same ones in the same order whoever asks, until there are no more for now.

        Between two readings no more than some seconds may pass: only then can the source be stopped.

        Raises:
            SourceAwayError: try again later, from the positions.
            UserError: only a person can mend it.
        """

    def close(self) -> None:
        """Let go of connections and files."""
