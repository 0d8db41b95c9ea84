"""ClickHouse: numbered DDL, the client, the embedded server."""
