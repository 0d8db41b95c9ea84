"""Published scores of an index, from a CSV file that somebody made by hand or a portal's page."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

from config.problems import did_you_mean
from ioc.errors import UserError
from streams.core.deviations import GROUP, ROW, TOTAL, Kind, Name, Published, Sheet
from streams.core.index import HUNDRED, Counts, Index

COLUMNS = ("unit", "period", "kind", "indicator", "numerator", "denominator", "score")
"""Columns that a file must have, in any order; `as_of` tells scores of one period apart, and others are left alone."""

_KINDS: Mapping[str, Kind] = {kind: kind for kind in (ROW, GROUP, TOTAL)}
_SCORE = re.compile(r"([0-9]{1,5})(?:\.([0-9]{1,2}))?")
_COUNT = re.compile(r"[0-9]{1,15}")


class PublishedScoresError(UserError):
    """The file cannot be read as published scores; says where and what to do."""

    exit_status = 2


def read(path: Path, index: Index) -> list[Published]:
    """The scores in a file.

    Raises:
        PublishedScoresError: there is no such file, or it is not as it must be.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_Reading(str(path), index).scores(file))
    except UnicodeDecodeError as error:
        msg = f"{path}: this is not UTF-8 text. Save it as CSV UTF-8"
        raise PublishedScoresError(msg) from error
    except OSError as error:
        msg = f"{path}: {(error.strerror or 'cannot be read').lower()}. Name a CSV file of published scores"
        raise PublishedScoresError(msg) from error


class _Reading:
    """Goes through a file, and knows where it is."""

    def __init__(self, file: str, index: Index) -> None:
        self._file = file
        self._known: Mapping[Kind, list[str]] = {
            ROW: list(index.rows),
            GROUP: [group.id for group in index.groups],
            TOTAL: [TOTAL],
        }
        self._line = 1

    def scores(self, file: Iterator[str]) -> Iterator[Published]:
        """Every line after the header is one score."""
        table = csv.DictReader(file, strict=True)
        first: dict[tuple[Sheet, Name], int] = {}
        try:
            self._check_header(table.fieldnames or [])
            for cells in table:
                self._line = table.line_num
                if None in cells:  # where csv puts what no column is named for
                    hint = "Write a decimal point, and put a text with a comma in quotes."
                    self._refuse("", "there are more cells than columns", hint)
                one = self._score({name: (cells.get(name) or "").strip() for name in (*COLUMNS, "as_of")})
                if (before := first.setdefault((one.sheet, one.name), one.line)) != one.line:
                    self._refuse(
                        "indicator", f"{one.name[1]} stands here again, first in line {before}", "Remove one."
                    )
                yield one
        except csv.Error as error:
            self._line = table.reader.line_num
            self._refuse("", f"not CSV: {error}", "A text with a comma or a quotation mark goes in quotes.")
        if not first:
            self._refuse("", "there are no scores", "Each line after the header is one.")

    def _check_header(self, header: object) -> None:
        names = [str(name).strip() for name in header] if isinstance(header, list) else []
        missing = [name for name in COLUMNS if name not in names]
        if len(missing) == len(COLUMNS) and any(";" in name or "\t" in name for name in names):
            self._refuse("", "the columns are not separated by commas", "Save the file with commas.")
        if missing:
            columns = ", ".join(COLUMNS)
            self._refuse(
                missing[0], "there is no such column", f"The first line names the columns: {columns}."
            )

    def _score(self, cells: Mapping[str, str]) -> Published:
        for column in ("unit", "period", "kind", "indicator", "score"):
            if not cells[column]:
                self._refuse(column, "it is empty", "Fill it.")
        kind = _KINDS.get(cells["kind"])
        if kind is None:
            self._refuse("kind", f"'{cells['kind']}' is none", did_you_mean(cells["kind"], _KINDS))
        what = cells["indicator"]
        if what not in self._known[kind]:
            self._refuse(
                "indicator", f"the index has no {kind} '{what}'", did_you_mean(what, self._known[kind])
            )
        sheet = Sheet(cells["unit"], cells["period"], cells["as_of"])
        return Published(sheet, (kind, what), self._hundredths(cells), self._counts(cells), self._line)

    def _hundredths(self, cells: Mapping[str, str]) -> int:
        match = _SCORE.fullmatch(cells["score"])
        if match is None:
            hint = "Write points with a decimal point and at most two decimals, such as 17.69."
            self._refuse("score", f"'{cells['score']}' is no score", hint)
        return int(match[1]) * HUNDRED + int((match[2] or "").ljust(2, "0"))

    def _counts(self, cells: Mapping[str, str]) -> Counts | None:
        """The cases, which may be missing as long as both are."""
        written = {column: cells[column] for column in ("numerator", "denominator")}
        if not any(written.values()):
            return None
        for column, text in written.items():
            if not _COUNT.fullmatch(text):
                hint = "Write a whole number without separators, or leave numerator and denominator empty."
                self._refuse(column, f"'{text}' is no number of cases", hint)
        return Counts(int(written["numerator"]), int(written["denominator"]))

    def _refuse(self, column: str, message: str, hint: str) -> NoReturn:
        place = f", column {column}" if column else ""
        msg = f"{self._file}:{self._line}{place}: {message}. {hint}".rstrip(" .")
        raise PublishedScoresError(msg)
