"""`ioc doctor`: what is reachable, how far behind, how old the newest data is."""

from __future__ import annotations

from collections.abc import Iterator

from ioc.doctor import clickhouse, kafka, web
from ioc.doctor.finding import Finding
from ioc.settings import Settings
from ioc.stack import WORKERS

GROUPS = {role: f"ioc-{role}" for role in WORKERS}
"""The consumer group of each role."""

__all__ = ["Finding", "examine"]


def examine(settings: Settings, now: float) -> Iterator[Finding]:
    """Everything there is to say, part by part (`now` in seconds since 1970)."""
    yield from kafka.examine(settings, GROUPS, now)
    yield from clickhouse.examine(settings, now)
    yield web.examine_wall(settings)
    yield web.examine_grafana(settings)
