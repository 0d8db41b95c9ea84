"""Rows of a worksheet, read one after the other: a million of them do not have to fit into memory.

What Excel keeps once for all cells (its table of texts) does; a workbook that would unpack into gigabytes is refused.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from producers.files.declaration import File
from producers.files.line import Content, Line, RegisterError, check_header, composed

assert openpyxl.DEFUSEDXML, "a workbook is XML: it is read with a parser that expands no entities"  # noqa: S101

_MOST_SHARED_BYTES = 512 * 1024 * 1024


def xlsx_rows(content: Content, file: File, columns: frozenset[str]) -> Iterator[Line]:
    """Every row that is not empty: numbers, dates and truth values as such, of formulas what was last shown.

    Raises:
        RegisterError: it is no workbook, has no such sheet, no header, or a column is missing.
    """
    path = content.path
    try:
        _check_size(content)
        book = openpyxl.load_workbook(content.bytes, read_only=True, data_only=True)
        try:
            yield from _rows(content, _sheet(content, book, file), file, columns)
        finally:
            book.close()
    except RegisterError:
        raise
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ParseError, ValueError) as error:
        hint = f"not a workbook that can be read ({error}): save it anew as .xlsx, without a password"
        raise RegisterError(path, 0, hint) from error


def _check_size(content: Content) -> None:
    with zipfile.ZipFile(content.bytes) as parts:
        shared = sum(part.file_size for part in parts.infolist() if "/worksheets/" not in part.filename)
    if shared > _MOST_SHARED_BYTES:
        message = f"its texts unpack into {shared:,} bytes: split it, or save it as CSV"
        raise RegisterError(content.path, 0, message)


def _sheet(content: Content, book: Any, file: File) -> Any:
    names = [sheet.title for sheet in book.worksheets]
    if file.sheet and file.sheet not in names:
        message = f"no sheet '{file.sheet}': there are {', '.join(names)}. Mend file.sheet in the source"
        raise RegisterError(content.path, 0, message)
    sheet = book[file.sheet] if file.sheet else book.worksheets[0]
    sheet.reset_dimensions()  # other programs than Excel write wrong ones
    return sheet


def _rows(content: Content, sheet: Any, file: File, columns: frozenset[str]) -> Iterator[Line]:
    rows = enumerate(sheet.iter_rows(values_only=True), start=1)
    header = next((_names(values) for number, values in rows if number == file.header), [])
    if not any(header):
        message = f"the sheet '{sheet.title}' has nothing in row {file.header}: it must name the columns"
        raise RegisterError(content.path, file.header, message)
    hint = f"Mend the expressions, file.header (now {file.header}) or file.sheet (now {sheet.title})"
    check_header(content.path, file.header, header, columns, hint)
    for number, values in rows:
        if any(value is not None for value in values):
            if any(value is not None for value in values[len(header) :]):
                fault = f"something stands to the right of the {len(header)} columns"
                yield Line(number, content.position(), {}, fault)
            else:
                padded = (*values, *[None] * (len(header) - len(values)))
                yield Line(number, content.position(), dict(zip(header, map(composed, padded), strict=False)))


def _names(values: tuple[Any, ...]) -> list[str]:
    names = ["" if value is None else composed(str(value)).strip() for value in values]
    while names and not names[-1]:
        names.pop()
    return names
