"""Who may ask: `default`, who may do everything, and `reader`, who may only look.

Both are without a password until IOC_CLICKHOUSE_PASSWORD and IOC_CLICKHOUSE_READER_PASSWORD give them one; only
this machine can reach the server. On a machine that is shared with people who must not see the data, or the
files that the server's user can read, set both.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field

from store.embedded.errors import ErrorCode, QueryError

_GIVE_UP_SECONDS = 300  # when clickhouse-connect stops waiting


@dataclass(frozen=True, slots=True)
class User:
    """A user; `settings` are SET on each of the user's connections, in this order."""

    name: str
    password: str = field(repr=False)
    reads_only: bool
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request says of who sent it."""

    name: str
    password: str = field(repr=False)

    @classmethod
    def of(cls, headers: Mapping[str, str], query: Mapping[str, str]) -> Credentials:
        """From ClickHouse's headers, from basic authentication, or from the address's query.

        Raises:
            QueryError: more than one way is used, or the header cannot be read.
        """
        by_header = "X-ClickHouse-User" in headers or "X-ClickHouse-Key" in headers
        by_query = "user" in query or "password" in query
        authorization = headers.get("Authorization", "")
        if by_header + by_query + bool(authorization) > 1:
            msg = (
                "Invalid authentication: it is not allowed to use several ways to authenticate simultaneously"
            )
            raise QueryError.of(ErrorCode.AUTHENTICATION_FAILED, msg)
        if authorization:
            return cls._basic(authorization)
        if by_header:
            name, password = headers.get("X-ClickHouse-User"), headers.get("X-ClickHouse-Key")
        else:
            name, password = query.get("user"), query.get("password")
        return cls(name or "default", password or "")

    @classmethod
    def _basic(cls, authorization: str) -> Credentials:
        scheme, _, value = authorization.partition(" ")
        try:
            if scheme.lower() != "basic":
                raise ValueError(scheme)
            name, _, password = b64decode(value).decode().partition(":")
        except (binascii.Error, ValueError) as error:
            msg = f"Invalid authentication: the Authorization header is not of HTTP's Basic scheme ({error})"
            raise QueryError.of(ErrorCode.AUTHENTICATION_FAILED, msg) from error
        return cls(name or "default", password)


class Users:
    """The users of a server, with their passwords; an empty one is none."""

    def __init__(self, password: str = "", reader_password: str = "") -> None:
        # implicit_select is for the command line: a server takes no bare expression for a query
        server = {"implicit_select": "0"}
        limits = {
            "max_execution_time": "30",
            "max_result_rows": "1000000",
            "max_memory_usage": str(2 * 2**30),
            "readonly": "1",  # the last: nothing can be SET after it
        }
        self._users = {
            user.name: user
            for user in (
                User(
                    "default",
                    password,
                    reads_only=False,
                    settings=server | {"max_execution_time": str(_GIVE_UP_SECONDS)},
                ),
                User(
                    "reader",
                    reader_password,
                    reads_only=True,
                    settings=server | limits,
                ),
            )
        }

    def authenticate(self, credentials: Credentials) -> User:
        """The user with these credentials.

        Raises:
            QueryError: there is none.
        """
        user = self._users.get(credentials.name)
        known = user.password if user else ""
        if not hmac.compare_digest(known.encode(), credentials.password.encode()) or user is None:
            why = "password is incorrect, or there is no user with such name"
            msg = f"{credentials.name}: Authentication failed: {why}"
            raise QueryError.of(ErrorCode.AUTHENTICATION_FAILED, msg)
        return user
