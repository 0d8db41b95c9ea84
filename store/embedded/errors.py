"""Errors as ClickHouse tells them: a code, a name, a text, and the HTTP status that goes with the code."""

from __future__ import annotations

import re
from enum import IntEnum
from http import HTTPStatus

_CODE = re.compile(r"Code: (\d+)")
_VERSION = re.compile(r"\(version [^()]*(?:\([^()]*\))?\)\s*$")


class ErrorCode(IntEnum):
    """The codes that this server raises by itself; the engine raises many more."""

    BAD_ARGUMENTS = 36
    NOT_IMPLEMENTED = 48
    SYNTAX_ERROR = 62
    UNKNOWN_TYPE_OF_QUERY = 78
    UNKNOWN_COMPRESSION_METHOD = 89
    INCORRECT_DATA = 117
    READONLY = 164
    DATABASE_ACCESS_DENIED = 291
    INTO_OUTFILE_NOT_ALLOWED = 358
    SESSION_NOT_FOUND = 372
    SESSION_IS_LOCKED = 373
    INVALID_SESSION_TIMEOUT = 374
    HTTP_LENGTH_REQUIRED = 381
    QUERY_WAS_CANCELLED = 394
    ACCESS_DENIED = 497
    AUTHENTICATION_FAILED = 516
    UNKNOWN_EXCEPTION = 1002


# ClickHouse's src/Server/HTTP/exceptionCodeToHTTPStatus.cpp; every other code is an internal server error.
_STATUS_OF_CODES: dict[HTTPStatus, tuple[int, ...]] = {
    HTTPStatus.BAD_REQUEST: (
        *(6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168),
        *(223, 321, 376, 427, 441, 675, 676),
    ),
    HTTPStatus.UNAUTHORIZED: (194,),
    HTTPStatus.FORBIDDEN: (192, 193, 497, 512, 516),
    HTTPStatus.NOT_FOUND: (46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511),
    HTTPStatus.REQUEST_TIMEOUT: (159,),
    HTTPStatus.LENGTH_REQUIRED: (381,),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (229,),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (779,),
    HTTPStatus.NOT_IMPLEMENTED: (48,),
    HTTPStatus.SERVICE_UNAVAILABLE: (76, 209, 439),
}
_STATUS = {code: status for status, codes in _STATUS_OF_CODES.items() for code in codes}


class QueryError(Exception):
    """A request that fails; `str()` is ClickHouse's text without the version."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code

    @classmethod
    def of(cls, code: ErrorCode, message: str) -> QueryError:
        """An error that this server raises by itself."""
        return cls(code, f"Code: {code.value}. DB::Exception: {message}. ({code.name})")

    @classmethod
    def from_engine(cls, text: str) -> QueryError:
        """The engine's own error, whose code is the first one in its text."""
        found = _CODE.search(text)
        code = int(found[1]) if found else ErrorCode.UNKNOWN_EXCEPTION.value
        text = _VERSION.sub("", text[found.start() :] if found else text).strip()
        return cls(code, text if found else f"Code: {code}. DB::Exception: {text}. (UNKNOWN_EXCEPTION)")

    @property
    def status(self) -> HTTPStatus:
        """What ClickHouse answers with for this code."""
        return _STATUS.get(self.code, HTTPStatus.INTERNAL_SERVER_ERROR)
