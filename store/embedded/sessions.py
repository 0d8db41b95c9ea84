"""Connections to run requests on: a new one for each, or the one that a session keeps from request to request.

A request's settings and database hold for that request alone, in a session too; SET, USE and temporary tables
hold for the session.
"""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from store.embedded.engine import Connection, Engine
from store.embedded.errors import ErrorCode, QueryError
from store.embedded.users import User

_DEFAULT_DATABASE = "default"


@dataclass(frozen=True, slots=True)
class SessionKey:
    """What a request says of its session: its name, how long to keep it idle, whether it must be there already."""

    name: str
    timeout_seconds: int
    must_exist: bool
    close: bool


@dataclass
class Lease:
    """A connection for one request, prepared for its user; `tag` finds its queries in the engine."""

    connection: Connection
    tag: str
    base: Mapping[str, str]  # the user's own settings
    database: str = _DEFAULT_DATABASE  # the session's own
    used: str = _DEFAULT_DATABASE  # the connection's
    applied: Mapping[str, str] | None = None  # the last request's settings; None when they must be SET anew
    to_reset: set[str] = field(default_factory=set)
    statements: list[bytes] = field(default_factory=list)  # the session's own SETs
    expires: float = 0.0
    busy: bool = False

    def prepare(self, settings: Mapping[str, str], database: str | None) -> None:
        """Give the connection this request's settings and database, and take away the last request's.

        Raises:
            QueryError: there is no such database or setting, or the user may not change it.
        """
        wanted = database or self.database
        if wanted != self.used:
            self.connection.use(wanted)
            self.used = wanted
        if settings == self.applied:
            return
        for name in self.to_reset:
            with contextlib.suppress(QueryError):  # one that does not exist was refused when it came
                self.connection.set_default(name)
        first = dict(self.base)
        if self.statements or "readonly" in first:
            self.connection.set(first)
            for statement in self.statements:
                self.connection.query(statement, "Null")
            first = {}
        self.applied = None
        self.to_reset = set(settings)
        self.connection.set(first | dict(settings))
        self.applied = settings

    def remember(self, keyword: str, sql: bytes) -> None:
        """Note what a statement of the session has changed for the requests after it."""
        if keyword == "SET":
            self.statements.append(sql)
            self.applied = None
        elif keyword == "USE":
            body, _ = self.connection.query(b"SELECT currentDatabase()", "RawBLOB")
            self.database = self.used = body.decode()


class Sessions:
    """Leases connections, and closes sessions that nobody has used for their timeout."""

    def __init__(self, engine: Engine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: dict[tuple[str, str], Lease] = {}

    @contextlib.contextmanager
    def lease(self, user: User, key: SessionKey | None) -> Iterator[Lease]:
        """A connection for the time of one request.

        Raises:
            QueryError: the session is busy with another request, or must be there and is not.
        """
        # A reader can neither SET nor make tables: there is nothing that a session could keep.
        if key is None or user.reads_only:
            lease = self._new(user)
            try:
                yield lease
            finally:
                lease.connection.close()
            return
        lease = self._take(user, key)
        try:
            yield lease
        finally:
            self._give_back(user, key, lease)

    def close(self) -> None:
        """Close every session."""
        with self._lock:
            for lease in self._sessions.values():
                lease.connection.close()
            self._sessions.clear()

    def _new(self, user: User) -> Lease:
        tag = uuid.uuid4().hex
        return Lease(self._engine.connect(), tag, {"log_comment": tag} | dict(user.settings))

    def _take(self, user: User, key: SessionKey) -> Lease:
        with self._lock:
            self._close_idle()
            lease = self._sessions.get((user.name, key.name))
            if lease is None:
                if key.must_exist:
                    raise QueryError.of(ErrorCode.SESSION_NOT_FOUND, f"Session {key.name} not found")
                lease = self._sessions[user.name, key.name] = self._new(user)
            if lease.busy:
                msg = f"Session {key.name} is locked by a concurrent client"
                raise QueryError.of(ErrorCode.SESSION_IS_LOCKED, msg)
            lease.busy = True
            return lease

    def _give_back(self, user: User, key: SessionKey, lease: Lease) -> None:
        with self._lock:
            lease.busy = False
            lease.expires = self._clock() + key.timeout_seconds
            if key.close:
                del self._sessions[user.name, key.name]
                lease.connection.close()

    def _close_idle(self) -> None:
        now = self._clock()
        for name, lease in list(self._sessions.items()):
            if not lease.busy and lease.expires < now:
                del self._sessions[name]
                lease.connection.close()
