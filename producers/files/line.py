"""What every format of a file gives, and what is said of a file that cannot be read."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeAlias

from ioc.errors import UserError
from producers.expression import Row
from producers.files.declaration import File


class RegisterError(UserError):
    """The file cannot be read as the source says; the message names file, line and what to do."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}")


class Line(NamedTuple):
    """A row, or why there is none here.

    `number` is the line on which it ends, in a workbook its row, in an event log its event, counted from 1; `position`
    is in bytes.
    """

    number: int
    position: int
    row: Row
    fault: str = ""


class Content(NamedTuple):
    """An open file: its unpacked bytes, and how far the packed ones are read."""

    path: Path
    bytes: IO[bytes]
    position: Callable[[], int]

    def text(self, encoding: str) -> io.TextIOWrapper:
        """The bytes as text with its own line breaks."""
        return io.TextIOWrapper(self.bytes, encoding=encoding, newline="")


Read: TypeAlias = Callable[[Content, File, frozenset[str]], Iterator[Line]]
"""How a format is read: content, declaration, and the columns that must be there."""


class Position:
    """Where the reading is, in bytes; asked of the system for a few rows only, because it costs more than a row."""

    _ROWS = 256

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._rows = 0
        self._last = 0

    def __call__(self) -> int:
        """The bytes that were read when it was last asked."""
        if self._rows % self._ROWS == 0:
            self._last = self._raw.tell()
        self._rows += 1
        return self._last


def composed(value: Any) -> Any:
    """A text with its marks as part of the letters: some encodings and systems write `ề` as three characters."""
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def check_header(path: Path, number: int, header: list[str], columns: frozenset[str], hint: str) -> None:
    """Whether the columns that expressions name are there.

    Raises:
        RegisterError: one is missing, or there are two of it.
    """
    if twice := sorted({name for name in header if name and header.count(name) > 1} & columns):
        raise RegisterError(path, number, f"two columns have the name {', '.join(twice)}: rename one")
    if missing := sorted(columns - set(header)):
        message = f"no column {', '.join(missing)}: the file has {', '.join(header)}. {hint}"
        raise RegisterError(path, number, message)
