"""What a source would make of rows, without sending anything: for `ioc source try` and `ioc source test`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import msgspec

from config.loader import load
from ioc.settings import Settings
from producers.event import Event, Refused
from producers.expression import Row, cut
from producers.files.declaration import File
from producers.files.line import Line, RegisterError
from producers.files.rows import lines, place
from producers.gate import Gate
from producers.kinds import reader_of
from producers.mapping import Mapping
from producers.reading import Position, Reading
from producers.runner import find_source
from producers.seen import Seen
from producers.source import Source
from schemas.decoder import EventDecoder
from schemas.registry import load_registry


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


class Trial:
    """Tries rows on one source; keys that had their event are remembered from row to row.

    Args:
        settings: where the configuration is.
        name: of the source.

    Raises:
        ConfigurationError: the configuration holds mistakes.
        NoSuchSourceError: it declares no such source.
    """

    def __init__(self, settings: Settings, name: str) -> None:
        self._registry = load_registry(*settings.schema_folders)
        configuration = load(settings.config, self._registry)
        self._bootstrap = settings.kafka
        self._gate = Gate(EventDecoder(self._registry), configuration.units)
        self.source = find_source(configuration, name)

    def of_file(self, path: Path, limit: int | None = None) -> list[Tried]:
        """What becomes of a file's first rows; a source that reads no files takes its rows as JSON, an object a line.

        Raises:
            RegisterError: the file cannot be read.
        """
        file = self.source.file or File("ndjson")
        return self._of(lambda columns: _of_file(path, file, columns), limit)

    def of_rows(self, path: Path) -> list[Tried]:
        """What becomes of rows that a file holds as JSON, an object a line.

        Raises:
            RegisterError: the file cannot be read.
        """
        return self._of(lambda columns: _of_file(path, File("ndjson"), columns), None)

    def of_place(self, limit: int | None) -> list[Tried]:
        """What becomes of the first rows of the source's own place.

        Raises:
            UserError: the place cannot be read.
        """
        return self._of(lambda columns: _of_place(self.source, columns, self._bootstrap), limit)

    def _of(self, read: Callable[[frozenset[str]], Iterator[Reading]], limit: int | None) -> list[Tried]:
        with Seen() as seen:
            mapping = Mapping(self.source, self._registry, seen)
            readings = read(mapping.columns)
            return [_tried(reading, mapping, self._gate) for reading in islice(readings, limit)]


def _tried(reading: Reading, mapping: Mapping, gate: Gate) -> Tried:
    events: list[Event] = []
    refused = [Refused("bad_row", "$", reading.fault)] if reading.fault else []
    for made in mapping.events(reading.row) if reading.row is not None else ():
        found = made if isinstance(made, Refused) else gate.check(made)
        if isinstance(found, Refused):
            refused.append(found)
        elif isinstance(made, dict):
            events.append(made)
    row = cut(reading.row or {}, mapping.names)
    return Tried(reading.place, row, tuple(events), tuple(refused))


def _of_file(path: Path, file: File, columns: frozenset[str]) -> Iterator[Reading]:
    if not path.is_file():
        raise RegisterError(path, 0, "there is no such file")
    for number, line in enumerate(lines(path, file, columns), start=1):
        yield _reading(number, line, file)


def _reading(number: int, line: Line, file: File) -> Reading:
    return Reading(None if line.fault else line.row, number, place(file, line), "", line.fault)


def _of_place(source: Source, columns: frozenset[str], bootstrap: str) -> Iterator[Reading]:
    if source.file is not None:  # nothing is taken for good, so half-written files may be looked at
        source = msgspec.structs.replace(source, file=msgspec.structs.replace(source.file, quiet_seconds=0))
    reader = reader_of(source, columns, bootstrap)
    try:
        yield from (one for one in reader.read(_Nowhere()) if one.row is not None or one.fault)
    finally:
        reader.close()
