"""Every Kafka topic of the monitor, declared once."""

from __future__ import annotations

from dataclasses import dataclass, field

STREAMS = ("filings", "payments", "updates")
"""The streams of events, one topic each."""

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


def part(topic: str, partition: int) -> int:
    """One number for a partition of a stream's topic, as figures name it: 2003 is partition 3 of the third stream."""
    return [events_topic(stream) for stream in STREAMS].index(topic) * PARTS_PER_STREAM + partition


_WEEK_MS = str(7 * 24 * 3_600_000)
_ARRIVAL = {"message.timestamp.type": "LogAppendTime"}

EVENTS = tuple(
    Topic(events_topic(stream), config=_ARRIVAL | {"retention.ms": _WEEK_MS, "max.message.bytes": "6000000"})
    for stream in STREAMS
)
INDICATORS = Topic("ioc.indicators", config=_ARRIVAL | {"retention.ms": _WEEK_MS})
ALERTS = Topic("ioc.alerts", config=_ARRIVAL | {"retention.ms": "-1"})
NOTIFICATIONS = Topic("ioc.notifications", config=_ARRIVAL | {"retention.ms": _WEEK_MS})
DEAD_LETTERS = Topic("ioc.dead-letters", config=_ARRIVAL | {"retention.ms": str(30 * 24 * 3_600_000)})

_LOG = {"cleanup.policy": "compact", "max.message.bytes": str(64 * 1024 * 1024), "segment.ms": str(3_600_000)}
COMPUTE_STATE = Topic("ioc.state.compute", config=_LOG)
ALERT_STATE = Topic("ioc.state.alerts", config=_LOG)
"""Logs of the workers' own state: nobody else reads them."""

ALL = (*EVENTS, INDICATORS, ALERTS, NOTIFICATIONS, DEAD_LETTERS, COMPUTE_STATE, ALERT_STATE)
