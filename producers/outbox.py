"""What waits for the broker: the side of a journal that sending empties."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NamedTuple

from producers.journal_file import connect, failed


class Record(NamedTuple):
    """What waits to be sent."""

    topic: str
    key: str
    payload: bytes


class Stored(NamedTuple):
    """A record in the outbox; `seq` rises in the order of sending."""

    seq: int
    record: Record


class Outbox:
    """The side of a journal that sending empties; a connection of its own, for a thread of its own.

    Raises:
        JournalError: the file cannot be read or written.
    """

    _MOST_BYTES = 8 * 1024 * 1024

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = connect(path)
        self._database.execute("PRAGMA synchronous = NORMAL")  # what is not removed is sent again

    def waiting(self) -> tuple[int, int]:
        """How many records wait, and the bytes of their payloads."""
        [(records, size)] = self._database.execute(
            "SELECT count(*), ifnull(sum(length(payload)), 0) FROM outbox"
        )
        return records, size

    def oldest(self, limit: int) -> list[Stored]:
        """The first records that wait, as many as fit into some megabytes."""
        found: list[Stored] = []
        size = 0
        try:
            for seq, *record in self._database.execute(
                "SELECT seq, topic, key, payload FROM outbox ORDER BY seq LIMIT ?", (limit,)
            ):
                found.append(Stored(seq, Record(*record)))
                size += len(record[2])
                if size > self._MOST_BYTES:
                    break
        except sqlite3.Error as error:
            raise failed(self._path, error) from error
        return found

    def remove(self, upto: int) -> None:
        """What was acknowledged needs no longer be kept."""
        try:
            self._database.execute("DELETE FROM outbox WHERE seq <= ?", (upto,))
        except sqlite3.Error as error:
            raise failed(self._path, error) from error

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
