"""What the subcommands that read ClickHouse share: the client of what runs here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client


@contextmanager
def client() -> Iterator[Client]:
    """A client on the monitor's database, closed at the end.

    Raises:
        ClickHouseUnreachableError: nothing answers, or the tables are not there yet.
    """
    from clickhouse_connect.driver.exceptions import DatabaseError

    from ioc.datafolder import current_settings
    from store.client import ClickHouseUnreachableError, connect

    settings = current_settings()
    connection = connect(settings)
    try:
        yield connection
    except DatabaseError as error:
        msg = f"ClickHouse refuses: {str(error).splitlines()[0]}. `ioc doctor` says whether its tables are there"
        raise ClickHouseUnreachableError(msg) from error
    finally:
        connection.close()


def rows(connection: Client, sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a query by column name; times as ISO 8601 in UTC."""
    found = connection.query(sql, parameters=dict(parameters))
    return [dict(zip(found.column_names, map(_plain, row), strict=True)) for row in found.result_rows]


def table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their longest cell, the last one as it is."""
    widths = [max(map(len, column)) for column in zip(header, *lines, strict=True)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=False)), line[-1]])
        for line in (header, *lines)
    )


def _plain(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    return (
        value.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    )  # ClickHouse's columns are in UTC
