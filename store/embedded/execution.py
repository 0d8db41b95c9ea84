"""Runs one request on the engine; blocking, so it is called in a thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from store.embedded.engine import Connection, Progress
from store.embedded.errors import ErrorCode, QueryError
from store.embedded.guard import Guard
from store.embedded.request import ExternalTable, Request
from store.embedded.sessions import Lease, Sessions
from store.embedded.statement import Statement
from store.embedded.users import User

_CHUNK_BYTES = 2**20
_LONGEST_STATEMENT_BYTES = 16 * 2**20
# Formats whose blocks can be sent one after the other: no header, no footer.
_STREAMED = frozenset(
    {
        *("Native", "TabSeparated", "TSV", "TabSeparatedRaw", "TSVRaw", "CSV", "RowBinary"),
        *("JSONEachRow", "JSONLines", "NDJSON", "JSONCompactEachRow", "TSKV", "LineAsString"),
    }
)


class Rest:
    """The blocks of a result that are still to come; `close()` ends the query and gives its connection back."""

    def __init__(self, tag: str, blocks: Generator[bytes], stack: contextlib.ExitStack) -> None:
        """`tag` finds the query in the engine."""
        self.tag = tag
        self._blocks = blocks
        self._stack = stack
        self._lock = threading.Lock()

    def next(self) -> bytes:
        """The next block; empty after the last one.

        Raises:
            QueryError: the query fails in the middle.
        """
        with self._lock:
            return next(self._blocks, b"")

    def close(self) -> None:
        """Waits for a block that is being made; safe to call again."""
        with self._lock:
            self._blocks.close()
            self._stack.close()


@dataclass(frozen=True, slots=True)
class Reply:
    """The result of a request.

    Attributes:
        format: of the result; None for a statement that has none.
        body: the whole result, or its beginning if there is a `rest`.
        rest: goes on with the result.
    """

    format: str | None
    progress: Progress
    body: bytes
    rest: Rest | None = None


class Execution:
    """Runs requests for a server."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._guard = Guard()

    def run(self, user: User, request: Request, body: BinaryIO, on_read: Callable[[str], None]) -> Reply:
        """Run the request for the user.

        Args:
            user: who asks.
            request: what is asked.
            body: goes on with the statement, or holds the rows of an INSERT.
            on_read: is told the tag of a query that only reads, by which it can be killed.

        Raises:
            QueryError: it is refused, or fails.
        """
        with contextlib.ExitStack() as stack:
            prefix = request.sql + b"\n" if request.sql else b""
            text = prefix + body.read(_LONGEST_STATEMENT_BYTES)
            statement = Statement.parse(text)
            if (statement.data is None or request.parameters) and body.read(1):
                msg = "Syntax error: the statement is too long, Max query size exceeded"
                raise QueryError.of(ErrorCode.SYNTAX_ERROR, msg)
            lease = stack.enter_context(self._sessions.lease(user, request.session))
            lease.prepare(request.settings, request.database)
            self._check(user, request, lease.connection, statement)
            for table in request.external:
                stack.enter_context(_external(lease.connection, table))
            if statement.data and not request.parameters:
                rows = _rows(text, statement.data.offset, body)
                progress = lease.connection.insert(statement.sql, statement.data.format, rows)
                return Reply(None, progress, b"")
            return self._query(request, lease, statement, text, stack, on_read)

    def _check(self, user: User, request: Request, connection: Connection, statement: Statement) -> None:
        if user.reads_only:
            self._guard.check(connection, statement, request.parameters)
        elif request.reads_only and not _only_looks(connection, statement):
            msg = (
                f"{user.name}: Cannot execute query in readonly mode. For queries over HTTP, method GET implies"
                " readonly. You should use method POST for modifying queries"
            )
            raise QueryError.of(ErrorCode.READONLY, msg)

    def _query(
        self,
        request: Request,
        lease: Lease,
        statement: Statement,
        text: bytes,
        stack: contextlib.ExitStack,
        on_read: Callable[[str], None],
    ) -> Reply:
        # With parameters the rows of an INSERT can hold some: the engine takes them in the statement's text.
        sql = text if statement.data else statement.sql
        kind = lease.connection.classify(statement.sql)
        if kind.statements > 1:
            raise QueryError.of(ErrorCode.SYNTAX_ERROR, "Syntax error (Multi-statements are not allowed)")
        if kind.reads_only:
            on_read(lease.tag)
        output = statement.format or request.default_format
        if _streams(request, lease, statement) and output in _STREAMED:
            blocks = lease.connection.stream(sql, output, request.parameters)
            first, second = next(blocks, b""), next(blocks, b"")
            if not second:
                return Reply(output, Progress(), first)
            return Reply(output, Progress(), first + second, Rest(lease.tag, blocks, stack.pop_all()))
        result, progress = lease.connection.query(sql, output, request.parameters)
        lease.remember(statement.keyword, statement.sql)
        return Reply(output if kind.reads_only or result else None, progress, result)


def _streams(request: Request, lease: Lease, statement: Statement) -> bool:
    footer = statement.has_footer or "extremes" in request.settings or lease.statements
    return statement.keyword in ("SELECT", "WITH") and not request.at_once and not footer


def _only_looks(connection: Connection, statement: Statement) -> bool:
    if statement.data:
        return False
    kind = connection.classify(statement.sql)
    return kind.reads_only or kind.statements == 0 or statement.keyword in ("SET", "USE")


def _rows(text: bytes, offset: int, body: BinaryIO) -> Iterator[bytes]:
    yield text[offset:]
    while chunk := body.read(_CHUNK_BYTES):
        yield chunk


@contextlib.contextmanager
def _external(connection: Connection, table: ExternalTable) -> Iterator[None]:
    name = table.name.replace("`", "")
    create = Statement.parse(f"CREATE TEMPORARY TABLE `{name}` ({table.structure})".encode())
    connection.query(create.sql, "Null")
    connection.insert(
        f"INSERT INTO `{name}`".encode(), table.format, iter(lambda: table.data.read(_CHUNK_BYTES), b"")
    )
    try:
        yield
    finally:
        connection.query(f"DROP TEMPORARY TABLE `{name}`".encode(), "Null")
