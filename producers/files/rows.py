"""The rows of a register's file, one at a time and each with its line, whatever the format."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from producers.files.csv_rows import csv_rows, text_encoding
from producers.files.declaration import File
from producers.files.line import Content, Line, Position, Read, RegisterError
from producers.files.ndjson_rows import ndjson_rows
from producers.files.xes_rows import xes_rows
from producers.files.xlsx_rows import xlsx_rows

_FORMATS: Mapping[str, Read] = {"csv": csv_rows, "ndjson": ndjson_rows, "xes": xes_rows, "xlsx": xlsx_rows}
_PLACES = {"xlsx": "row", "xes": "event"}


def lines(path: Path, file: File, columns: frozenset[str]) -> Iterator[Line]:
    """Every row of the file, unpacked if its name ends in .gz; one of the wrong shape comes with its fault.

    Raises:
        RegisterError: no such file, wrong encoding, no header, a column of `columns` is missing, or whatever else
            makes the format unreadable.
    """
    try:
        with _opened(path) as content:
            yield from _FORMATS[file.format](content, file, columns)
    except UnicodeError as error:
        line = _undecodable_line(path, text_encoding(file))
        hint = f"this is not {file.encoding} text: set file.encoding in the source{_likely(path)}"
        raise RegisterError(path, line, hint) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        hint = f"not a whole gzip file ({error}): fetch it again"
        raise RegisterError(path, 0, hint) from error
    except OSError as error:
        raise RegisterError(path, 0, f"cannot be read: {error.strerror}") from error


def place(file: File, line: Line) -> str:
    """Where a row is, for people: `line 12`."""
    return f"{_PLACES.get(file.format, 'line')} {line.number}"


@contextmanager
def _opened(path: Path) -> Iterator[Content]:
    with path.open("rb") as raw:
        if path.suffix.lower() == ".gz":
            with gzip.open(raw) as unpacked:
                yield Content(path, cast("IO[bytes]", unpacked), Position(raw))
        else:
            yield Content(path, raw, Position(raw))


def _undecodable_line(path: Path, encoding: str) -> int:
    decode = codecs.getincrementaldecoder(encoding)().decode
    count = 1
    with _opened(path) as content:
        for chunk in content.bytes:
            try:
                count += decode(chunk).count("\n")
            except UnicodeError:
                return count
    return count


def _likely(path: Path) -> str:
    with _opened(path) as content:
        mark = content.bytes.read(2)
    if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return " to utf-16, whose mark it begins with"
    return " (Vietnamese files that are not utf-8 are often windows-1258 or utf-16), or save the file anew"
