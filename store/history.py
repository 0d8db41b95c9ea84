"""The raw events of the past, in the order in which they arrived."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import msgspec
from clickhouse_connect.driver.client import Client

from schemas.registry import Registry

_SPILL_BYTES = 500_000_000
"""Sorted on disk what is more than this: the data of a whole partition may not fit into memory."""


def has_arrivals_until(client: Client, day: date) -> bool:
    """Whether any event arrived until a day (UTC), be it removed or not."""
    sql = "SELECT count() FROM arrival_days WHERE day <= {day:Date}"
    [(count,)] = client.query(sql, parameters={"day": day}).result_rows
    return bool(count)


class PastEvent(NamedTuple):
    """An event as compute takes it in; `data` is as its schema has it."""

    kind: str
    subject: str
    source: str
    id: str
    data: Any


class Arrival(NamedTuple):
    """An event with when it happened and when it arrived, epoch ms."""

    event: PastEvent
    time_ms: int
    arrived_ms: int


class History:
    """The events that ClickHouse has; of a repeated one the first, as compute counts it."""

    def __init__(self, client: Client, registry: Registry) -> None:
        self._client = client
        self._decoders = {
            kind: [
                msgspec.json.Decoder(one.struct.__annotations__["data"]).decode
                for one in reversed(list(registry.types.values()))
                if one.kind == kind
            ]
            for kind in registry
        }

    def count(self) -> int:
        """How many there are, repeats among them; good for showing progress."""
        [(count,)] = self._client.query("SELECT count() FROM events").result_rows
        return int(count)

    def blocks(self, stream: str, partition: int) -> Iterator[list[Arrival]]:
        """Those of a stream's partition, in blocks.

        They are in the order of their arrival and not of their offsets, which begin anew with a broker.
        """
        sql = (
            "SELECT toString(kind), toString(unit), toString(source), id, toUnixTimestamp64Milli(time),"
            " toUnixTimestamp64Milli(arrived_at), data FROM events FINAL"
            " WHERE startsWith(kind, {stream:String}) AND part = {part:UInt16} ORDER BY arrived_at, kafka_offset"
        )
        with self._client.query_row_block_stream(
            sql,
            parameters={"stream": f"{stream}.", "part": partition},
            settings={"max_bytes_before_external_sort": _SPILL_BYTES, "max_block_size": 50_000},
        ) as blocks:
            for block in blocks:
                yield [
                    Arrival(PastEvent(kind, unit, source, id_, self._decode(kind, data)), time_ms, arrived_ms)
                    for kind, unit, source, id_, time_ms, arrived_ms, data in block
                    if kind in self._decoders
                ]

    def _decode(self, kind: str, data: str) -> Any:
        """By the newest version of the schema that it fits: which one it came in is not stored."""
        *others, last = self._decoders[kind]
        for decode in others:
            try:
                return decode(data)
            except msgspec.ValidationError:
                continue
        return last(data)
