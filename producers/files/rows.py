"""The rows of a register's file, one at a time and each with its line."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import msgspec

from ioc.errors import UserError
from producers.expression import Row
from producers.files.declaration import File


class RegisterError(UserError):
    """The file cannot be read as the source says; the message names file, line and what to do."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}")


class Line(NamedTuple):
    """A row, or why there is none here; `number` is the line on which it ends, counted from 1; `position` in bytes."""

    number: int
    position: int
    row: Row
    fault: str = ""


def lines(path: Path, file: File, columns: frozenset[str]) -> Iterator[Line]:
    """Every row of the file; a row of the wrong shape comes with its fault and does not end the reading.

    Raises:
        RegisterError: no such file, wrong encoding, no header, a column of `columns` is missing, a quotation mark is
            never closed.
    """
    encoding = "utf-8-sig" if codecs.lookup(file.encoding).name == "utf-8" else file.encoding
    read = {"csv": _csv, "ndjson": _ndjson}[file.format]
    try:
        with path.open(encoding=encoding, newline="") as text:
            yield from read(path, text, file, columns)
    except UnicodeError as error:
        line = _undecodable_line(path, encoding)
        hint = f"this is not {file.encoding} text: set file.encoding in the source, or save the file in {file.encoding}"
        raise RegisterError(path, line, hint) from error
    except OSError as error:
        raise RegisterError(path, 0, f"cannot be read: {error.strerror}") from error


class _Position:
    """Where the reading is, in bytes; asked of the system for a few rows only, because it costs more than a row."""

    _ROWS = 256

    def __init__(self, text: TextIO) -> None:
        self._raw = text.buffer
        self._rows = 0
        self._last = 0

    def __call__(self) -> int:
        if self._rows % self._ROWS == 0:
            self._last = self._raw.tell()
        self._rows += 1
        return self._last


def _csv(path: Path, text: TextIO, file: File, columns: frozenset[str]) -> Iterator[Line]:
    reader = csv.reader(text, delimiter=file.separator, strict=True)
    try:
        header = next(reader, None)
        if not header:
            raise RegisterError(path, 1, "the file is empty: the first line must name the columns")
        _check_header(path, header, file, columns)
        position = _Position(text)
        for fields in reader:
            if len(fields) == len(header):
                yield Line(reader.line_num, position(), dict(zip(header, fields, strict=True)))
            elif fields:
                fault = f"{len(fields)} fields under {len(header)} columns"
                yield Line(reader.line_num, position(), {}, fault)
    except csv.Error as error:
        hint = f"not CSV with the separator {file.separator!r}: {error}; look for a quotation mark that is never closed"
        raise RegisterError(path, reader.line_num, hint) from error


def _check_header(path: Path, header: list[str], file: File, columns: frozenset[str]) -> None:
    if twice := sorted({name for name in header if name and header.count(name) > 1} & columns):
        raise RegisterError(path, 1, f"two columns have the name {', '.join(twice)}: rename one")
    if missing := sorted(columns - set(header)):
        message = (
            f"no column {', '.join(missing)}: the file has {', '.join(header)}."
            f" Mend the expressions of the source, or its separator (now {file.separator!r})"
        )
        raise RegisterError(path, 1, message)


def _ndjson(path: Path, text: TextIO, file: File, columns: frozenset[str]) -> Iterator[Line]:
    position = _Position(text)
    for number, line in enumerate(text, start=1):
        if not line.strip():
            continue
        try:
            row: Any = msgspec.json.decode(line)
        except msgspec.DecodeError as error:
            yield Line(number, position(), {}, f"not JSON: {error}")
            continue
        if isinstance(row, dict):
            yield Line(number, position(), row)
        else:
            yield Line(number, position(), {}, "not a JSON object")


def _undecodable_line(path: Path, encoding: str) -> int:
    decode = codecs.getincrementaldecoder(encoding)().decode
    count = 1
    with path.open("rb") as raw:
        for chunk in raw:
            try:
                count += decode(chunk).count("\n")
            except UnicodeError:
                return count
    return count
