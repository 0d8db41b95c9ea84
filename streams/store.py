"""Store: our topics into ClickHouse, in few large inserts.

Rows of many batches are gathered for up to a second per table, inserted as Arrow, and only then are the batches
acknowledged. A batch that comes again writes the same rows again, which the tables make harmless. While ClickHouse is
away nothing is acknowledged and fetching stops by itself: Kafka keeps what is waiting.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from clickhouse_connect.driver.exceptions import ClickHouseError

from streams.batches import RecordBatch
from streams.rows import Row, Rows

GROUP_ROWS = 200_000
"""Of one table: more are inserted at once, without waiting for the timer."""

LINGER_SECONDS = 0.5
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.5, 15.0

log = logging.getLogger(__name__)


class Inserter(Protocol):
    """Writes rows to a table; returns once ClickHouse has them."""

    def insert(self, table: str, rows: list[Row]) -> None:
        """Insert, in the order of streams.rows.COLUMNS."""


class Store:
    """The rows and the batches that wait for the next insert."""

    def __init__(self, rows: Rows, inserter: Inserter) -> None:
        self._rows: Mapping[str, Any] = rows.of
        self._inserter = inserter
        self._waiting: defaultdict[str, list[Row]] = defaultdict(list)
        self._acknowledgements: list[Callable[[], Any]] = []
        self._lock = asyncio.Lock()

    async def take(self, batch: RecordBatch, acknowledge: Callable[[], Any]) -> None:
        """Turn a batch into rows; `acknowledge` is called when they are in ClickHouse."""
        async with self._lock:
            table, to_rows = self._rows[batch.topic]
            waiting = self._waiting[table]
            for record in batch.records:
                waiting.extend(to_rows(batch.topic, batch.partition, record))
            self._acknowledgements.append(acknowledge)
        if len(waiting) >= GROUP_ROWS:
            await self.commit()

    async def commit(self) -> None:
        """Insert what waits, however long ClickHouse is away, then acknowledge it."""
        async with self._lock:
            waiting, self._waiting = self._waiting, defaultdict(list)
            acknowledgements, self._acknowledgements = self._acknowledgements, []
            for table, rows in waiting.items():
                if rows:
                    await self._insert(table, rows)
            for acknowledge in acknowledgements:
                acknowledge()

    async def _insert(self, table: str, rows: list[Row]) -> None:
        wait_seconds = _FIRST_WAIT_SECONDS
        while True:
            try:
                await asyncio.to_thread(self._inserter.insert, table, rows)
            except ClickHouseError as error:
                reason = str(error).splitlines()[0]
                log.warning("ClickHouse took no %s: %s; next try in %.1f s", table, reason, wait_seconds)
                await asyncio.sleep(wait_seconds)
                wait_seconds = min(wait_seconds * 2, _LONGEST_WAIT_SECONDS)
            else:
                return
