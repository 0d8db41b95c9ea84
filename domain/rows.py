"""The rows, as domain/rows.yaml lists them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from config.documents import read
from config.problems import ConfigurationError
from streams.core.units import Text

SHIPPED = Path(__file__).with_name("rows.yaml")


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row; with a `goal` it needs an alert rule."""

    id: str
    name: Text
    reported: tuple[str, ...]
    indicators: tuple[str, ...]
    goal: bool = False


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows that belong together."""

    id: str
    name: Text
    rows: tuple[Row, ...]


class Domain(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every row; `missing` are the ids of those that are known to have a hole."""

    tables: tuple[Table, ...]
    missing: tuple[str, ...] = ()

    @property
    def rows(self) -> Iterator[Row]:
        """The rows of all tables."""
        return (row for table in self.tables for row in table.rows)


def read_rows(path: Path = SHIPPED) -> Domain:
    """Read a file of rows.

    Raises:
        ConfigurationError: it is not YAML.
        msgspec.ValidationError: it is of another shape; the message names the place.
    """
    document, problems = read(path, path.name)
    if document is None:
        raise ConfigurationError(problems)
    return msgspec.convert(document.value, Domain)
