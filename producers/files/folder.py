"""A folder that files are put into: each is read when it has come to rest, and read on when it has grown."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import xxhash

from producers.files.declaration import File
from producers.files.line import RegisterError
from producers.files.rows import lines, place
from producers.reading import Positions, Reading, SourceAwayError

_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".swp")
_HIDDEN = (".", "~$")


class FilePosition(msgspec.Struct, frozen=True):
    """How far one file was read.

    `digest` is of its first `size` bytes: they tell a file that has grown from another one of the same name.
    `unreadable` is how it was declared when it could not be read; empty if it could.
    """

    rows: int
    size: int
    modified_ns: int
    digest: str
    finished: bool = False
    unreadable: str = ""


class _Look(msgspec.Struct, frozen=True):
    size: int
    modified_ns: int


class FolderReader:
    """Reads the files of a folder in the order of their names.

    Names that begin with a dot or end as half-written files do (`.part`, `.tmp`) are passed over. A file that cannot
    be read is told of as one refused row and tried again when it, or its declaration, has changed.

    Args:
        file: how they are written down, and where.
        columns: what every file must have.
        clock: seconds that only rise.
    """

    pause_seconds = 2.0

    def __init__(
        self, file: File, columns: frozenset[str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._file = file
        self._columns = columns
        self._clock = clock
        self._folder = Path(file.folder)
        self._declared = xxhash.xxh3_64_hexdigest(msgspec.json.encode((file, sorted(columns))))
        self._since: dict[str, tuple[_Look, float]] = {}
        self.pause_seconds = min(self.pause_seconds, max(file.quiet_seconds, 0.1))

    def read(self, positions: Positions) -> Iterator[Reading]:
        """The rows of new files, and the new rows of files that have grown.

        Raises:
            SourceAwayError: there is no such folder now: it may be on another machine.
        """
        try:
            paths = sorted(path for path in self._folder.glob(self._file.pattern) if _is_whole(path))
        except OSError as error:
            raise self._away(error.strerror) from error
        if not paths and not self._folder.is_dir():
            raise self._away(None)
        for path in paths:
            yield from self._read(path, positions)
        self._since = {name: since for name, since in self._since.items() if (self._folder / name).exists()}

    def close(self) -> None:
        """Nothing is held between readings."""

    def _read(self, path: Path, positions: Positions) -> Iterator[Reading]:
        scope = str(path.relative_to(self._folder))
        known = _known(positions, scope)
        try:
            look = _look(path)
            if known and known.finished and look == _Look(known.size, known.modified_ns):
                if known.unreadable in ("", self._declared):
                    if self._file.done and not known.unreadable:
                        _move(path, self._folder / self._file.done)
                    return
            elif not self._at_rest(scope, look):
                return
            begun = self._begin(path, look, known)
        except FileNotFoundError:  # taken away meanwhile
            return
        except OSError as error:
            reason = f"{path.name} cannot be read, {error.strerror}"
            raise self._away(reason) from error
        yield from self._rows(path, scope, begun)

    def _at_rest(self, scope: str, look: _Look) -> bool:
        seen, since = self._since.setdefault(scope, (look, self._clock()))
        if seen != look:
            self._since[scope] = look, self._clock()
            return False
        return self._clock() - since >= self._file.quiet_seconds

    def _begin(self, path: Path, look: _Look, known: FilePosition | None) -> FilePosition:
        """Where to begin: after the known rows, if these are still the beginning of the file."""
        rows = 0
        replaced = known and known.finished and not known.unreadable and self._file.done
        if known and not replaced and known.size <= look.size and _digest(path, known.size) == known.digest:
            rows = known.rows
        return FilePosition(rows, look.size, look.modified_ns, _digest(path, look.size))

    def _rows(self, path: Path, scope: str, at: FilePosition) -> Iterator[Reading]:
        replace = msgspec.structs.replace
        rows = 0
        try:
            for line in lines(path, self._file, self._columns):
                rows += 1
                if rows > at.rows:
                    position = replace(at, rows=rows)
                    yield Reading(
                        None if line.fault else line.row,
                        position,
                        f"{scope} {place(self._file, line)}",
                        scope,
                        line.fault,
                    )
        except RegisterError as error:
            ended = replace(at, rows=max(rows, at.rows), finished=True, unreadable=self._declared)
            yield Reading(None, ended, scope, scope, str(error))
            return
        whole = rows if _ends_with_line_break(path, at.size) else max(rows - 1, 0)
        yield Reading(None, replace(at, rows=whole, finished=True), scope, scope)

    def _away(self, reason: str | None) -> SourceAwayError:
        reason = reason or "there is no such folder"
        return SourceAwayError(f"{self._folder}: {reason}: make it, or mend file.folder in the source")


def _is_whole(path: Path) -> bool:
    return (
        path.is_file() and not path.name.startswith(_HIDDEN) and not path.name.lower().endswith(_UNFINISHED)
    )


def _known(positions: Positions, scope: str) -> FilePosition | None:
    known = positions.position(scope)
    return None if known is None else msgspec.convert(known, FilePosition)


def _look(path: Path) -> _Look:
    found = path.stat()
    return _Look(found.st_size, found.st_mtime_ns)


def _digest(path: Path, size: int) -> str:
    digest = xxhash.xxh3_128()
    with path.open("rb") as content:
        while size > 0 and (chunk := content.read(min(size, 1 << 20))):
            digest.update(chunk)
            size -= len(chunk)
    return digest.hexdigest()


def _ends_with_line_break(path: Path, size: int) -> bool:
    """A last line without its end may be continued: it is read again when the file has grown."""
    with path.open("rb") as content:
        content.seek(max(size - 4, 0))
        return content.read(4).rstrip(b"\0").endswith(b"\n")  # in UTF-16 a zero may come after it


def _move(path: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    target, number = folder / path.name, 1
    while target.exists():
        target = folder / f"{path.stem}.{number}{path.suffix}"
        number += 1
    path.replace(target)
