"""Every Kafka topic of the monitor, declared once; those of events follow from the streams, see schemas/streams.py."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

PARTITIONS = 4
"""Of every topic: compute joins the state of all streams by partition number, so the counts must be equal."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and what the broker is told when it is made."""

    name: str
    partitions: int = PARTITIONS
    config: dict[str, str] = field(default_factory=dict)


def events_topic(stream: str) -> str:
    """The topic of a stream's events."""
    return f"ioc.events.{stream}"


PARTS_PER_STREAM = 1000


def part(stream_number: int, partition: int) -> int:
    """One number for a partition of a stream's topic, as figures name it: 2003 is partition 3 of the stream 2."""
    return stream_number * PARTS_PER_STREAM + partition


_WEEK_MS = str(7 * 24 * 3_600_000)
_ARRIVAL = {"message.timestamp.type": "LogAppendTime"}

INDICATORS = Topic("ioc.indicators", config=_ARRIVAL | {"retention.ms": _WEEK_MS})
ALERTS = Topic("ioc.alerts", config=_ARRIVAL | {"retention.ms": "-1"})
NOTIFICATIONS = Topic("ioc.notifications", config=_ARRIVAL | {"retention.ms": _WEEK_MS})
DEAD_LETTERS = Topic("ioc.dead-letters", config=_ARRIVAL | {"retention.ms": str(30 * 24 * 3_600_000)})

_LOG = {"cleanup.policy": "compact", "max.message.bytes": str(64 * 1024 * 1024), "segment.ms": str(3_600_000)}
COMPUTE_STATE = Topic("ioc.state.compute", config=_LOG)
ALERT_STATE = Topic("ioc.state.alerts", config=_LOG)
"""Logs of the workers' own state: nobody else reads them."""

_EVENTS_CONFIG = _ARRIVAL | {"retention.ms": _WEEK_MS, "max.message.bytes": "6000000"}

TOLD = (INDICATORS, ALERTS, NOTIFICATIONS, DEAD_LETTERS)
"""What workers tell others."""


def events(streams: Iterable[str]) -> tuple[Topic, ...]:
    """The topics of streams, by their names."""
    return tuple(Topic(events_topic(stream), config=_EVENTS_CONFIG) for stream in streams)


def every(streams: Iterable[str]) -> tuple[Topic, ...]:
    """All topics of a monitor with these streams."""
    return (*events(streams), *TOLD, COMPUTE_STATE, ALERT_STATE)
