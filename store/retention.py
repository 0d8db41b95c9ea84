"""The retention of config/retention.yaml as the tables' TTL.

ClickHouse takes the result of a TTL for 32 bits of seconds, so a row of the year 2098 kept for twenty years would wrap
around and go at once, and one whose time comes out as 0 would stay for ever: the sum is brought between two bounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from clickhouse_connect.driver.client import Client

from config.retention import Period, Retention


class Rows(NamedTuple):
    """Rows that go together: their group in the retention, since when they age, and which of the table's they are."""

    group: str
    since: str
    condition: str = ""


TABLES: Mapping[str, tuple[Rows, ...]] = {
    "events": (Rows("events", "arrived_at"),),
    "indicator_values": (
        Rows("minute_sums", "bucket", "grain = 'minute'"),
        Rows("hour_sums", "bucket", "grain = 'hour'"),
        Rows("day_sums", "bucket", "grain = 'day'"),
    ),
    "alert_transitions": (
        Rows("alerts", "at", "state = 'firing'"),
        # Later, whatever the order of merges: a firing alert without its end would look as if it fired still.
        Rows("alerts", "addDays(at, 30)", "state != 'firing'"),
    ),
    "notifications": (Rows("notifications", "at"),),
    "dead_letters": (Rows("dead_letters", "arrived_at"),),
}
"""Every table whose rows may go, with what of it goes when."""

_EARLIEST = "toDateTime64('1970-01-02 00:00:00', 0, 'UTC')"
_LATEST = "toDateTime64('2106-01-01 00:00:00', 0, 'UTC')"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_MARGIN = timedelta(days=5)
"""How much younger than computed removed rows may be: a month after 28, 29, 30 and 31 January ends on one day; and rows
go on being removed while a longer TTL is being written into the parts, or an audit runs."""


def apply(client: Client, retention: Retention) -> list[str]:
    """Give the tables of the client's database the TTL that the retention asks for; safe to call at every start.

    Returns:
        The tables whose TTL was another; none at a second call.
    """
    changed = []
    for table, ttl in _ttls(client).items():
        wanted = _ttl(table, retention)
        if ttl != wanted:
            _note_removals(client, table, ttl)
            client.command(alteration(table, retention))
            changed.append(table)
    return changed


def alteration(table: str, retention: Retention) -> str:
    """The statement that gives a table its TTL; it fails if there is none and none is asked for.

    The parts that are there get the new TTL too: they are large, perhaps never merged again, and would else keep their
    rows for ever, or lose them by an older, shorter TTL. It happens in the background, and nobody waits for it.
    """
    ttl = _ttl(table, retention)
    if not ttl:
        return f"ALTER TABLE {table} REMOVE TTL"
    return (
        f"ALTER TABLE {table} MODIFY TTL {ttl} SETTINGS materialize_ttl_after_modify = 1, mutations_sync = 0"
    )


def removed_before(client: Client, group: str) -> datetime | None:
    """Rows of a group that are older than this may have been removed, by the TTL in force or an earlier one.

    Returns:
        An instant in UTC; None if every row is still there.
    """
    intervals = [interval for ttl in _ttls(client).items() for interval in _intervals(*ttl, group)]
    limits = ["SELECT max(before) AS before FROM removals WHERE what = {group:String} HAVING count() > 0"]
    limits += [f"SELECT now64(3, 'UTC') - {interval} AS before" for interval in intervals]
    found = client.query(
        f"SELECT toUnixTimestamp64Milli(max(before)), count() FROM ({' UNION ALL '.join(limits)})",
        parameters={"group": group},
    )
    before_ms, count = found.result_rows[0]
    return _EPOCH + timedelta(milliseconds=before_ms) + _MARGIN if count else None


def _ttls(client: Client) -> dict[str, str]:
    """The TTL of each table as ClickHouse writes it, empty if it has none."""
    rows = client.query(
        "SELECT name, extract(engine_full, ' TTL (.*?)(?: SETTINGS |$)') FROM system.tables"
        " WHERE database = currentDatabase() AND name IN {tables:Array(String)}",
        parameters={"tables": list(TABLES)},
    )
    present = {str(name): str(ttl) for name, ttl in rows.result_rows}
    return {table: present[table] for table in TABLES if table in present}


def _ttl(table: str, retention: Retention) -> str:
    """The TTL that a table must have, as ClickHouse itself writes it."""
    periods = ((rows, retention.of(rows.group)) for rows in TABLES[table])
    return ", ".join(_element(rows, _interval(period)) for rows, period in periods if period)


def _element(rows: Rows, interval: str) -> str:
    end = f"toDateTime(clamp({rows.since} + {interval}, {_EARLIEST}, {_LATEST}))"
    return f"{end} WHERE {rows.condition}" if rows.condition else end


def _interval(period: Period) -> str:
    return f"toInterval{period.unit.capitalize()}({period.count})"


def _intervals(table: str, ttl: str, group: str) -> Iterator[str]:
    """How long a table's TTL keeps the rows of a group."""
    for rows in TABLES[table]:
        if rows.group == group:
            pattern = re.escape(_element(rows, "@")).replace("@", r"(toInterval[A-Z][a-z]+\([0-9]+\))")
            yield from re.findall(pattern, ttl)


def _note_removals(client: Client, table: str, ttl: str) -> None:
    """Keep in mind what a TTL may have removed until now; before it is changed, lest a crash forgets it."""
    for group in dict.fromkeys(rows.group for rows in TABLES[table]):
        for interval in _intervals(table, ttl, group):
            client.command(
                f"INSERT INTO removals SELECT {{group:String}}, now64(3, 'UTC') - {interval}",
                parameters={"group": group},
            )
