"""The ClickHouse engine in one process behind ClickHouse's own HTTP interface, for loopback."""

from store.embedded.process import EmbeddedClickHouse

__all__ = ["EmbeddedClickHouse"]
