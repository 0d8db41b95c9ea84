"""The block `file` of a source: how its files are written down, and where new ones come in."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Literal

import msgspec

from config.documents import Document, Location
from config.problems import Problem


class File(msgspec.Struct, frozen=True):
    """How the register is written down, and for `ioc produce` the folder that is watched.

    `pattern` chooses the files of the folder; a file is read when it has not changed for `quiet_seconds`; `done` is the
    folder that read files are moved to, empty: they stay and are remembered.
    """

    format: Literal["csv", "ndjson"]
    encoding: str = "utf-8"
    separator: str = ","
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
        if self.done and not self.folder:
            message = "'done' without a 'folder' from which files are moved"
            yield document.problem((*where, "done"), message, "Name the folder, or remove it.")
