"""A request of ClickHouse's HTTP interface, taken apart: statement, settings, parameters, and how to answer."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from store.embedded.compression import Codec, codec_of_response
from store.embedded.errors import ErrorCode, QueryError
from store.embedded.sessions import SessionKey

_SETTING = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SESSION_SECONDS = 60
_LONGEST_SESSION_SECONDS = 3600
_EXTERNAL_SUFFIXES = ("_format", "_structure", "_types")
# What the interface itself takes from the address's query; everything else is a setting.
_RESERVED = frozenset(
    {
        *("query", "query_id", "database", "default_format", "user", "password", "quota_key", "role"),
        *(
            "compress",
            "decompress",
            "buffer_size",
            "wait_end_of_query",
            "stacktrace",
            "client_protocol_version",
        ),
        *("session_id", "session_timeout", "session_check", "close_session"),
        "log_comment",  # the server finds its queries by it
    }
)
_NOT_IMPLEMENTED = {
    "compress": "compress=1 (ClickHouse's own block format): use Accept-Encoding",
    "decompress": "decompress=1 (ClickHouse's own block format): use Content-Encoding",
}


@dataclass(frozen=True, slots=True)
class ExternalTable:
    """Rows sent along with a query, which finds them in a temporary table."""

    name: str
    format: str
    structure: str
    data: BinaryIO


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, by whatever HTTP means.

    Attributes:
        sql: the statement, or its beginning: the body goes on with it.
        settings: for this request alone.
        parameters: values of {name:Type} in the statement, escaped as in TabSeparated.
        reads_only: asked by GET.
        at_once: the whole result is wanted before the answer begins.
    """

    sql: bytes
    query_id: str
    database: str | None
    default_format: str
    settings: Mapping[str, str]
    parameters: Mapping[str, str]
    session: SessionKey | None
    codec: Codec | None
    reads_only: bool
    at_once: bool
    external: tuple[ExternalTable, ...] = field(default=())

    @classmethod
    def of(
        cls,
        method: str,
        headers: Mapping[str, str],
        query: Mapping[str, str],
        form: Mapping[str, str] | None = None,
        files: Mapping[str, BinaryIO] | None = None,
    ) -> Request:
        """From a request's parts; `form` and `files` are of a multipart body.

        Raises:
            QueryError: a part of it is unusable, or not implemented here.
        """
        form = form or {}
        for name, what in _NOT_IMPLEMENTED.items():
            if _flag(query, name):
                raise QueryError.of(ErrorCode.NOT_IMPLEMENTED, f"The embedded server has no {what}")
        session = _session(query)
        settings = {
            name: value
            for name, value in query.items()
            if name not in _RESERVED
            and not name.startswith("param_")
            and not (files and name.endswith(_EXTERNAL_SUFFIXES))
        }
        _check_settings(settings, session)
        compress = settings.get("enable_http_compression", "1") not in ("0", "false")
        return cls(
            sql=(query.get("query", "") + form.get("query", "")).encode(),
            query_id=query.get("query_id") or headers.get("X-ClickHouse-Query-Id") or str(uuid.uuid4()),
            database=headers.get("X-ClickHouse-Database") or query.get("database") or None,
            default_format=headers.get("X-ClickHouse-Format")
            or query.get("default_format")
            or "TabSeparated",
            settings=settings,
            parameters={
                name.removeprefix("param_"): value
                for name, value in (query.items() | form.items())
                if name.startswith("param_")
            },
            session=session,
            codec=codec_of_response(headers.get("Accept-Encoding", "")) if compress else None,
            reads_only=method in ("GET", "HEAD"),
            at_once=_flag(query, "wait_end_of_query"),
            external=tuple(_external(name, file, query) for name, file in (files or {}).items()),
        )


def _flag(query: Mapping[str, str], name: str) -> bool:
    return query.get(name, "0") not in ("0", "false", "")


def _session(query: Mapping[str, str]) -> SessionKey | None:
    name = query.get("session_id")
    if not name:
        return None
    timeout = query.get("session_timeout", str(_SESSION_SECONDS))
    if not timeout.isdigit():
        raise QueryError.of(ErrorCode.INVALID_SESSION_TIMEOUT, f"Invalid session timeout: '{timeout}'")
    if int(timeout) > _LONGEST_SESSION_SECONDS:
        msg = f"Session timeout '{timeout}' is larger than max_session_timeout: {_LONGEST_SESSION_SECONDS}"
        raise QueryError.of(ErrorCode.INVALID_SESSION_TIMEOUT, msg)
    return SessionKey(name, int(timeout), _flag(query, "session_check"), _flag(query, "close_session"))


def _check_settings(settings: Mapping[str, str], session: SessionKey | None) -> None:
    for name in settings:
        if not _SETTING.fullmatch(name):
            raise QueryError.of(ErrorCode.BAD_ARGUMENTS, f"'{name}' cannot be a setting")
    if session and "readonly" in settings:
        msg = "readonly for one request of a session: the embedded server cannot take it back afterwards"
        raise QueryError.of(ErrorCode.NOT_IMPLEMENTED, msg)


def _external(name: str, data: BinaryIO, query: Mapping[str, str]) -> ExternalTable:
    structure = query.get(f"{name}_structure", "")
    if not structure:
        types = [kind.strip() for kind in query.get(f"{name}_types", "").split(",") if kind.strip()]
        structure = ", ".join(f"_{number} {kind}" for number, kind in enumerate(types, 1))
    if not structure:
        msg = f"The external table {name} needs {name}_structure or {name}_types in the address"
        raise QueryError.of(ErrorCode.BAD_ARGUMENTS, msg)
    return ExternalTable(name, query.get(f"{name}_format", "TabSeparated"), structure, data)
