"""Which keys have had their event."""

from __future__ import annotations

import sqlite3
import zlib
from types import TracebackType
from typing import Self

from producers.journal_file import connect


class Seen:
    """Which keys have had their event, in memory that does not grow with them; each rule has keys of its own."""

    def __init__(self, database: sqlite3.Connection | None = None) -> None:
        self._database = database or connect("")
        self._last: dict[str, str] = {}
        self._rules: dict[str, int] = {}

    def add(self, rule: str, key: str) -> bool:
        """Remember a key; whether it is new."""
        if self._last.get(rule) == key:  # in most registers the rows of a key are adjacent
            return False
        self._last[rule] = key
        number = self._rules.get(rule)
        if number is None:
            number = self._rules[rule] = zlib.crc32(rule.encode())
        added = self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (number, key))
        return added.rowcount == 1

    def unsure(self) -> None:
        """What was remembered last may have been taken back."""
        self._last.clear()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
