"""The clickhouse-connect client of every role, made in one place from the settings."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError

from ioc.errors import UserError
from ioc.settings import Settings

# It warns of each try to connect; the error that we raise says it once.
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)


class ClickHouseUnreachableError(UserError):
    """ClickHouse does not answer at the configured address."""


def connect(settings: Settings, *, database: str | None = None) -> Client:
    """A client on the monitor's database, or on `database` (`default` exists before any migration).

    Raises:
        ClickHouseUnreachableError: nothing answers there, or it refuses the credentials.
    """
    address = urlsplit(settings.clickhouse)
    try:
        return clickhouse_connect.get_client(
            host=address.hostname or "127.0.0.1",
            port=address.port or (8443 if address.scheme == "https" else 8123),
            interface=address.scheme,
            username=address.username or "default",
            password=settings.clickhouse_password.reveal(),
            database=database or settings.clickhouse_database,
            autogenerate_session_id=False,
        )
    except ClickHouseError as error:
        where = f"{address.scheme}://{address.hostname}:{address.port}"
        if isinstance(error, OperationalError):
            msg = (
                f"no ClickHouse answers at {where}: start one (ioc up), or set IOC_CLICKHOUSE to where it is"
            )
        else:
            msg = f"ClickHouse at {where} (IOC_CLICKHOUSE) refuses: {str(error).splitlines()[0]}"
        raise ClickHouseUnreachableError(msg) from error
