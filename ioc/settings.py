"""The settings of every role, read from the environment once and passed in.

Secrets hide themselves: `Secret` shows stars in logs, tracebacks and `ioc doctor`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ioc.errors import UserError

_SHIPPED = Path(__file__).resolve().parent.parent


class SettingsError(UserError, ValueError):
    """An environment variable holds something unusable; the message says which and what to put there."""

    exit_status = 2


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that must not be printed; `reveal()` where it is used."""

    _value: str = field(repr=False)

    def __str__(self) -> str:
        return "****" if self._value else ""

    def __bool__(self) -> bool:
        return bool(self._value)

    def reveal(self) -> str:
        """The value itself."""
        return self._value


@dataclass(frozen=True)
class Settings:
    """What a role needs to know of the world outside; see docs/architecture.md for the variables."""

    kafka: str = "127.0.0.1:9092"
    clickhouse: str = "http://default@127.0.0.1:8123"
    clickhouse_password: Secret = Secret("")
    clickhouse_reader_password: Secret = Secret("")
    clickhouse_database: str = "ioc"
    config: Path = _SHIPPED / "config"
    schemas: Path = _SHIPPED / "schemas"
    data: Path = Path("var")
    smtp_url: Secret = Secret("")
    wall_host: str = "127.0.0.1"
    wall_port: int = 8088
    wall_url: str = ""
    grafana_url: str = ""
    grafana_token: Secret = Secret("")

    @property
    def schema_folders(self) -> tuple[Path, ...]:
        """Where event types are: the folder of schemas, and those of sources that bring types of their own."""
        return self.schemas, *sorted(self.config.glob("sources/*/schemas"))

    @property
    def wall_address(self) -> str:
        """Where people open the wall: what links in messages lead to."""
        return self.wall_url.rstrip("/") or f"http://{self.wall_host}:{self.wall_port}"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the IOC_* variables; an absent or empty one means its default.

        Raises:
            SettingsError: a variable holds something unusable.
        """

        def text(name: str, default: str) -> str:
            return environ.get(name) or default

        clickhouse = text("IOC_CLICKHOUSE", cls.clickhouse)
        if urlsplit(clickhouse).scheme not in ("http", "https") or not urlsplit(clickhouse).hostname:
            msg = f"IOC_CLICKHOUSE={clickhouse!r}: expected an address such as http://default@127.0.0.1:8123"
            raise SettingsError(msg)
        return cls(
            kafka=text("IOC_KAFKA", cls.kafka),
            clickhouse=clickhouse,
            clickhouse_password=read_secret(environ, "IOC_CLICKHOUSE_PASSWORD"),
            clickhouse_reader_password=read_secret(environ, "IOC_CLICKHOUSE_READER_PASSWORD"),
            clickhouse_database=text("IOC_CLICKHOUSE_DATABASE", cls.clickhouse_database),
            config=Path(text("IOC_CONFIG", str(cls.config))),
            schemas=Path(text("IOC_SCHEMAS", str(cls.schemas))),
            data=Path(text("IOC_DATA", str(cls.data))),
            smtp_url=read_secret(environ, "IOC_SMTP_URL"),
            wall_host=text("IOC_WALL_HOST", cls.wall_host),
            wall_port=_port("IOC_WALL_PORT", text("IOC_WALL_PORT", str(cls.wall_port))),
            wall_url=text("IOC_WALL_URL", ""),
            grafana_url=text("IOC_GRAFANA_URL", ""),
            grafana_token=read_secret(environ, "IOC_GRAFANA_TOKEN"),
        )


def read_secret(environ: Mapping[str, str], name: str) -> Secret:
    """The variable itself, or the content of the file that NAME_FILE names (Docker, Kubernetes)."""
    path = environ.get(f"{name}_FILE")
    if not path:
        return Secret(environ.get(name, ""))
    try:
        return Secret(Path(path).read_text(encoding="utf-8").strip())
    except OSError as error:
        msg = f"{name}_FILE={path!r} cannot be read: {error.strerror}"
        raise SettingsError(msg) from error


def _port(name: str, value: str) -> int:
    if not value.isdecimal() or not 0 <= int(value) <= 65535:
        msg = f"{name}={value!r}: expected a port number from 0 (any free one) to 65535"
        raise SettingsError(msg)
    return int(value)
