"""Numbered DDL, each file applied once and in order: the only way to a table, also in tests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from clickhouse_connect.driver.client import Client

from ioc.errors import UserError

DDL = Path(__file__).parent / "ddl"


class MigrationChangedError(UserError):
    """A file that was applied to this database has been edited since."""


class Migration(NamedTuple):
    """One DDL file: its statements are applied in order."""

    name: str
    text: str

    @property
    def digest(self) -> str:
        """Identifies the text that was applied."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def statements(self) -> list[str]:
        """Statements end with a semicolon at a line's end."""
        return [statement for statement in self.text.split(";\n") if statement.strip()]


def migrations(folder: Path = DDL) -> Iterator[Migration]:
    """The numbered files in their order."""
    for path in sorted(folder.glob("[0-9]*.sql")):
        yield Migration(path.stem, path.read_text(encoding="utf-8"))


def migrate(client: Client, database: str, folder: Path = DDL) -> list[str]:
    """Create the database if needed and apply what is not yet applied; safe to call at every start.

    Returns:
        The names of the files applied by this call.

    Raises:
        MigrationChangedError: an applied file has changed; a change belongs into a new file.
    """
    client.command(f"CREATE DATABASE IF NOT EXISTS {database}")
    client.database = database
    client.command(
        "CREATE TABLE IF NOT EXISTS schema_migrations (name String, digest String,"
        " applied_at DateTime64(3, 'UTC') DEFAULT now64(3)) ENGINE = MergeTree ORDER BY name"
    )
    rows = client.query("SELECT name, digest FROM schema_migrations").result_rows
    applied = {str(name): str(digest) for name, digest in rows}
    done = []
    for migration in migrations(folder):
        if migration.name in applied:
            if applied[migration.name] != migration.digest:
                msg = (
                    f"store/ddl/{migration.name}.sql differs from what was applied to database {database}:"
                    " restore the file and put the change into a new, higher-numbered file"
                )
                raise MigrationChangedError(msg)
            continue
        for statement in migration.statements:
            client.command(statement)
        client.insert("schema_migrations", [[migration.name, migration.digest]], ["name", "digest"])
        done.append(migration.name)
    return done
