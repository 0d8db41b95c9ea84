"""The block `file` of a source: how its files are written down, and where new ones come in."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Literal

import msgspec

from config.documents import Document, Location
from config.problems import Problem

_OF_FORMATS = {
    "encoding": ("csv", "ndjson"),
    "separator": ("csv",),
    "header": ("csv", "xlsx"),
    "sheet": ("xlsx",),
}


class File(msgspec.Struct, frozen=True):
    """How the register is written down, and for `ioc produce` the folder that is watched.

    `header` is the line that names the columns (csv, xlsx), `sheet` the worksheet (xlsx; empty: the first).
    `pattern` chooses the files of the folder; a file is read when it has not changed for `quiet_seconds`; `done` is the
    folder that read files are moved to, empty: they stay and are remembered.
    """

    format: Literal["csv", "ndjson", "xes", "xlsx"]
    encoding: str = "utf-8"
    separator: str = ","
    header: int = 1
    sheet: str = ""
    folder: str = ""
    pattern: str = "*"
    done: str = ""
    quiet_seconds: float = 10.0

    def problems(self, document: Document, where: Location) -> Iterator[Problem]:
        """What the JSON Schema cannot see."""
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            message = f"there is no encoding '{self.encoding}'"
            yield document.problem((*where, "encoding"), message, "Use for example utf-8, utf-16 or cp1258.")
        for key, formats in _OF_FORMATS.items():
            if key in document.value["file"] and self.format not in formats:
                message = f"'{key}' means nothing for the format {self.format}"
                yield document.problem((*where, key), message, "Remove it.")
        if self.done and not self.folder:
            message = "'done' without a 'folder' from which files are moved"
            yield document.problem((*where, "done"), message, "Name the folder, or remove it.")
