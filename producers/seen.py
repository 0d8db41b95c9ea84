"""Which keys a file has already shown, in memory that does not grow with the file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from types import TracebackType
from typing import Self


class Seen:
    """A set of keys that spills to a temporary file; each rule counts its own keys.

    SQLite's nameless database is private, deleted when closed, and leaves memory only when its cache is full.
    """

    _CACHE_KIB = 16_384

    def __init__(self) -> None:
        self._last: dict[int, str] = {}
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute(f"PRAGMA cache_size = -{self._CACHE_KIB}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(
            "CREATE TABLE seen (rule INT, key TEXT, PRIMARY KEY (rule, key)) WITHOUT ROWID"
        )

    def add(self, rule: int, key: str) -> bool:
        """Remember a key; whether it is new."""
        if self._last.get(rule) == key:  # in most registers the rows of a key are adjacent
            return False
        self._last[rule] = key
        with closing(
            self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (rule, key))
        ) as inserted:
            return inserted.rowcount == 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()
