"""What a source would make of rows, without sending anything: for `ioc source try` and `ioc source test`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from producers.event import Event, Refused
from producers.expression import Row
from producers.files.declaration import File
from producers.files.line import Line, RegisterError
from producers.files.rows import lines, place
from producers.gate import Gate
from producers.kinds import reader_of
from producers.mapping import Mapping
from producers.reading import Position, Reading
from producers.seen import Seen
from producers.source import Source
from schemas.registry import Registry


class Tried(msgspec.Struct, frozen=True):
    """A row, of which only the columns that the source asks for, and what becomes of it."""

    place: str
    row: Row
    events: tuple[Event, ...]
    refused: tuple[Refused, ...]

    def as_json(self) -> bytes:
        """One line of JSON."""
        refused = [one._asdict() for one in self.refused]
        return msgspec.json.encode(
            {"place": self.place, "row": self.row, "events": self.events, "refused": refused}
        )


class _Nowhere:
    def position(self, scope: str = "") -> Position | None:
        return None


def try_source(
    source: Source, registry: Registry, gate: Gate, path: Path | None = None, limit: int | None = None
) -> Iterator[Tried]:
    """What becomes of the first rows of a file, or without one of the source's own place.

    Args:
        source: what rows mean. One that reads no files takes a file of its rows, a JSON object a line.
        registry: the event types that it names.
        gate: checks the events.
        path: the file.
        limit: how many rows; None: all.

    Raises:
        UserError: the file or the place cannot be read.
    """
    with Seen() as seen:
        mapping = Mapping(source, registry, seen)
        file = source.file or File("ndjson")
        readings = _of_file(path, file, mapping.columns) if path else _of_place(source, mapping.columns)
        for reading in islice(readings, limit):
            made = [*mapping.events(reading.row)] if reading.row is not None else []
            checked = [(one, one if isinstance(one, Refused) else gate.check(one)) for one in made]
            faults = [Refused("bad_row", "$", reading.fault)] if reading.fault else []
            yield Tried(
                reading.place,
                {name: value for name, value in (reading.row or {}).items() if name in mapping.columns},
                tuple(
                    event
                    for event, found in checked
                    if not isinstance(found, Refused) and isinstance(event, dict)
                ),
                (*faults, *(found for _, found in checked if isinstance(found, Refused))),
            )


def _of_file(path: Path, file: File, columns: frozenset[str]) -> Iterator[Reading]:
    if not path.is_file():
        raise RegisterError(path, 0, "there is no such file")
    for number, line in enumerate(lines(path, file, columns), start=1):
        yield _reading(number, line, file)


def _reading(number: int, line: Line, file: File) -> Reading:
    return Reading(None if line.fault else line.row, number, place(file, line), "", line.fault)


def _of_place(source: Source, columns: frozenset[str]) -> Iterator[Reading]:
    if source.file is not None:  # nothing is taken for good, so half-written files may be looked at
        source = msgspec.structs.replace(source, file=msgspec.structs.replace(source.file, quiet_seconds=0))
    reader = reader_of(source, columns)
    try:
        yield from (one for one in reader.read(_Nowhere()) if one.row is not None or one.fault)
    finally:
        reader.close()
