"""Rows of text under a line that names the columns."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from itertools import islice

from producers.files.declaration import File
from producers.files.line import Content, Line, RegisterError, check_header, composed

SEPARATORS = ";\t|,"
"""What usually stands between columns."""


def csv_rows(content: Content, file: File, columns: frozenset[str]) -> Iterator[Line]:
    """Every row; one with more or fewer fields than columns comes with its fault.

    Raises:
        RegisterError: no header, a missing column, a quotation mark that is never closed.
    """
    with content.text(text_encoding(file)) as text:
        yield from _rows(content, map(composed, text), file, columns)


def _rows(content: Content, text: Iterator[str], file: File, columns: frozenset[str]) -> Iterator[Line]:
    above = sum(1 for _ in islice(text, file.header - 1))
    reader = csv.reader(text, delimiter=file.separator, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if not header:
            message = f"there is nothing in line {file.header}: it must name the columns"
            raise RegisterError(content.path, above + 1, message)
        check_header(content.path, above + reader.line_num, header, columns, _hint(header, file))
        for fields in reader:
            number = above + reader.line_num
            if len(fields) == len(header):
                yield Line(number, content.position(), dict(zip(header, fields, strict=True)))
            elif fields:
                fault = f"{len(fields)} fields under {len(header)} columns"
                yield Line(number, content.position(), {}, fault)
    except csv.Error as error:
        hint = f"not CSV with the separator {file.separator!r}: {error}; look for a quotation mark that is never closed"
        raise RegisterError(content.path, above + reader.line_num, hint) from error


def text_encoding(file: File) -> str:
    """The declared encoding; UTF-8 with or without a byte order mark."""
    return "utf-8-sig" if codecs.lookup(file.encoding).name == "utf-8" else file.encoding


def _hint(header: list[str], file: File) -> str:
    if len(header) == 1:
        likely = max(SEPARATORS, key=header[0].count)
        if likely in header[0]:
            return f"Set file.separator to {likely!r}"
    return f"Mend the expressions, file.header (now {file.header}) or file.separator (now {file.separator!r})"
