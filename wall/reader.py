"""Reading from ClickHouse as the user `reader`, who may only look and whose limits are the server's.

ReadError
├── StoreUnavailableError   nothing answers in time, or it has no tables or no such user yet
└── QueryFailedError        it answers that the query cannot be run
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import aiohttp
import clickhouse_connect
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError

from ioc.settings import Settings

READER = "reader"
TIME_LIMIT_SECONDS = 10
_AT_ONCE = 8

# No such table, no such database, no such user, wrong password: the store is not ready, whatever is asked.
_NOT_READY = frozenset({60, 81, 192, 193, 194, 516})


class ReadError(Exception):
    """The figures could not be read; the message is for the server's log."""


class StoreUnavailableError(ReadError):
    """ClickHouse does not answer."""


class QueryFailedError(ReadError):
    """ClickHouse refuses the query."""


@dataclass(frozen=True)
class Table:
    """A result by columns: names, ClickHouse types, values."""

    names: Sequence[str]
    types: Sequence[str]
    columns: Sequence[Sequence[Any]]


class Reader(Protocol):
    """Runs queries."""

    async def read(self, sql: str, parameters: Mapping[str, str]) -> Table:
        """The result of one query.

        Raises:
            StoreUnavailableError: the store does not answer within the time limit.
            QueryFailedError: the store refuses the query.
        """


class ClickHouseReader:
    """A reader that connects when it is first asked, and again after a failure."""

    def __init__(self, settings: Settings, time_limit_seconds: float = TIME_LIMIT_SECONDS) -> None:
        self._settings = settings
        self._time_limit_seconds = time_limit_seconds
        self._client: AsyncClient | None = None
        self._connecting = asyncio.Lock()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def read(self, sql: str, parameters: Mapping[str, str]) -> Table:
        """See Reader."""
        try:
            async with asyncio.timeout(self._time_limit_seconds), self._turns:
                client = await self._connected()
                result = await client.query(sql, parameters=dict(parameters) or None, column_oriented=True)
        except DatabaseError as error:
            if error.code is None or error.code in _NOT_READY:
                raise StoreUnavailableError(str(error)) from error
            raise QueryFailedError(str(error)) from error
        except (ClickHouseError, aiohttp.ClientError, TimeoutError, OSError) as error:
            raise StoreUnavailableError(str(error) or type(error).__name__) from error
        types = [column.name for column in result.column_types]
        return Table(result.column_names, types, result.result_columns)

    async def close(self) -> None:
        """End the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _connected(self) -> AsyncClient:
        async with self._connecting:
            if self._client is None:
                address = urlsplit(self._settings.clickhouse)
                self._client = await clickhouse_connect.get_async_client(
                    host=address.hostname or "127.0.0.1",
                    port=address.port or (8443 if address.scheme == "https" else 8123),
                    interface=address.scheme,
                    username=READER,
                    password=self._settings.clickhouse_reader_password.reveal(),
                    database=self._settings.clickhouse_database,
                    client_name="ioc-wall",
                    tz_mode="aware",
                    connect_timeout=3,
                    autogenerate_session_id=False,
                )
            return self._client
