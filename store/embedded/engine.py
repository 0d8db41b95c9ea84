"""The ClickHouse engine of this process: chdb, opened on one folder, with as many connections as are wanted.

Connections work at the same time in different threads; one connection does one thing at a time. What is SET or
USEd on a connection, and its temporary tables, stay on it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.embedded.errors import QueryError


@dataclass(frozen=True, slots=True)
class Progress:
    """How much a query read, wrote and returned."""

    read_rows: int = 0
    read_bytes: int = 0
    written_rows: int = 0
    written_bytes: int = 0
    result_rows: int = 0
    result_bytes: int = 0
    elapsed_ns: int = 0

    def summary(self) -> str:
        """The X-ClickHouse-Summary header: JSON whose numbers are strings."""
        return json.dumps(
            {
                "read_rows": str(self.read_rows),
                "read_bytes": str(self.read_bytes),
                "written_rows": str(self.written_rows),
                "written_bytes": str(self.written_bytes),
                "total_rows_to_read": "0",
                "result_rows": str(self.result_rows),
                "result_bytes": str(self.result_bytes),
                "elapsed_ns": str(self.elapsed_ns),
            },
            separators=(",", ":"),
        )


@dataclass(frozen=True, slots=True)
class StatementClass:
    """What the engine's parser takes a text for; no statement at all if it does not parse."""

    reads_only: bool
    statements: int


# The broker, the workers and a person's programs live on the same machine.
_OPTIONS = {"max_server_memory_usage_to_ram_ratio": "0.5", "mark_cache_size": str(256 * 2**20)}


class Connection:
    """One connection to the engine; use it in one thread at a time and close it."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def set(self, settings: Mapping[str, str]) -> None:
        """SET all of them, in their order."""
        if settings:
            pairs = ", ".join(f"{name} = {quote(value)}" for name, value in settings.items())
            self.query(f"SET {pairs}".encode(), "Null")

    def set_default(self, name: str) -> None:
        """Give a setting its default back."""
        self.query(f"SET {name} = DEFAULT".encode(), "Null")

    def use(self, database: str) -> None:
        """Make it the current database."""
        escaped = database.replace("\\", "\\\\").replace("`", "\\`")
        self.query(f"USE `{escaped}`".encode(), "Null")

    def classify(self, sql: bytes) -> StatementClass:
        """What kind of statement it is, without running it."""
        try:
            found = self._handle.classify_query(sql.decode())
        except UnicodeDecodeError:
            return StatementClass(reads_only=False, statements=0)
        return StatementClass(found["query_class"].name == "READ_ONLY", found["statement_count"])

    def query(
        self, sql: bytes, output_format: str, parameters: Mapping[str, str] | None = None
    ) -> tuple[bytes, Progress]:
        """Run a statement to its end; the whole result in one piece.

        Raises:
            QueryError: the engine refuses it or fails.
        """
        try:
            result = self._handle.query(sql, output_format, params=dict(parameters or {}))
        except RuntimeError as error:
            raise QueryError.from_engine(str(error)) from None
        body: bytes = result.bytes() or b""
        return body, Progress(
            read_rows=result.storage_rows_read(),
            read_bytes=result.storage_bytes_read(),
            written_rows=result.rows_written(),
            written_bytes=result.bytes_written(),
            result_rows=result.rows_read(),
            result_bytes=result.bytes_read(),
            elapsed_ns=int(result.elapsed() * 1e9),
        )

    def stream(
        self, sql: bytes, output_format: str, parameters: Mapping[str, str] | None = None
    ) -> Generator[bytes]:
        """Run a query and hand out its result block by block; close the iterator to cancel it.

        Only for formats without a header or footer: each block is a document of its own.

        Raises:
            QueryError: the engine refuses it or fails, at once or in the middle.
        """
        try:
            stream = self._handle.send_query(sql, output_format, params=dict(parameters or {}))
        except RuntimeError as error:
            raise QueryError.from_engine(str(error)) from None
        ended = False
        try:
            while True:
                block = self._handle.streaming_fetch_result(stream)
                if block is None or block.rows_read() == 0:
                    ended = True
                    return
                yield block.bytes()
        except RuntimeError as error:
            ended = True
            raise QueryError.from_engine(str(error)) from None
        finally:
            if not ended:
                self._handle.streaming_cancel_query(stream)

    def insert(self, sql: bytes, data_format: str, chunks: Iterable[bytes]) -> Progress:
        """Insert rows that come as bytes; all of them or, when this raises, none up to a million rows.

        Args:
            sql: the INSERT without its VALUES or FORMAT clause.
            data_format: what the bytes are.
            chunks: the bytes, cut anywhere.

        Raises:
            QueryError: the engine refuses the statement or the rows.
        """
        try:
            inserter = self._handle.send_insert(sql, data_format)
            for chunk in chunks:
                self._handle.insert_append(inserter, chunk)
            result = self._handle.insert_done(inserter)
        except RuntimeError as error:
            raise QueryError.from_engine(str(error)) from None
        return Progress(
            read_rows=result.rows_written(),
            read_bytes=result.bytes_written(),
            written_rows=result.rows_written(),
            written_bytes=result.bytes_written(),
            elapsed_ns=int(result.elapsed() * 1e9),
        )

    def close(self) -> None:
        """Cancel what runs on it and forget its settings and temporary tables."""
        self._handle.close()


class Engine:
    """The engine, opened on a folder; a process can have only one.

    Raises:
        QueryError: the folder holds something that the engine cannot open.
    """

    def __init__(self, folder: Path) -> None:
        os.environ["TZ"] = "UTC"  # the engine's time zone; ClickHouse's images have the same
        from chdb import (
            _chdb as chdb,
        )  # importing it starts an engine for a moment, so not before it is wanted

        library: Any = chdb
        library.reset_signal_handlers()
        self._open = library.connect
        options = "&".join(f"{name}={value}" for name, value in _OPTIONS.items())
        self._address = f"{folder}?{options}"
        try:
            self._anchor = self.connect()  # keeps the engine running between requests
        except RuntimeError as error:
            raise QueryError.from_engine(str(error)) from None
        row, _ = self._anchor.query(b"SELECT version(), timezone()", "TabSeparated")
        self.version, self.timezone = row.decode().rstrip("\n").split("\t")

    def connect(self) -> Connection:
        """A new connection with default settings; costs a tenth of a millisecond."""
        return Connection(self._open(self._address))

    def kill(self, log_comment: str) -> None:
        """Ask the queries whose log_comment is this to end; they fail with QUERY_WAS_CANCELLED."""
        connection = self.connect()
        sql = f"KILL QUERY WHERE Settings['log_comment'] = {quote(log_comment)} ASYNC"
        connection.query(sql.encode(), "Null")
        connection.close()

    def kill_all(self) -> None:
        """Ask every query to end."""
        self._anchor.query(b"KILL QUERY WHERE 1 ASYNC", "Null")

    def close(self) -> None:
        """Stop the engine in good order; connections must be closed before."""
        self._anchor.close()


def quote(text: str) -> str:
    """An SQL string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
