"""Existing Kafka topics as a source: plain JSON, or a database's changes as Debezium tells them."""
