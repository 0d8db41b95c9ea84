"""What must be there before the roles start: topics, tables, and the tables' rows that come from configuration."""

from __future__ import annotations

from config.loader import Configuration
from ioc.settings import Settings
from schemas.streams import load_streams
from store import counted_by, retention
from store.client import connect
from store.dimensions import fill
from store.migrate import migrate
from streams import topics
from streams.admin import create_topics


def prepare_topics(settings: Settings) -> None:
    """Make the topics that are missing.

    Raises:
        BrokerError: Kafka does not answer, or a topic is not as it must be.
        SchemaError: a stream is not declared as it must be.
    """
    create_topics(settings.kafka, topics.every(load_streams(*settings.schema_folders)))


def prepare_tables(settings: Settings, configuration: Configuration) -> None:
    """Bring the tables to this version, and their retention, units and indicators to the configuration.

    Raises:
        ClickHouseUnreachableError: ClickHouse does not answer.
        MigrationChangedError: a file of the DDL was edited after it was applied.
    """
    client = connect(settings, database="default")
    try:
        migrate(client, settings.clickhouse_database)
        retention.apply(client, configuration.retention)
        fill(client, configuration.units, configuration.indicators, configuration.indices.values())
        counted_by.note_first(client, configuration.units, configuration.indicators)
    finally:
        client.close()
