"""Figures that were recomputed, beside the live ones until they take their place.

They are gathered in a table for each partition number, `rebuilt_<generation>_<partition>`, of the same form as
`indicator_values`. To make them count, whole tables are attached to it: a moment's work, of which a reader sees all or
nothing, and which changes nothing when it is done again.

They count from when the state's log of their partition has their generation. Were the one who rebuilds killed just
then, the store finds the tables when it comes to the first figure of that generation, and attaches them before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby, product
from typing import Any, NamedTuple

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from store.arrow import ArrowInserter
from store.horizon import Horizon
from store.lineage import text
from store.recompute import passes
from streams.core.compute import generation_of, version
from streams.core.definitions import EventFields
from streams.core.indicators import Indicator
from streams.core.sum_rows import Key, Value
from streams.core.units import Units
from streams.topics import PARTS_PER_STREAM

_PREFIX = "rebuilt_"
_KEY = "indicator, grain, unit, dims, bucket, part"
_ROWS_AT_ONCE = 200_000
_UNKNOWN_TABLE = "Code: 60"


class Changes(NamedTuple):
    """Day buckets that were compared, and how many of each indicator change."""

    buckets: int
    by_indicator: dict[str, int]


class Staging:
    """The tables of one generation."""

    def __init__(
        self, client: Client, generation: int, partitions: Iterable[int], columns: Sequence[str]
    ) -> None:
        self._client = client
        self.generation = generation
        self._partitions = list(partitions)
        self._rows: dict[int, list[tuple[Any, ...]]] = {partition: [] for partition in self._partitions}
        self._inserter = ArrowInserter(client, {self._table(one): columns for one in self._partitions})

    @property
    def name(self) -> str:
        """The table of all of them."""
        return f"{_PREFIX}{self.generation}"

    def _table(self, partition: int) -> str:
        return f"{self.name}_{partition}"

    def create(self) -> None:
        """Make the tables."""
        for name in (self.name, *map(self._table, self._partitions)):
            self._client.command(f"CREATE TABLE {name} AS indicator_values")

    def add(self, partition: int, rows: Iterable[tuple[Any, ...]]) -> None:
        """Gather rows; they are written when there are many, or by `flush`."""
        waiting = self._rows[partition]
        waiting.extend(rows)
        if len(waiting) >= _ROWS_AT_ONCE:
            self._write(partition)

    def flush(self) -> None:
        """Write what waits."""
        for partition in self._partitions:
            self._write(partition)

    def _write(self, partition: int) -> None:
        if rows := self._rows[partition]:
            self._inserter.insert(self._table(partition), rows)
            self._rows[partition] = []

    def add_zeros(self, indicators: Collection[str]) -> None:
        """A zero for each figure of these indicators that is not 0 and that these tables do not have."""
        for partition in self._partitions:
            table = self._table(partition)
            mine = f"part % {PARTS_PER_STREAM} = {partition}"
            self._client.command(
                f"INSERT INTO {table} {_zeros(indicators, self.generation)} AND {mine}"
                f" AND ({_KEY}) NOT IN (SELECT {_KEY} FROM {table})"
            )

    def keep_lost(
        self, horizon: Horizon, indicators: Iterable[Indicator], units: Units, kinds: Collection[EventFields]
    ) -> None:
        """Take over the figures of days that lack events which the retention has removed; after `add_zeros`."""
        if not horizon.events:
            return
        self.flush()
        newest = version(self.generation + 1, 0) - 2
        for wanted, province in product(passes(indicators), units.provinces.values()):
            lost = horizon.lost_days(wanted, province, units, kinds)
            names = ", ".join(text(one.id) for one in wanted.indicators)
            for partition in self._partitions:
                table = self._table(partition)
                where = (
                    f"WHERE indicator IN ({names}) AND province = {text(province.code)}"
                    f" AND part % {PARTS_PER_STREAM} = {partition}"
                )
                rows = f"SELECT {_KEY}, province, day, {{}} FROM {{}} FINAL {where}"
                live = rows.format("numerator AS n, denominator AS d", "indicator_values")
                staged = rows.format("0 AS n, 0 AS d", table)
                self._client.command(
                    f"INSERT INTO {table} SELECT {_KEY}, province, day, sum(n), sum(d), {newest}, now64(3)"
                    f" FROM ({live} UNION ALL {staged}) AS both INNER JOIN ({lost}) AS lost ON both.unit = lost.unit"
                    " WHERE ifNull(day <= lost.last_day, false) OR has(lost.days, day)"
                    f" GROUP BY {_KEY}, province, day"
                )

    def gather(self) -> None:
        """Put all of them into one table, in place of what it has."""
        self.flush()
        self._client.command(f"ALTER TABLE {self.name} DROP PARTITION tuple()")  # `writer` may not truncate
        for partition in self._partitions:
            _attach(self._client, self._table(partition), self.name)

    @property
    def told_version(self) -> int:
        """That of figures read from here: newer than any that is here, older than those of the next generation."""
        return version(self.generation + 1, 0) - 1

    def recent(self, stocks: Collection[str]) -> Iterator[tuple[int, list[Value]]]:
        """Figures of a year's days, all of stocks, two hours' minutes: parts, each with some values."""
        kept = f"indicator IN ({', '.join(map(text, stocks))})" if stocks else "false"
        sql = (
            "SELECT part, toString(indicator), toString(unit), toString(dims), toString(grain),"
            f" toUnixTimestamp(bucket), numerator, denominator FROM {self.name} FINAL"
            f" WHERE (grain = 'day' AND (day > today() - 400 OR {kept}))"
            " OR (grain = 'minute' AND bucket > now() - INTERVAL 2 HOUR) ORDER BY part"
        )
        with self._client.query_row_block_stream(sql) as blocks:
            for block in blocks:
                for part, rows in groupby(block, lambda row: row[0]):
                    yield part, [Value(Key(*row[1:6]), *row[6:]) for row in rows]

    def changes(self, indicators: Collection[str]) -> Changes:
        """How what was gathered compares with the figures that count now."""
        side = (
            "SELECT indicator, unit, dims, bucket, numerator AS n, denominator AS d, {} AS new FROM {} FINAL"
        )
        where = f"WHERE grain = 'day' AND indicator IN ({', '.join(map(text, indicators))})"
        rows = self._client.query(
            "SELECT indicator, count(), countIf(old_n != new_n OR old_d != new_d) FROM (SELECT indicator,"
            " sumIf(n, NOT new) AS old_n, sumIf(n, new) AS new_n, sumIf(d, NOT new) AS old_d, sumIf(d, new) AS new_d"
            f" FROM ({side.format('false', 'indicator_values')} {where} UNION ALL"
            f" {side.format('true', self.name)} {where}) GROUP BY indicator, unit, dims, bucket)"
            " GROUP BY indicator ORDER BY indicator"
        ).result_rows
        return Changes(
            sum(buckets for _, buckets, _ in rows), {name: changed for name, _, changed in rows if changed}
        )

    def publish(self) -> None:
        """Make all of them count, at once."""
        _attach(self._client, self.name, "indicator_values")

    def drop(self) -> None:
        """Remove the tables."""
        for name in (*map(self._table, self._partitions), self.name):
            self._client.command(f"DROP TABLE IF EXISTS {name}")


def sweep(client: Client, indicators: Collection[str], generation: int) -> None:
    """Zeros in place of what is still of a generation before this one: no figure has been rebuilt there."""
    client.command(f"INSERT INTO indicator_values {_zeros(indicators, generation)}")


def complete(client: Client, generations: dict[int, int]) -> None:
    """Clear up after who was killed while rebuilding: what counts by now is attached, all else dropped.

    Args:
        client: of the monitor's database.
        generations: of each partition number's state; nothing is attached of one that is not there.
    """
    for name, generation, partition in _tables(client):
        if generation <= generations.get(partition, -1):
            _attach(client, name, "indicator_values")
    for name in [name for name, *_ in _tables(client, "(_[0-9]+)?")]:
        client.command(f"DROP TABLE IF EXISTS {name}")


def newest_generation(client: Client) -> int:
    """Of all figures that there are, or that wait in tables."""
    [(newest,)] = client.query("SELECT max(version) FROM indicator_values").result_rows
    return max([generation_of(int(newest)), *(generation for _, generation, _ in _tables(client))])


class FiguresInserter(ArrowInserter):
    """Before the first figures of a generation, those are attached that were rebuilt before them."""

    def __init__(self, client: Client, columns: Any) -> None:
        super().__init__(client, columns)
        self._clickhouse = client
        self._part, self._version = (columns["indicator_values"].index(name) for name in ("part", "version"))
        self._known: dict[int, int] = {}

    def insert(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        """Insert rows; see ArrowInserter."""
        if table == "indicator_values":
            found = dict(self._known)
            for row in rows:
                partition = row[self._part] % PARTS_PER_STREAM
                found[partition] = max(found.get(partition, 0), generation_of(row[self._version]))
            if found != self._known:
                for name, generation, partition in _tables(self._clickhouse):
                    if generation <= found.get(partition, -1):
                        _attach(self._clickhouse, name, "indicator_values")
                self._known = found
        super().insert(table, rows)


def _zeros(indicators: Collection[str], generation: int) -> str:
    """A SELECT of zeros for all that is not zero, and of an earlier generation; a condition may follow."""
    first = version(generation, 0)
    return (
        f"SELECT {_KEY}, province, day, 0, 0, {first}, now64(3) FROM indicator_values FINAL"
        f" WHERE indicator IN ({', '.join(map(text, indicators))}) AND version < {first}"
        " AND (numerator != 0 OR denominator != 0)"
    )


def _tables(client: Client, of_partition: str = "_[0-9]+") -> list[tuple[str, int, int]]:
    """Name, generation and partition number (-1: of all) of the tables that there are."""
    rows = client.query(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND match(name, {pattern:String})",
        parameters={"pattern": f"^{_PREFIX}[0-9]+{of_partition}$"},
    ).result_rows
    tables = []
    for (name,) in rows:
        generation, _, partition = name.removeprefix(_PREFIX).partition("_")
        tables.append((name, int(generation), int(partition or -1)))
    return tables


def _attach(client: Client, source: str, target: str) -> None:
    try:
        client.command(f"ALTER TABLE {target} ATTACH PARTITION tuple() FROM {source}")
    except DatabaseError as error:
        if _UNKNOWN_TABLE not in str(error):  # else somebody has done it, and dropped the table
            raise
