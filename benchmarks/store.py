"""How fast rows get into the embedded ClickHouse and figures out of it: `python -m benchmarks.store`."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import clickhouse_connect
import pyarrow as pa
from clickhouse_connect.driver.client import Client
from rich.console import Console
from rich.table import Table

from store.embedded import EmbeddedClickHouse

BATCH = 50_000
COLUMNS = ["id", "unit", "at", "amount", "data"]
DDL = """
CREATE TABLE {name}
(id String, unit LowCardinality(String), at DateTime64(3, 'UTC'), amount Int64, data {data})
ENGINE = ReplacingMergeTree ORDER BY (unit, id)
"""
QUERY = "SELECT unit, count(), sum(amount) FROM as_arrow GROUP BY unit ORDER BY unit"


def rows(count: int) -> list[list[object]]:
    """Events as `store` writes them: a JSON of about 300 bytes in each."""
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    return [
        [
            f"{number:032x}",
            f"H46.{number % 180:03d}",
            start + dt.timedelta(milliseconds=number),
            number % 1000,
            json.dumps(
                {
                    "dossier": f"{number:012d}",
                    "procedure": f"1.{number % 700:06d}",
                    "channel": ("online", "counter", "post")[number % 3],
                    "due_at": "2026-02-01T17:00:00+07:00",
                    "officer": f"CB{number % 500:04d}",
                    "step": number % 9,
                    "note": "x" * 130,
                }
            ),
        ]
        for number in range(count)
    ]


def batches(data: Sequence[list[object]]) -> list[Sequence[list[object]]]:
    return [data[start : start + BATCH] for start in range(0, len(data), BATCH)]


def as_arrow(batch: Sequence[list[object]]) -> pa.Table:
    return pa.table(dict(zip(COLUMNS, map(list, zip(*batch, strict=True)), strict=True)))


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def insert_rates(client: Client, count: int) -> dict[str, float]:
    """Rows a second, of inserts of 50,000 rows one after the other."""
    data = batches(rows(count))
    tables = [as_arrow(batch) for batch in data]
    client.command(DDL.format(name="as_rows", data="String"))
    client.command(DDL.format(name="as_arrow", data="String"))
    client.command(DDL.format(name="as_json", data="JSON"))
    return {
        "Python rows": count / seconds(lambda: [client.insert("as_rows", batch, COLUMNS) for batch in data]),
        "Arrow": count / seconds(lambda: [client.insert_arrow("as_arrow", table) for table in tables]),
        "Arrow, into a JSON column": count
        / seconds(lambda: [client.insert_arrow("as_json", table) for table in tables]),
    }


def query_rate(connect: Callable[[], Client], clients: int, queries: int) -> float:
    """Queries a second over all clients, each in a thread of its own."""

    def ask(client: Client) -> None:
        for _ in range(queries):
            client.query(QUERY)

    opened = [connect() for _ in range(clients)]
    threads = [threading.Thread(target=ask, args=(client,)) for client in opened]

    def run() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    rate = clients * queries / seconds(run)
    for client in opened:
        client.close()
    return rate


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.store", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=200, help="per client")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, EmbeddedClickHouse(Path(folder)) as server:

        def connect() -> Client:
            return clickhouse_connect.get_client(
                host="127.0.0.1", port=server.port, autogenerate_session_id=False
            )

        table = Table("what", "per second", title=f"embedded ClickHouse, {options.rows:,} rows")
        table.columns[1].justify = "right"
        client = connect()
        for name, rate in insert_rates(client, options.rows).items():
            table.add_row(f"rows inserted as {name}", f"{rate:,.0f}")
        client.close()
        for clients in (1, 4):
            rate = query_rate(connect, clients, options.queries)
            table.add_row(f"queries of {clients} client{'s' * (clients > 1)}", f"{rate:,.0f}")
        begun = time.perf_counter()
        server.stop()
        stopped = time.perf_counter()
        server.start()
        table.add_row("stop, start", f"{stopped - begun:.2f} s, {time.perf_counter() - stopped:.2f} s")
        Console().print(table)


if __name__ == "__main__":
    main()
