"""The memory of a source on disk: events on their way, and how far the reading is, always in step.

One SQLite file. What a batch of rows becomes, the keys that it has used up, the counts and the position after it are
written in one transaction: killed at any point, a source goes on as if it had been killed at the end of a batch.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from producers.journal_file import connect, failed
from producers.outbox import Record
from producers.reading import Position
from producers.seen import Seen
from producers.summary import Tally


class Journal:
    """The side of the journal that reading writes; `Outbox` is the side that sending empties.

    Raises:
        JournalError: the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database = connect(path)
        self._lock = threading.RLock()
        self.seen = Seen(self._database)
        with self._guarded():
            [(last,)] = self._database.execute("SELECT ifnull(max(seq), 0) FROM outbox")
        self._last: int = last

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written inside is written as a whole, or, if it raises, not at all."""
        with self._lock, self._guarded():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                self.seen.unsure()
                raise
            self._database.execute("COMMIT")

    def put(self, records: Sequence[Record]) -> int:
        """Records to be sent after all earlier ones; returns the `seq` of the last."""
        first = self._last + 1
        self._database.executemany(
            "INSERT INTO outbox VALUES (?, ?, ?, ?)",
            ((seq, *record) for seq, record in enumerate(records, first)),
        )
        self._last += len(records)
        return self._last

    def position(self, scope: str = "") -> Position | None:
        """Where the reading of a scope goes on."""
        with self._lock, self._guarded():
            row = self._database.execute(
                "SELECT position FROM positions WHERE scope = ?", (scope,)
            ).fetchone()
        return msgspec.json.decode(row[0]) if row else None

    def move(self, scope: str, position: Position) -> None:
        """The reading of a scope goes on from here."""
        encoded = msgspec.json.encode(position)
        self._database.execute("INSERT OR REPLACE INTO positions VALUES (?, ?)", (scope, encoded))

    def keep(self, name: str, value: object) -> None:
        """Remember a value under a name."""
        self._database.execute(
            "INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, msgspec.json.encode(value))
        )

    def kept(self, name: str) -> bytes | None:
        """The JSON of what was remembered under a name."""
        with self._lock, self._guarded():
            row = self._database.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    @property
    def tally(self) -> Tally:
        """The counts up to the position."""
        value = self.kept("tally")
        return msgspec.json.decode(value, type=Tally) if value else Tally()

    def begin_anew(self) -> None:
        """Positions, keys and counts go; what waits to be sent stays."""
        with self.transaction():
            self._database.execute("DELETE FROM positions")
            self._database.execute("DELETE FROM seen")
            self._database.execute("DELETE FROM kept WHERE name IN ('tally', 'finished')")
            self.seen.unsure()

    def finish(self) -> None:
        """There will be no more rows: give back the space that keys have taken."""
        with self.transaction():
            self._database.execute("DELETE FROM seen")
            self.keep("finished", True)
        with self._lock, self._guarded():
            self._database.execute("VACUUM")

    def remove(self) -> None:
        """As if it had never been."""
        self.close()
        for ending in ("", "-wal", "-shm"):
            self.path.with_name(f"{self.path.name}{ending}").unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, msgspec.DecodeError) as error:
            raise failed(self.path, error) from error
