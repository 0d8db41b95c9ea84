"""Events decoded together: those of one type are a block, and what msgspec does not check is checked by columns.

A check of a whole column costs an event a tenth of what a call for each event does (benchmarks/decode.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

from schemas.event import ID_PATTERN, Event, known_sources, known_subjects
from schemas.fields import YEARS
from schemas.patterns import MOSTLY_NEW, KnownCodes, matcher
from schemas.registry import EventType
from streams.core.calendar import epoch_ms_column
from streams.core.columns import Array

_FIRST, _LAST = YEARS


class Block(NamedTuple):
    """Valid events of one type.

    `places` are where they stand among the values that were decoded, `time_ms` when they happened (epoch ms).
    """

    event_type: EventType
    places: list[int]
    events: list[Event]
    time_ms: Array


_Misfits = Callable[[Sequence[Any]], Iterable[int]]
"""Of a column the rows that are not, or perhaps not, what they must be."""


class TypeBlocks:
    """Makes blocks of the events of one type."""

    def __init__(self, event_type: EventType) -> None:
        fields = event_type.fields.values()
        self.event_type = event_type
        self._codes = [
            (attrgetter(field.name), _misfits(field.name, field.pattern))
            for field in fields
            if field.form == "code"
        ]
        self._days = [attrgetter(field.name) for field in fields if field.form in ("instant", "date")]

    def block(self, places: list[int], events: list[Event]) -> tuple[Block, list[int]]:
        """A block of the valid ones, and where those stand that must be looked at one by one."""
        data = list(map(_data, events))
        misfits = set(self._misfits(events, data))
        if misfits:
            rows = [row for row in range(len(events)) if row not in misfits]
            others = [places[row] for row in misfits]
            places, events = [places[row] for row in rows], [events[row] for row in rows]
        else:
            others = []
        return Block(self.event_type, places, events, epoch_ms_column(list(map(_time, events)))), others

    def _misfits(self, events: Sequence[Event], data: Sequence[Any]) -> Iterator[int]:
        for get, misfits in _ENVELOPE:
            yield from misfits(list(map(get, events)))
        for get, misfits in self._codes:
            yield from misfits(list(map(get, data)))
        yield from _misdated(list(map(_time, events)))
        for get in self._days:
            yield from _misdated(list(map(get, data)))


def _misdated(column: Sequence[date | None]) -> Iterable[int]:
    """Instants or dates that are not of the years that are allowed."""
    return [row for row, day in enumerate(column) if day is not None and not _FIRST <= day.year <= _LAST]


def _misfits(field: str, pattern: str) -> _Misfits:
    return _new_codes(pattern) if field in MOSTLY_NEW else _known_codes(KnownCodes(field, pattern))


def _known_codes(known: KnownCodes) -> _Misfits:
    """For a field whose values come again and again: only those not seen before are matched."""

    def misfits(column: Sequence[str | None]) -> Iterable[int]:
        unknown = set(column) - known.keys()
        bad = {code for code in unknown if not known.passes(code)}
        return [row for row, code in enumerate(column) if code in bad] if bad else ()

    return misfits


def _new_codes(pattern: str) -> _Misfits:
    """For a field whose values are mostly new: all of a column are matched at once, a line for each.

    No pattern matches a line feed, so as many lines as values, each of which matches, are the values.
    """
    line = pattern.removeprefix("^").replace("$", "\n")
    all_lines = re.compile(f"(?:{line})*+").fullmatch
    matches = matcher(pattern)

    def misfits(column: Sequence[str | None]) -> Iterable[int]:
        codes = [code for code in column if code is not None]
        lines = "\n".join([*codes, ""])
        if lines.count("\n") == len(codes) and all_lines(lines):
            return ()
        return [row for row, code in enumerate(column) if code is not None and not matches(code)]

    return misfits


_data, _time = attrgetter("data"), attrgetter("time")
_ENVELOPE = [
    (attrgetter("id"), _new_codes(ID_PATTERN)),
    (attrgetter("source"), _known_codes(known_sources)),
    (attrgetter("subject"), _known_codes(known_subjects)),
]
