"""The SQLite file of a journal: its tables, and what is said when it cannot be used."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ioc.errors import UserError

_DDL = """
CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY, topic TEXT, key TEXT, payload BLOB);
CREATE TABLE IF NOT EXISTS positions (scope TEXT PRIMARY KEY, position BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (rule INT, key TEXT, PRIMARY KEY (rule, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
"""
_CACHE_KIB = 16_384
_BUSY_SECONDS = 60.0


class JournalError(UserError):
    """The file cannot be read or written; the message says what to do."""


def connect(path: Path | str) -> sqlite3.Connection:
    """A connection with the tables there; an empty path is a private database that is gone when closed.

    Raises:
        JournalError: the folder cannot be written, or the file is no journal.
    """
    try:
        if path:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=_BUSY_SECONDS)
        database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")  # a source may be told that its rows are taken
        database.executescript(_DDL)
    except (OSError, sqlite3.Error) as error:
        raise failed(path, error) from error
    return database


def failed(path: Path | str, error: Exception) -> JournalError:
    """The error as it is told."""
    return JournalError(
        f"{path}: the journal of the source cannot be used: {error}. Make room, or set IOC_DATA to a folder that can"
        " be written; a damaged file may be removed: its source is then read from the beginning, nothing counts twice"
    )
